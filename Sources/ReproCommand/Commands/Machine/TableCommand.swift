import Repro

/// `repro table FUNCTION`: the digest of a function's whole table, which anyone can compute with another library.
enum TableCommand: Command {
    static let specification = CommandSpecification(
        name: "table", summary: "SHA-256 over a function's results for all 2^32 inputs",
        operands: "exp|log|log1p|tanh|sigmoid",
        options: [
            .option("stride", "S", "take the bit patterns 0, S, 2S, … below 2^32 alone (default 1)")
        ],
        notes: ["Results stand in the order of the inputs' bit patterns, little-endian, every NaN as 7fc00000."])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        let names = ElementaryFunction.allCases.map(\.rawValue)
        guard arguments.operands.count == 1, let function = ElementaryFunction(rawValue: arguments.operands[0]) else {
            throw usage("name one function: \(names.joined(separator: ", "))")
        }
        let stride = try arguments.integer("stride", in: 1...Int(UInt32.max)) ?? 1
        let engine = try context.engine()
        var shown = -1
        let digest = try FunctionTable(function: function, stride: stride).digest(engine: engine) { done in
            let percent = Int(done * 100)
            if percent != shown {
                shown = percent
                context.messages.progress("\(function.rawValue)  \(percent) %")
            }
        }
        context.messages.clear()
        try context.answer(["function": function.rawValue, "stride": stride, "digest": digest], ["\(digest)"])
        return .success
    }
}
