import Repro

/// `repro list`: experiments, and which have goldens.
enum ListCommand: Command {
    static let specification = CommandSpecification(
        name: "list", summary: "Lists experiments, and which have goldens", operands: "",
        options: [.goldens])

    static func run(_ context: Context) throws -> ExitCode {
        try context.verifyEngineOptions()
        let folder = GoldenFolder(path: context.arguments.value("goldens") ?? "Goldens")
        try context.reportHalfDone(folder)
        let present = try folder.claimedNames().map(\.text) + folder.fileNames()
        var names = Experiment.shipped.map(\.name)
        for name in present where !names.contains(name) { names.append(name) }
        var rows: [JSONValue] = []
        var lines: [StyledText] = []
        for name in names {
            var golden: Golden?
            var problem: String?
            if present.contains(name) {
                do { golden = try folder.golden(named: name) } catch { problem = "\(error)" }
            }
            let summary = Experiment.summary(of: name)
            rows.append([
                "name": name, "shipped": Experiment.shipped(named: name) != nil, "golden": golden?.root,
                "config": golden?.config, "problem": problem, "summary": summary,
            ])
            let state = problem.map { $0 + "  " } ?? golden.map(origin) ?? "none"
            let digest = (golden?.root.abbreviated ?? "").padded(14)
            let line: StyledText = "\(name.padded(20))\(state.padded(14))\(faint: digest)\(summary)"
            lines.append(line.trimmedRight)
        }
        let programs = try ProgramGoldenFile(goldens: folder.path).goldens()
        for program in programs {
            let command = program.configuration.command.map(Text.shellWord).joined(separator: " ")
            lines.append(
                "\(program.name.text.padded(20))\("program".padded(14))\(faint: program.root.abbreviated.padded(14))\(command)"
            )
        }
        let tests = try TestGoldenFile(goldens: folder.path).goldens()
        for test in tests {
            lines.append(
                "\(test.name.text.padded(20))\("test".padded(14))\(faint: test.root.abbreviated.padded(14))\(test.test)"
            )
        }
        let json = programs.map { ["name": $0.name, "golden": $0.root, "audit": $0.configuration] as JSONValue }
        let jsonOfTests = tests.map { ["name": $0.name, "golden": $0.root, "test": $0.test] as JSONValue }
        try context.answer(["experiments": rows, "programs": json, "tests": jsonOfTests], lines)
        return .success
    }

    /// The seed, and of a golden that is held against nothing that this is so.
    private static func origin(_ golden: Golden) -> String {
        let isHeld = golden.config != nil || Experiment.shipped(named: golden.name.text) != nil
        return "seed \(golden.seed)" + (isHeld ? "" : ", no config file")
    }
}
