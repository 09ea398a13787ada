import Foundation
import Repro

/// The process that judges one case for `repro check`. It is the same program, called by ``word``, which no help lists: people
/// call `repro check NAME --no-isolation`.
enum CaseProcess {
    static let word = "judge-one-case"

    static func run() throws -> ExitCode {
        guard let parent = ParentProcess(), let order = CaseOrder(parent.order) else {
            throw usage("`repro \(word)` is what `repro check` starts for each case; call that")
        }
        parent.endTogether()
        order.memory.limit(threadCount: order.threads)
        do {
            let outcome = try judge(order) { step, count in
                // About a thousand lines of a run, however long it is.
                let isTold = step % max(8, count / 8000 * 8) == 0 || step == count
                if order.tellsProgress && isTold { parent.answer(HandBack.progress(step, of: count)) }
            }
            parent.answer(try HandBack.verdict(outcome, of: order))
        } catch {
            parent.answer(HandBack.refusal(error))
        }
        return .success
    }

    private static func judge(
        _ order: CaseOrder, onStep: @escaping (_ step: Int, _ count: Int) -> Void
    ) throws -> JudgedCase {
        let engine = try Engine(path: order.kernels, threads: order.threads)
        var check = GoldenCheck(
            folder: GoldenFolder(path: order.goldens), engine: engine,
            perturbation: order.perturbation.flatMap { Perturbation($0) })
        check.baseline = order.baseline
        check.makesSuccessors = order.successorFolder != nil
        let diagnosis = Diagnosis(
            goldens: order.goldens, config: order.config, environment: RunEnvironment(engine: engine),
            baseline: order.baseline, results: order.results)
        let rendering = CheckFindings(diagnosis: diagnosis, width: order.width)
        let definition = try order.config.map { try CheckCommand.asked($0) }
        return rendering.judged(
            try check.check(order.name, against: definition) { event in
                if case .step(let step, let count) = event { onStep(step, count) }
            })
    }
}
