import Foundation
import ReproFormats
import ReproProcesses

/// A plan, which of its runs, and what of that is traced: a run is traced once.
struct TraceKey: Equatable {
    let plan: TrialPlan
    let number: Int
    let mode: TracedRun.Mode
}

/// What the traces of two runs that differ by a cause tell.
struct TracedDifference {
    /// Where the runs part first; nil where the traces agree or are not to be trusted.
    var finding: OperationFinding?
    /// The operation with its inputs, where it is one that can run again.
    var capsule: OperationCapsule?
    /// Whether the program runs Python at all.
    var isPython = true
    /// What else has to be said.
    var remark: String?
}

// After the ladder: which operation of a Python program differs first.
extension Audit {
    /// At most so many bytes of tensors are kept of a traced run.
    private static let keptBytes = 1 << 28

    /// Where the runs of two plans part first, from runs below the hook.
    ///
    /// A trace that changes a result would name an operation of another program: each traced run must end in what an untraced run of its
    /// plan gave. Where the cause makes unchanged runs differ, a run with everything pinned is the witness.
    func firstDifference(_ plans: [TrialPlan], isOwn: Bool, _ findings: LadderFindings) throws -> TracedDifference {
        if isOwn, !findings.held.isEmpty {
            let witness = TrialPlan(held: findings.held)
            if case .refused(let why) = try traced(witness, .steps, checked: true) {
                return TracedDifference(remark: why)
            }
        }
        var difference = TracedDifference()
        // Runs of one plan that may differ are told apart by their numbers; else a run is traced once for all causes.
        var number = 0
        func pair(_ mode: TracedRun.Mode) throws -> (TracedRun, TracedRun)? {
            var runs: [TracedRun] = []
            for plan in plans {
                if isOwn { number += 1 }
                switch try traced(plan, mode, checked: !isOwn, number: number) {
                case .run(let run): runs.append(run)
                case .refused(let why):
                    difference.remark = why
                    return nil
                }
                if runs[0].processes.isEmpty {
                    difference.isPython = false
                    return nil
                }
            }
            return (runs[0], runs[1])
        }
        guard let steps = try pair(.steps), !steps.0.isEmpty, !steps.1.isEmpty else { return difference }
        let window = FirstOperation.window(steps.0, steps.1)
        guard var whole = try pair(.operations(window, keep: Audit.keptBytes)) else { return difference }
        difference.finding = try FirstOperation.locate(whole.0, whole.1)
        if let finding = difference.finding, finding.kind == .operation, finding.gap == nil,
            let first = finding.indices?.first
        {
            // Its tensors came after too many others: those of this operation alone, and of some after it.
            let mode = TracedRun.Mode.operations(window, keep: Audit.keptBytes, only: [first...first + 20])
            guard let near = try pair(mode) else { return difference }
            whole = near
            difference.finding = try FirstOperation.locate(whole.0, whole.1) ?? finding
        }
        guard var finding = difference.finding else { return difference }
        difference.capsule = OperationCapsule(finding, whole.0, whole.1)
        if let capsule = difference.capsule {
            try probe(capsule, plans, whole.0, &finding)
            if let replay = request.contractReplay { try finding.add(capsule, whole.0, whole.1, replay: replay) }
            difference.finding = finding
        }
        return difference
    }

    private enum Tracing {
        case run(TracedRun)
        case refused(String)
    }

    /// A run of a plan below the hook.
    ///
    /// - Parameters:
    ///   - checked: whether it has to end as the latest untraced run of the plan did.
    ///   - number: tells runs of a plan apart that may differ.
    private func traced(
        _ plan: TrialPlan, _ mode: TracedRun.Mode, checked: Bool, number: Int = 0
    ) throws -> Tracing {
        let key = TraceKey(plan: plan, number: number, mode: mode)
        if let known = traces.first(where: { $0.key == key }) { return .run(known.run) }
        furtherRuns.traced += 1
        let hook = scratch.path("hook")
        if furtherRuns.traced == 1 { try HookFiles.write(to: hook) }
        let directory = scratch.path("trace-\(furtherRuns.traced)")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let variables = TracedRun.environment(
            hook: hook, directory: directory, mode: mode, pythonPath: runner.context.variable("PYTHONPATH"))
        onProgress(0, mode == .steps ? "steps traced" : "operations traced")
        let result = try runner.run(setting(plan), variables: variables)
        defer { removeFolders() }
        if let fault = result.fault, !fault.isResult {
            return .refused("no operation is named: the traced run could not be judged: \(fault)")
        }
        let run = try TracedRun(contentsOf: directory)
        if let fault = run.faults {
            return .refused("no operation is named: the trace is not whole: \(Text.excerpt(fault))")
        }
        if checked, let untraced = latest[plan]?.first, !same(untraced, result) {
            return .refused("no operation is named: below the trace the program ends in other bits")
        }
        traces.append((key, run))
        return .run(run)
    }

    /// Runs the operation again under both plans, and asks a recurrent layer for its gates.
    private func probe(
        _ capsule: OperationCapsule, _ plans: [TrialPlan], _ run: TracedRun, _ finding: inout OperationFinding
    ) throws {
        guard let python = run.processes.first(where: { !$0.executable.isEmpty })?.executable else { return }
        let folder = scratch.path("operation-\(furtherRuns.traced)")
        try capsule.write(to: folder)
        var probes: [GateProbe] = []
        for (plan, side) in zip(plans, OperationCapsule.Side.allCases) {
            let result = folder + "/\(side.rawValue).json"
            let command = OperationCapsule.command(
                python: python, hook: scratch.path("hook"), folder: folder, side: side, result: result)
            onProgress(0, "\(finding.name) once more, alone")
            var setting = setting(plan)
            setting.set("TORCHINDUCTOR_CACHE_DIR", folder + "/inductor")
            _ = try? runner.start(setting, command, in: request.directory, within: Double(request.seconds))
            guard let probe = try? GateProbe(contentsOf: result) else { return }
            probes.append(probe)
        }
        finding.isRepeated = probes[0].isRepeated(capsule.operation) && probes[1].isRepeated(capsule.other)
        finding.add(probes[0], probes[1])
    }
}
