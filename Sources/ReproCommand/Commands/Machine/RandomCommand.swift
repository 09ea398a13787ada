import Repro

/// `repro random`: draws from one stream, for checking against NumPy, or from PyTorch's generator.
enum RandomCommand: Command {
    static let specification = CommandSpecification(
        name: "random", summary: "Prints draws of a random stream, for checking against NumPy or PyTorch", operands: "",
        options: [
            .option("seed", "N", "0 … 2^64−1; needed"),
            .option("stream", "D[,K]", "the stream's domain 0 … 4 and key (default key 0); without it, no spawn key"),
            .option("count", "K", "how many draws, or the permutation's size; needed"),
            .option("as", "FORM", "raw (16 hex digits), float32 (hex floats) or permutation"),
            .flag(
                "torch", "PyTorch's generator after torch.manual_seed(N): raw (8 hex digits) or float32 (torch.rand)"),
        ],
        notes: [
            "In NumPy: PCG64(SeedSequence(N, spawn_key=(D, K))). Domains: 0 parameters (key: CRC-32 of the name), 1 data,",
            "2 epoch order, 3 dropout, 4 split.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        try context.verifyEngineOptions()
        guard let seed = try arguments.seed() else {
            throw usage("--seed N is needed; there is no default seed")
        }
        guard let count = try arguments.integer("count", in: 0...1_000_000_000) else {
            throw usage("--count K is needed")
        }
        let isTorch = arguments.has("torch")
        if isTorch && arguments.has("stream") {
            throw usage("--torch has one stream alone; leave --stream out")
        }
        var torch = MersenneTwister(seed: seed)
        var generator = PCG64(SeedSequence(seed: seed, spawnKey: try spawnKey(arguments.value("stream"))))
        let form = try arguments.choice("as", ["raw", "float32"] + (isTorch ? [] : ["permutation"])) ?? "raw"
        if form == "permutation" && count > 100_000_000 {
            throw usage("a permutation of \(count) is too large; at most 100000000")
        }
        if context.format == .json && count > 10_000_000 {
            throw usage("JSON holds all draws at once; print \(count) of them as text")
        }
        var draws: [JSONValue] = []
        var lines: Escaped<Terminal> = ""
        let order = form == "permutation" ? generator.permutation(count) : []
        for index in 0..<count {
            let text =
                switch form {
                case "float32": hexadecimal(isTorch ? torch.uniform32() : generator.uniform32())
                case "permutation": String(order[index])
                default: isTorch ? Repro.hexadecimal(torch.next32()) : ElementType.int64.hexadecimal(generator.next64())
                }
            if context.format == .json {
                draws.append(form == "permutation" ? order[index].json : text.json)
            } else {
                lines += "\(text)\n"
                if lines.text.utf8.count > 1 << 16 {
                    try Output.write(lines)
                    lines = ""
                }
            }
        }
        if context.format == .json {
            try context.print(["schema": ReproVersion.schema, "seed": seed, "form": form, "draws": draws])
        } else {
            try Output.write(lines)
        }
        return .success
    }

    private static func spawnKey(_ text: String?) throws -> [UInt32] {
        guard let text else { return [] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let domain = UInt32(parts[0]), domain <= 4,
            let key = parts.count == 1 ? 0 : UInt32(parts[1])
        else {
            throw usage("--stream is '\(text)'; it has to be a domain 0 … 4, or domain,key with a key below 2^32")
        }
        return [domain, key]
    }

    /// A number as C's %a and Python's float.hex write it, without trailing zeros.
    private static func hexadecimal(_ value: Float) -> String {
        if value == 0 { return "0x0p+0" }
        let exponent = Int(value.exponent)
        // 23 bits of the significand stand in six hexadecimal digits when shifted by one.
        var digits = String((value.significandBitPattern) << 1, radix: 16)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "0x1" + (digits.isEmpty ? "" : "." + digits) + "p" + (exponent < 0 ? "-" : "+") + String(abs(exponent))
    }
}
