import Foundation
import Repro

/// `repro bisect --baseline PATH`: another build against this one, from stage to element.
enum BisectCommand: Command {
    static let specification = CommandSpecification(
        name: "bisect", summary: "Finds the operation where another build's results part from this one's",
        operands: "[EXPERIMENT…]",
        options: [
            OptionSpecification(name: "baseline", value: "PATH", help: "the `repro` of the other build; needed"),
            OptionSpecification(
                name: "seed", value: "N", help: "0 … 2^64−1; needed unless goldens or the config have one"),
            OptionSpecification(name: "config", value: "FILE", help: "an experiment of your own, as JSON"),
            OptionSpecification(name: "goldens", value: "DIR", help: "where seeds come from (default Goldens)"),
        ],
        notes: [
            "Each level runs both builds again, no further than the stage where they part. Without EXPERIMENT: every golden's.",
            "--threads and --kernels, where they are given, are given to both. Exit code: 0 equal, 1 they part.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        guard let path = arguments.value("baseline") else {
            throw CommandLineError.usage(
                "name the other build: repro bisect --baseline PATH, for example --baseline ../last-release/repro")
        }
        let baseline = try BuildProcess(path: path, option: "--baseline", running: context.interruption.builds)
        guard let own = Bundle.main.executablePath else {
            throw CommandLineError(message: "the path of this program is not known here", code: .unavailable)
        }
        try context.verifyEngineOptions()
        var options: [String] = []
        for name in ["threads", "kernels"] {
            if let value = arguments.value(name) { options += ["--" + name, value] }
        }
        let messages = context.messages
        let bisection = Bisection(
            baseline: baseline,
            present: try BuildProcess(path: own, option: "--baseline", running: context.interruption.builds),
            options: options,
            onLevel: { messages.progress($0) })
        var results: [Bisection.Result] = []
        var failures: [(name: String, reason: String, code: ExitCode)] = []
        for (experiment, seed, base) in try experiments(context) {
            let result: Bisection.Result
            do {
                result = try bisection.search(experiment, seed: seed, base: base)
            } catch  where error is BuildProcess.Failure || error is Bisection.NotRepeatable {
                messages.clear()
                failures.append(
                    (experiment.name, "\(error)", error is Bisection.NotRepeatable ? .notReproducible : .notJudged))
                Messages.write("repro: \(experiment.name): \(error)\n")
                continue
            }
            messages.clear()
            results.append(result)
            if context.format == .text { try write(result, context.palette) }
        }
        if context.format == .json { try context.print(json(results, failures, baseline: path)) }
        return .ofSeveral(failures.map(\.code) + (results.allSatisfy(\.isEqual) ? [] : [.drift]))
    }

    private static func experiments(_ context: Context) throws -> [(Experiment, seed: UInt64, base: String)] {
        let arguments = context.arguments
        if arguments.value("config") != nil {
            let (experiment, seed, base) = try RunCommand.choose(context)
            return [(experiment, seed, base)]
        }
        let seed = try arguments.seed()
        if let seed, !arguments.operands.isEmpty,
            arguments.operands.allSatisfy({ Experiment.shipped(named: $0) != nil })
        {
            return try arguments.operands.map { (try context.shippedExperiment($0), seed, ".") }
        }
        let path = arguments.value("goldens") ?? "Goldens"
        let folder = GoldenFolder(path: path)
        let known = try GoldenCheck(folder: folder, engine: try context.engine()).caseNames()
        let names = arguments.operands.isEmpty ? known : arguments.operands
        for name in names { try CheckCommand.verify(name, known: known, path: path) }
        guard !names.isEmpty else {
            throw CommandLineError.usage("'\(path)' holds no golden to take experiments and seeds from; give --seed N")
        }
        return try names.map { name in
            let golden = try folder.golden(named: name)
            let experiment = try Experiment.decode(golden.experiment, path: folder.path(of: name)).experiment
            return (experiment, seed ?? golden.seed, path)
        }
    }

    private static func write(_ result: Bisection.Result, _ palette: Palette) throws {
        func row(_ name: String, _ value: String) throws { try Output.line("  " + name.padded(14) + value) }
        let word = result.isEqual ? palette.good("equal") : palette.bad("differs")
        try Output.line("\(result.experiment.padded(20))\(word)  seed \(result.seed)")
        if result.isEqual { return }
        try row("baseline", result.roots.baseline.hexadecimal)
        try row("this build", result.roots.present.hexadecimal)
        for level in result.levels {
            let first = level.first.map { palette.bad($0) } ?? "all agree"
            try row(
                level.kind.rawValue,
                "\(String(level.count).leftPadded(6))  \(String(level.comparisons).leftPadded(2)) comparisons  \(first)"
            )
        }
        if let difference = result.difference, TensorDifferenceText.extent(difference).isEmpty {
            try row("structure", TensorDifferenceText.line(difference))
        } else if let difference = result.difference {
            try row("elements", TensorDifferenceText.extent(difference))
            try row("first element", TensorDifferenceText.first(difference))
        }
        switch result.streamsAgree {
        case true?: try row("streams", "agree")
        case false?: try row("streams", palette.bad("differ") + result.streams.map { "  " + stream($0) }.joined())
        case nil: break
        }
        if let remark = result.remark { try row("", remark) }
    }

    /// What a stream is for: `stream[2,0]` is the order of epoch 0.
    private static func stream(_ name: String) -> String {
        let numbers = name.dropFirst("stream[".count).dropLast().split(separator: ",")
        guard numbers.count == 2, let domain = UInt32(numbers[0]).flatMap(RandomStreams.Domain.init(rawValue:)) else {
            return name
        }
        return "\(name) (\(domain), key \(numbers[1]))"
    }

    private static func json(
        _ results: [Bisection.Result], _ failures: [(name: String, reason: String, code: ExitCode)], baseline: String
    ) -> JSONValue {
        let cases = results.map { result in
            JSONValue.object([
                .init("experiment", .string(result.experiment)), .init("seed", .number(result.seed)),
                .init("equal", .bool(result.isEqual)),
                .init("baseline", .string(result.roots.baseline.hexadecimal)),
                .init("found", .string(result.roots.present.hexadecimal)),
                .init(
                    "levels",
                    .array(
                        result.levels.map { level in
                            .object([
                                .init("level", .string(level.kind.rawValue)), .init("count", .number(level.count)),
                                .init("comparisons", .number(level.comparisons)),
                                .init("first", level.first.map { .string($0) } ?? .null),
                            ])
                        })),
                .init("stage", result.stage.map { .string($0) } ?? .null),
                .init("streamsAgree", result.streamsAgree.map { .bool($0) } ?? .null),
                .init("streams", .array(result.streams.map { .string($0) })),
                .init(
                    "difference",
                    result.difference.map {
                        .object(
                            [.init("text", .string(TensorDifferenceText.line($0)))] + TensorDifferenceText.members($0))
                    } ?? .null),
                .init("remark", result.remark.map { .string($0) } ?? .null),
            ])
        }
        return .object([
            .init("schema", .number(ReproVersion.schema)), .init("baseline", .string(baseline)),
            .init("cases", .array(cases)),
            .init(
                "failures",
                .array(
                    failures.map {
                        .object([.init("experiment", .string($0.name)), .init("reason", .string($0.reason))])
                    })),
        ])
    }
}
