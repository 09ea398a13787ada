import ReproFormats

/// Something that may make a program repeatable: what it changes, against which cause, and who documents it.
///
/// A remedy is tried, never assumed: the program runs again under it, with the causes varied around it. Variables hold whatever a
/// variation set; what the hook applies needs Python.
public struct Remedy: Sendable, Equatable {
    /// Such as `fixed-threads`.
    public let name: String
    /// What it does, as an instruction to the program's author.
    public let advice: String
    /// The variations that it answers.
    public let causes: [String]
    /// Operations or findings that it is meant for, by the beginnings of their names; empty for all.
    public let operations: [String]
    /// Variables to set.
    public let environment: [(name: String, value: String)]
    /// What the hook applies, for `TracedRun.environment`.
    public let hook: [String]
    /// Where it is documented, and what is said there in short.
    public let source: String

    init(
        _ name: String, _ advice: String, against causes: [String], of operations: [String] = [],
        environment: [(name: String, value: String)] = [], hook: [String] = [], source: String
    ) {
        self.name = name
        self.advice = advice
        self.causes = causes
        self.operations = operations
        self.environment = environment
        self.hook = hook
        self.source = source
    }

    public static func == (a: Remedy, b: Remedy) -> Bool { a.name == b.name }

    /// Those that answer a cause, the mildest first. A cause of several variations needs an answer to each.
    ///
    /// - Parameter finding: the first operation, where it is known; remedies for other operations are left out.
    public static func answering(_ cause: [String], finding: OperationFinding? = nil) -> [Remedy] {
        table.filter { remedy in
            remedy.causes.contains { cause.contains($0) } && remedy.isMeant(for: finding)
        }
    }

    private func isMeant(for finding: OperationFinding?) -> Bool {
        guard let finding, !operations.isEmpty else { return true }
        return operations.contains {
            finding.name.hasPrefix($0) || finding.moduleKind == $0 || finding.kind.rawValue == $0
        }
    }

    /// Several remedies at once: for a cause that no single one takes away.
    public static func joined(_ remedies: [Remedy]) -> Remedy {
        Remedy(
            remedies.map(\.name).joined(separator: " + "), remedies.map(\.advice).joined(separator: "; "),
            against: remedies.flatMap(\.causes), environment: remedies.flatMap(\.environment),
            hook: remedies.flatMap(\.hook), source: remedies.map(\.source).joined(separator: "; "))
    }
}

extension Remedy: JSONRepresentable {
    public var json: JSONValue {
        let variables = environment.map { JSONValue.Member($0.name, .string($0.value)) }
        return [
            "name": name, "advice": advice, "environment": JSONValue.object(variables), "hook": hook, "source": source,
        ]
    }
}
