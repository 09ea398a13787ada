import Repro

/// `repro retire`: takes goldens out of their folder on purpose, and notes in its index which, who and why.
enum RetireCommand: Command {
    static let specification = CommandSpecification(
        name: "retire", summary: "Takes goldens out on purpose; the index keeps who did, and why", operands: "GOLDEN…",
        options: [
            .option("reason", "TEXT", "why; recorded in the index"),
            .goldens,
            .option("by", "NAME", "who retires them (default: git's user.name)"),
            .flag("yes", "do not ask; needed where there is no terminal"),
        ],
        notes: [
            "A golden, its tensors and its entry go in one step, as bless writes them; index.json keeps name, digest, who and why. By",
            "that `repro check --against REF` tells a removal that is meant from a loss. It covers the golden that was taken out, and",
            "no other of its name; blessing the name anew takes the note away. Refuses where CI is set.",
        ], formats: [.text])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        try BlessCommand.verifyPerson(context)
        let reason = try BlessCommand.reason(arguments, for: "what is no longer to be checked")
        try context.verifyEngineOptions()
        guard !arguments.operands.isEmpty else { throw usage("name the goldens to take out: repro retire GOLDEN") }
        let folder = GoldenFolder(path: arguments.value("goldens") ?? "Goldens")
        try context.reportHalfDone(folder)
        let author = try BlessCommand.author(arguments)
        let (programs, tests) = (try ProgramCases(folder), try TestCases(folder))

        var retirements: [GoldenRetirement] = []
        func isNamed(_ name: String) -> Bool { arguments.operands.contains { Text.areSame($0, name) } }
        let (namedPrograms, namedTests) = (programs.names.filter(isNamed), tests.names.filter(isNamed))
        let named = namedPrograms + namedTests
        for word in arguments.operands
        where !named.contains(word) && !retirements.contains(where: { Text.areSame($0.name.text, word) }) {
            guard let name = GoldenName(word), let root = try folder.root(of: name) else {
                let known = try folder.claimedNames().map(\.text) + programs.names + tests.names
                let nearest = NearestName.of(word, among: known).map { "did you mean '\($0)'?" }
                throw usage(
                    "\(folder.path)/\(GoldenFolder.indexName) names no golden '\(word)'; "
                        + (nearest ?? "`repro list\(folder.option)` shows them"))
            }
            retirements.append(GoldenRetirement(name: name, root: root, by: author, reason: reason))
            try context.write(["\(word.padded(20))\(root.abbreviated) → \(bad: "none")"])
        }
        for name in named {
            let kind = namedTests.contains(name) ? "a test" : "a program"
            try context.write(["\(name.padded(20))\(kind) → \(bad: "none")"])
        }
        let names = (retirements.map(\.name.text) + named).joined(separator: ", ")
        guard try BlessCommand.agrees("Take \(names) out of \(folder.path)?", arguments) else {
            try Output.write(["nothing was removed"])
            return .success
        }
        if !retirements.isEmpty { try BlessCommand.commit([], retiring: retirements, to: folder, context) }
        try context.interruption.protected {
            try programs.remove(namedPrograms)
            try tests.remove(namedTests)
        }
        let note = retirements.isEmpty ? "" : ", and \(GoldenFolder.indexName) says why"
        try Output.write(["retired \(names): no longer in \(folder.path)\(note)"])
        return .success
    }
}
