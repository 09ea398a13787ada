import Foundation
import Repro

/// `repro sweep`: one experiment with many seeds and options, and what its metrics come to.
enum SweepCommand: Command {
    static let specification = CommandSpecification(
        name: "sweep", summary: "Runs an experiment with many seeds and options; mean, spread and one digest",
        operands: "[EXPERIMENT]",
        options: [
            .option("seeds", "A..B|A,B,C", "the seeds; needed"),
            .config,
            .option("vary", "KEY=A,B,…", "an option and its values, such as model.hidden=64,128", repeats: true),
            .set,
            .option("output", "DIR", "the sweep's folder (default .repro/sweep-EXPERIMENT)"),
            .option("jobs", "N", "runs at a time (default: processors ÷ threads)"),
        ],
        notes: [
            "Each run is a process and a run directory of its own, by default with one thread. A sweep that was stopped goes on",
            "where it was; further seeds and values can be added to one that is there. The folder has sweep.json, sweep.csv",
            "and digests.txt, whose SHA-256 is the sweep's digest. ± is half of the 95 % interval around the mean, by",
            "Student's t. A run that fails is named, and the others go on.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        let experiment: Experiment
        var base = "."
        guard arguments.operands.count <= 1 else { throw usage("one experiment at a time") }
        if let path = arguments.value("config") {
            guard arguments.operands.isEmpty else { throw usage("name an experiment or --config FILE, not both") }
            (experiment, _, base) = try Context.configuration(path)
        } else {
            experiment = try context.shippedExperiment(arguments.operands.first ?? "roman")
        }
        let common = try arguments.settings()
        let varied = try experiment.setting(common, path: "--set")
        let plan = try SweepPlan(varied, axes: try axes(arguments), seeds: try seeds(arguments))
        let threads = arguments.has("threads") ? try context.threads() : 1
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let jobs = try arguments.integer("jobs", in: 1...1024) ?? max(1, processors / threads)
        let directory = SweepDirectory(path: arguments.value("output") ?? ".repro/sweep-\(experiment.name)")
        let data = try varied.paths.map { path in
            Golden.DataFile(path: path, bytes: try ByteFile.contents(of: Paths.resolve(path, against: base)))
        }
        _ = try context.kernelPath().kernels()
        try context.interruption.protected { try directory.open(varied, data: data) }

        var words = arguments.value("config").map { ["--config", $0] } ?? [experiment.name]
        words += ["--threads", String(threads), "--kernels", try context.kernelPath().rawValue]
        words += common.flatMap { ["--set", "\($0.key)=\($0.value.text(.compact))"] }
        let isText = context.format == .text && !context.messages.isQuiet
        let (messages, palette) = (context.messages, context.palette)
        let count = plan.cases.count
        messages.progress("0 of \(count) runs")
        let width = plan.cases.map(\.name.count).max() ?? 0
        guard let path = ChildProcess.ownPath else {
            throw CommandLineError(message: "the path of this program is not known here", code: .unavailable)
        }
        let build = try BuildProcess(path: path, option: "--jobs", running: context.interruption.processes)
        let sweep = try Sweep(plan, in: directory, build: build, words: words, jobs: jobs) { outcome in
            messages.clear()
            if isText { try Output.write(palette.paint([SweepText.line(outcome, width: width)])) }
            messages.progress("\(plan.cases.firstIndex { $0.name == outcome.plan.name }! + 1) of \(count) runs")
        }
        messages.clear()
        try context.interruption.protected { try sweep.write(to: directory) }
        if context.format == .json {
            try context.print(sweep.json)
        } else {
            // A blank line parts the tables from the lines of runs, where there are some.
            try context.write(Array(SweepText.summary(sweep).dropFirst(isText ? 0 : 1)))
        }
        messages.remark(
            "wrote \(directory.path): \(count) runs, sweep.json, sweep.csv"
                + (sweep.digest == nil ? "" : ", digests.txt"))
        return ExitCode.ofSeveral(sweep.outcomes.map { $0.failure?.exitCode ?? .success })
    }

    private static func axes(_ arguments: Arguments) throws -> [SweepPlan.Axis] {
        let axes = try arguments.allValues("vary").map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let values = parts.count == 2 ? OptionSetting.values(parts[1]) : []
            guard OptionSetting(text) != nil, !values.isEmpty else {
                throw usage("--vary is '\(text)'; it has to be KEY=A,B,…, for example model.hidden=64,128")
            }
            for (index, value) in values.enumerated() where values[..<index].contains(value) {
                throw usage("--vary is '\(text)'; a value stands in it twice")
            }
            return SweepPlan.Axis(key: parts[0], values: values)
        }
        for (index, axis) in axes.enumerated() where axes[..<index].contains(where: { $0.key == axis.key }) {
            throw usage("--vary names '\(axis.key)' twice; put all of its values into one")
        }
        return axes
    }

    private static func seeds(_ arguments: Arguments) throws -> [UInt64] {
        guard let text = arguments.value("seeds") else {
            throw usage("seeds are needed: repro sweep --seeds 1..5")
        }
        func wrong() -> CommandLineError {
            usage("--seeds is '\(text)'; it has to be A..B or A,B,C, each from 0 to \(UInt64.max), none twice")
        }
        let bounds = text.split(separator: "..", omittingEmptySubsequences: false)
        if bounds.count == 2 {
            guard let first = UInt64(bounds[0]), let last = UInt64(bounds[1]), first <= last else { throw wrong() }
            guard last - first < 100_000 else { throw usage("--seeds is '\(text)'; a sweep has at most 100,000 seeds") }
            return Array(first...last)
        }
        let seeds = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { UInt64($0) }
        guard seeds.count == text.split(separator: ",", omittingEmptySubsequences: false).count,
            Set(seeds).count == seeds.count
        else { throw wrong() }
        return seeds
    }
}
