import Repro

/// `repro dispute`: two people's runs of one experiment, where they part, and who is right there.
enum DisputeCommand: Command {
    static let specification = CommandSpecification(
        name: "dispute", summary: "Finds where two committed runs of one experiment part, and who is right there",
        operands: "A B",
        options: [.option("config", "FILE", "where the experiment's configuration is now (default: where it was)")],
        notes: [
            "A and B are run directories with checkpoints. Their committed states are compared by bisection, then the stages between",
            "the last state that both have and the first that differs. This build computes the first stage that differs, from the",
            "nearest state before it that is kept. Where tensors are kept (--trace tensor, or a state after every step), it names",
            "the operation.",
            "Exit code: 0 they agree as far as both have come, 1 they part, 2 they cannot be compared.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        guard arguments.operands.count == 2 else { throw usage("name two run directories: repro dispute A B") }
        let engine = try context.engine()
        let runs = try arguments.operands.map { path in
            do {
                return try CommittedRun(RunDirectory(path: path), config: arguments.value("config"), engine: engine)
            } catch let forgery as CommittedRun.Forgery {
                throw CommandLineError(message: "\(forgery); `repro verify \(path)` says more", code: .notJudged)
            }
        }
        guard let dispute = try Dispute(runs[0], runs[1]) else {
            try context.answer(["agree": true], ["the runs agree as far as both have come"])
            return .success
        }
        let progress = context.messages.runProgress("computing \(dispute.stage?.description ?? "the state")")
        let judgement = try Judgement(dispute, between: runs, onProgress: progress)
        context.messages.clear()
        try context.answer(json(dispute, judgement), lines(dispute, judgement, names: arguments.operands))
        return .drift
    }

    private static func json(_ dispute: Dispute, _ judgement: Judgement) -> JSONValue {
        [
            "agree": false, "comparisons": dispute.comparisons, "agreedStep": dispute.agreed,
            "partedStep": dispute.parted, "stage": dispute.stage?.description, "digests": dispute.digests,
            "computed": judgement.digest, "right": judgement.isRight, "tensor": judgement.tensor,
            "operations": judgement.operations, "computedSteps": judgement.stepCount,
        ]
    }

    private static func lines(_ dispute: Dispute, _ judgement: Judgement, names: [String]) -> [StyledText] {
        var lines: [StyledText] = [
            .row("agree", "\(dispute.agreed.map { "up to step \($0)" } ?? "nowhere: the first states differ")"),
            .row("part", "\(dispute.parted.map { "by step \($0)" } ?? "after the last committed state")"),
            .row("compared", "\(dispute.comparisons) pairs of digests; \(grouped(judgement.stepCount)) steps computed"),
            .row("first", "\(strong: dispute.stage?.description ?? "the state after step \(dispute.parted ?? 0)")"),
        ]
        if let tensor = judgement.tensor {
            lines.append(.row("tensor", "\(tensor)"))
        } else {
            lines.append(.row("tensor", "not known: run both with --trace tensor, and its name is kept"))
        }
        if let first = judgement.operations.first, judgement.operations.count > 1 {
            lines.append(.row("operations", "\(judgement.operations.count), the first of them \(first)"))
        }
        for (index, name) in names.enumerated() {
            let verdict: StyledText =
                judgement.isRight[index]
                ? "\(good: "as this build computes it")" : "\(bad: "not what this build computes")"
            lines.append("  " + "\(dispute.digests[index].abbreviated)  \(name)  " + verdict)
        }
        return lines + ["  \(judgement.digest.abbreviated)  this build"]
    }
}
