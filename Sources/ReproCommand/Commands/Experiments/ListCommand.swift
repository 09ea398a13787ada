import Repro

/// `repro list`: experiments, and which have goldens.
enum ListCommand: Command {
    static let specification = CommandSpecification(
        name: "list", summary: "Lists experiments, and which have goldens", operands: "",
        options: [.goldens])

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
                rows.append([
                    "name": name, "shipped": Experiment.shipped(named: name) != nil, "golden": root,
                    "problem": problem, "summary": summary,
                ])
            } else {
                let digest = root.map { context.palette.faint(String($0.prefix(12))) } ?? ""
                try Output.line(
                    (name.padded(20) + golden.padded(14) + digest.padded(14) + summary).trimmedRight)
            }
        }
        if context.format == .json {
            try context.print(["schema": ReproVersion.schema, "experiments": rows])
        }
        return .success
    }
}
