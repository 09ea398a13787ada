import Repro

/// `repro list`: experiments, and which have goldens.
enum ListCommand: Command {
    static let specification = CommandSpecification(
        name: "list", summary: "Lists experiments, and which have goldens", operands: "",
        options: [OptionSpecification(name: "goldens", value: "DIR", help: "the folder of goldens (default Goldens)")])

    static func run(_ context: Context) throws -> ExitCode {
        try context.verifyEngineOptions()
        let folder = GoldenFolder(path: context.arguments.value("goldens") ?? "Goldens")
        let claimed = try folder.index().map(\.name)
        var names = Experiment.shipped.map(\.name)
        for name in claimed + folder.fileNames() where !names.contains(name) { names.append(name) }
        var rows: [JSONValue] = []
        for name in names {
            var golden = "none"
            var root: String?
            var problem: String?
            if claimed.contains(name) || folder.fileNames().contains(name) {
                do {
                    let read = try folder.golden(named: name)
                    golden = "seed \(read.seed)"
                    root = read.root.hexadecimal
                } catch {
                    problem = "\(error)"
                    golden = "\(error)  "
                }
            }
            let summary = Experiment.summary(of: name)
            if context.format == .json {
                rows.append(
                    .object([
                        .init("name", .string(name)), .init("shipped", .bool(Experiment.shipped(named: name) != nil)),
                        .init("golden", root.map { .string($0) } ?? .null),
                        .init("problem", problem.map { .string($0) } ?? .null), .init("summary", .string(summary)),
                    ]))
            } else {
                let digest = root.map { context.palette.faint(String($0.prefix(12))) } ?? ""
                try Output.line(
                    (name.padded(20) + golden.padded(14) + digest.padded(14) + summary).trimmedRight)
            }
        }
        if context.format == .json {
            try context.print(
                .object([.init("schema", .number(ReproVersion.schema)), .init("experiments", .array(rows))]))
        }
        return .success
    }
}

extension String {
    var trimmedRight: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
