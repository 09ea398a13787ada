import Foundation
import Repro

/// `repro bisect --baseline PATH`: another build against this one, from stage to element.
enum BisectCommand: Command {
    static let specification = CommandSpecification(
        name: "bisect", summary: "Finds the operation where another build's results part from this one's",
        operands: "[EXPERIMENT…]",
        options: [
            .option("baseline", "PATH", "the `repro` of the other build; needed"),
            .option("seed", "N", "0 … 2^64−1; needed unless goldens or the config have one"),
            .config,
            .option("goldens", "DIR", "where seeds come from (default Goldens)"),
        ],
        notes: [
            "Each level runs both builds again, no further than the stage where they part. Without EXPERIMENT: every golden's.",
            "--threads and --kernels, where they are given, are given to both.",
            "Exit code: 0 equal, 1 they part, 2 a build could not be asked, 3 a build that does not repeat itself.",
        ], formats: Format.allCases)

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        guard let path = arguments.value("baseline") else {
            throw usage(
                "name the other build: repro bisect --baseline PATH, for example --baseline ../last-release/repro")
        }
        let baseline = try BuildProcess(path: path, option: "--baseline", running: context.interruption.processes)
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
            present: try BuildProcess(path: own, option: "--baseline", running: context.interruption.processes),
            options: options,
            onLevel: { messages.progress($0) })
        var findings = BisectFindings(baseline: path)
        let experiments = try experiments(context)
        for (experiment, seed, base) in experiments {
            do {
                let result = try bisection.search(experiment, seed: seed, base: base)
                messages.clear()
                findings.append(result)
            } catch  where error is BuildProcess.Failure || error is Bisection.NotRepeatable {
                messages.clear()
                findings.append(
                    experiment.name, "\(error)",
                    code: error is Bisection.NotRepeatable ? .notReproducible : .notJudged)
                Messages.write("repro: \(experiment.name): \("\(error)")\n")
            }
            try context.show(findings.cases, of: experiments.count)
        }
        try context.finish(findings.findings)
        return findings.exitCode
    }

    private static func experiments(_ context: Context) throws -> [(Experiment, seed: UInt64, base: String)] {
        let arguments = context.arguments
        if arguments.value("config") != nil {
            let (experiment, seed, base) = try context.chooseExperiment()
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
            throw usage("'\(path)' holds no golden to take experiments and seeds from; give --seed N")
        }
        return try names.map { name in
            let golden = try folder.golden(named: name)
            return (try folder.experiment(golden.experiment, named: name), seed ?? golden.seed, path)
        }
    }
}
