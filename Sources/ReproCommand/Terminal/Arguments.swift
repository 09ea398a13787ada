import Repro

/// An option of a command.
struct OptionSpecification {
    let name: String
    /// What its value stands for; nil for a flag.
    let value: String?
    let help: String
    /// Whether it may be given several times.
    var repeats = false

    static func option(_ name: String, _ value: String, _ help: String, repeats: Bool = false) -> Self {
        OptionSpecification(name: name, value: value, help: help, repeats: repeats)
    }
    static func flag(_ name: String, _ help: String) -> Self {
        OptionSpecification(name: name, value: nil, help: help)
    }

    static let seed = option("seed", "N", "0 … 2^64−1; needed unless the config has one")
    static let config = option("config", "FILE", "an experiment of your own, as JSON")
    static let set = option(
        "set", "KEY=VALUE", "another value of an option, such as training.epochs=3", repeats: true)
    static let goldens = option("goldens", "DIR", "the folder of goldens (default Goldens)")

    /// The values that it may have, where they are listed: `stage|tensor`.
    var choices: [String] {
        guard let value, value.contains("|") else { return [] }
        return value.split(separator: "|").map(String.init)
    }
}

/// What a command takes, for parsing, for help and for completion.
struct CommandSpecification {
    let name: String
    let summary: String
    /// What may follow the options; empty for nothing.
    let operands: String
    let options: [OptionSpecification]
    /// Further help below the options.
    var notes: [String] = []
    /// What --format may be, the default first.
    var formats: [Format] = [.text, .json]

    /// Whether its option --format means formats that no other command has.
    var hasOwnFormats: Bool { options.contains { $0.name == "format" } }

    /// Options that every command takes, but for those that it lists with a meaning of its own.
    var common: [OptionSpecification] {
        let all: [OptionSpecification] = [
            .option("format", formats.map(\.rawValue).joined(separator: "|"), "how to print results (default text)"),
            .option("threads", "N", "threads that compute (default: one per processor; or REPRO_THREADS)"),
            .option(
                "kernels", "PATH",
                (["auto"] + KernelPath.allCases.dropLast().map(\.rawValue)).joined(separator: ", ")
                    + " or \(KernelPath.allCases.last!.rawValue) (default auto; or REPRO_KERNELS)"),
            .flag("quiet", "no progress and no remarks"), .flag("no-color", "no colours (also NO_COLOR, TERM=dumb)"),
            .flag("help", "this text"),
        ]
        return all.filter { option in !options.contains { $0.name == option.name } }
    }

    var allOptions: [OptionSpecification] { options + common }
}

/// A command line taken apart by its specification.
struct Arguments {
    let specification: CommandSpecification
    private(set) var operands: [String] = []
    private var values: [(name: String, value: String)] = []

    /// - Throws: `CommandLineError`, 64, for an option that is unknown, lacks its value, or is given twice.
    init(_ words: [String], _ specification: CommandSpecification) throws {
        self.specification = specification
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            if word == "-h" {
                values.append(("help", ""))
                continue
            }
            try take(word, &rest)
        }
        if specification.operands.isEmpty, let operand = operands.first, !has("help") {
            throw usage(
                "`repro \(specification.name)` takes no operand, and '\(operand)' is one; see `repro help \(specification.name)`"
            )
        }
    }

    private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) throws {
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = word.hasPrefix("--") ? String(parts[0]) : word
        guard let option = specification.allOptions.first(where: { $0.name == name }) else {
            let nearest = NearestName.of(name, among: specification.allOptions.map(\.name))
            let hint = nearest.map { "did you mean '--\($0)'?" } ?? "see `repro help \(specification.name)`"
            throw usage("unknown option '\(word)' of `repro \(specification.name)`; \(hint)")
        }
        if !option.repeats && has(name) { throw usage("--\(name) is given twice") }
        guard let placeholder = option.value else {
            if parts.count > 1 { throw usage("--\(name) takes no value") }
            values.append((name, ""))
            return
        }
        let value = parts.count > 1 ? String(parts[1]) : rest.popFirst()
        // An empty value is an unset variable of a script; as a folder it would mean the root.
        let isOption =
            parts.count == 1
            && value.map { word in
                specification.allOptions.contains { word == "--" + $0.name }
            } == true
        guard let value, !value.isEmpty, !isOption else {
            throw usage("--\(name) needs a value: --\(name) \(placeholder)")
        }
        values.append((name, value))
    }

    func has(_ name: String) -> Bool { values.contains { $0.name == name } }
    func value(_ name: String) -> String? { values.first { $0.name == name }?.value }
    func allValues(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }

    /// The value as an integer within a range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = value(name) else { return nil }
        return try Arguments.integer(text, "--\(name)", in: range)
    }

    static func integer(_ text: String, _ what: String, in range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw usage("\(what) is '\(text)'; it has to be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A size of memory: an integer with K, M, G or T for powers of 1024.
    func byteCount(_ name: String) throws -> Int? {
        guard let text = value(name) else { return nil }
        let units = Array("KMGT")
        let power = text.last.flatMap { units.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
        let number = power == 0 ? text[...] : text.dropLast()
        guard let count = Int(number), count > 0, number.first != "+", count <= Int.max >> (10 * power) else {
            throw usage("--\(name) is '\(text)'; it has to be a size such as 800M or 3G")
        }
        return count << (10 * power)
    }

    /// `--seed`, an integer from 0 to 2^64−1.
    func seed() throws -> UInt64? {
        guard let text = value("seed") else { return nil }
        guard let seed = UInt64(text), text.utf8.first != UInt8(ascii: "+") else {
            throw usage("--seed is '\(text)'; it has to be an integer from 0 to \(UInt64.max)")
        }
        return seed
    }

    /// One of a type's cases, by its name.
    func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, of type: Value.Type) throws -> Value? {
        try choice(name, type.allCases.map(\.rawValue)).flatMap(Value.init)
    }

    /// One of some names.
    func choice(_ name: String, _ names: [String]) throws -> String? {
        guard let text = value(name) else { return nil }
        guard names.contains(text) else {
            let nearest = NearestName.of(text, among: names).map { "did you mean '\($0)'? " } ?? ""
            throw usage("--\(name) is '\(text)'; \(nearest)valid: \(names.joined(separator: ", "))")
        }
        return text
    }
}
