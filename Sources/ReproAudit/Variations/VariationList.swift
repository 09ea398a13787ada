import ReproFormats

/// The variations of an audit: all that there are, and those that the user asks for.
public enum VariationList {
    /// Every variation that needs nothing from the user, as it is here. Those that can be pinned are tried in this order.
    public static func all(_ context: VariationContext) -> [Variation] {
        MemoryVariations.all(context) + ProcessorVariations.all(context) + SurroundingVariations.all(context)
    }

    /// Variations whose values only the user knows, with how to name them.
    public static let asked = [
        (name: "workers", how: "--vary workers=0,2 puts 0 or 2 in the place of {workers} in the command"),
        (name: "batch", how: "--vary batch=32,8 puts 32 or 8 in the place of {batch} in the command"),
        (
            name: "resume",
            how: "--vary resume='COMMAND' kills the program at a random moment and goes on by the shell's COMMAND"
        ),
    ]

    /// A request that cannot be carried out.
    public struct Fault: Error, CustomStringConvertible {
        /// What is wrong with it, and what would be right.
        public let description: String
    }

    /// The variations of `--vary` and `--no-vary`.
    ///
    /// `NAME` alone: only what is named is varied. `NAME=A,B`: the value of runs that do not vary it, and of those that do; `NAME=B`
    /// the latter alone; of `NAME=A,C,B` only a grid tries C. A name that stands as `{NAME}` in the command is a word of it; one that no variation has is a variable.
    ///
    /// - Throws: ``Fault``.
    public static func chosen(
        vary: [String], without: [String], command: [String], _ context: VariationContext
    ) throws(Fault) -> [Variation] {
        var variations = all(context)
        var named: [String] = []
        for request in vary {
            let parts = request.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0]
            let place = variations.firstIndex { $0.name == name }
            guard parts.count > 1 else {
                if let one = asked.first(where: { $0.name == name }) { throw Fault(description: one.how) }
                guard place != nil else { throw unknown(name, variations) }
                named.append(name)
                continue
            }
            if name == "resume" {
                variations.append(resume(parts[1]))
                continue
            }
            let values = parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let isDistinct = values.enumerated().allSatisfy { !values[..<$0.offset].contains($0.element) }
            guard isDistinct else {
                throw Fault(
                    description: "--vary \(request): name one value or several different ones: --vary \(name)=A,B")
            }
            var variation: Variation
            if command.contains(where: { $0.contains("{\(name)}") }) {
                guard values.count >= 2 else {
                    throw Fault(description: "--vary \(request): {\(name)} stands in the command; name two values")
                }
                variation = word(name)
            } else if let place {
                variation = variations[place]
                if let refusal = variation.refusal { throw Fault(description: "--vary \(request): \(refusal)") }
                guard variation.held != nil && variation.varied == nil ? false : values.allSatisfy(variation.isValid)
                else { throw Fault(description: "--vary \(request): a value of \(name) is \(variation.form)") }
            } else if let one = asked.first(where: { $0.name == name }) {
                throw Fault(description: "--vary \(request): {\(name)} does not stand in the command; \(one.how)")
            } else if isVariable(name) {
                variation = variable(name)
            } else {
                throw unknown(name, variations)
            }
            if values.count >= 2 { variation.base = values[0] }
            variation.further = Array(values.dropFirst().dropLast())
            variation.varied = values[values.count - 1]
            if let place { variations[place] = variation } else { variations.append(variation) }
        }
        for name in without {
            guard let place = variations.firstIndex(where: { $0.name == name }) else { throw unknown(name, variations) }
            variations[place] = variations[place].with(varied: nil, refusal: "--no-vary")
        }
        if !named.isEmpty {
            let given = vary.map { String($0.prefix { $0 != "=" }) }
            variations = variations.map { variation in
                given.contains(variation.name) || variation.refusal != nil
                    ? variation : variation.with(varied: nil, held: variation.held, refusal: nil)
            }
        }
        return variations
    }

    private static func unknown(_ name: String, _ variations: [Variation]) -> Fault {
        let names = variations.map(\.name) + asked.map(\.name)
        let hint = NearestName.of(name, among: names).map { "did you mean '\($0)'?" } ?? "see --list-variations"
        return Fault(
            description: "no variation is called '\(name)'; \(hint) A variable of the environment needs two values: "
                + "--vary NAME=A,B")
    }

    /// Whether it can be the name of a variable of the environment.
    static func isVariable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 }
        return bytes.first.map(isLetter) == true && bytes.allSatisfy { isLetter($0) || (48...57).contains($0) }
    }

    private static func variable(_ name: String) -> Variation {
        Variation(name, "the variable \(name)", facts: ["variable \(name)"]) { $1.set(name, $0) }
    }

    private static func word(_ name: String) -> Variation {
        Variation(name, "{\(name)} in the command", facts: []) { $1.replace(name, by: $0) }
    }

    private static func resume(_ command: String) -> Variation {
        Variation("resume", "killed at a random moment and gone on with", facts: []) { $1.resumption = $0 }
            .with(varied: command)
    }
}
