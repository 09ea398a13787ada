import Foundation
import Repro

/// `repro report DIR…`: run directories as one page to read and to send.
enum ReportCommand: Command {
    static let specification = CommandSpecification(
        name: "report", summary: "Writes one self-contained HTML page about one or several runs",
        operands: "DIR…",
        options: [
            .option("output", "FILE.html", "the page; needed. One that is there is replaced"),
            .option(
                "predictions", "FILE",
                "what `repro evaluate --predictions` wrote, for the inputs that were most confidently wrong; the first is of the first DIR",
                repeats: true),
        ],
        notes: [
            "DIR is a run directory; the first is what the others are compared with. The page holds the verdict, the digest",
            "tree, curves, confusion matrices, distances in ulp, environments and commands; it loads nothing and has no script.",
            "`repro run --trace tensor` makes run directories that tell every tensor of every stage.",
            "Exit code: 0 written, whatever it says; `repro diff` exits with 1 where runs differ.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let directories = context.arguments.operands
        guard !directories.isEmpty else {
            throw usage("name a run directory: repro report DIR… --output FILE.html")
        }
        guard let output = context.arguments.value("output") else {
            throw usage("--output is needed: repro report DIR… --output FILE.html")
        }
        try verify(directories, output)
        let predictions = context.arguments.allValues("predictions")
        guard predictions.count <= directories.count else {
            throw usage("--predictions is given \(predictions.count) times, and run directories \(directories.count)")
        }
        try context.verifyEngineOptions()
        let report = try Report(
            directories: directories, predictions: predictions,
            isShipped: { run in Experiment.shipped(named: run.experiment)?.json == .object(run.options) })
        try context.interruption.protected { try AtomicFile.write(Array(report.html.utf8), to: output) }
        try context.answer(json(report, output), lines(report))
        if context.format == .text { context.messages.remark("wrote \(output)") }
        return .success
    }

    private static func verify(_ directories: [String], _ output: String) throws {
        let paths = directories.map { Paths.trimmed($0) }
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let places = paths.map(resolved)
        for (index, path) in paths.enumerated() where places[..<index].contains(places[index]) {
            throw usage("'\(path)' is named twice; name each run directory once")
        }
        try PageFile.verify(output, option: "--output")
        if places.contains(resolved(Paths.folder(of: output))) {
            throw usage("'\(output)' lies in a run directory, which holds a run's files alone; name another place")
        }
    }

    private static func lines(_ report: Report) -> [StyledText] {
        let groups = report.comparison.groups
        let runs = report.names.count == 1 ? "1 run" : "\(report.names.count) runs"
        return ["\(groups.count == 1 ? "one digest" : "\(groups.count) digests") over \(runs)"]
            + groups.map { group in
                let names = group.members.map { report.names[$0] }.joined(separator: ", ")
                let place = group.drift.map { drift in
                    let tensor = drift.tensor.flatMap { $0.stage == drift.stage ? ", \($0.name)" : nil } ?? ""
                    return "  first divergence: \(drift.stage)\(tensor)"
                }
                return "  \(group.root.abbreviated)  \(names)\(place ?? "")"
            }
    }

    private static func json(_ report: Report, _ output: String) -> JSONValue {
        let groups = report.comparison.groups
        let digests = groups.map { group -> JSONValue in
            [
                "digest": group.root, "runs": group.members.map { report.names[$0] },
                "drift": group.drift.map(DriftText.json),
            ]
        }
        return ["output": output, "distinctDigests": groups.count, "digests": digests]
    }
}
