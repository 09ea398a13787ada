import Foundation
import ReproFormats
import ReproProcesses
import Synchronization

/// An audit of one program: whether it is repeatable, and what breaks it.
public final class Audit {
    /// Tells what is being tried: the number of the run, and what for.
    public typealias Progress = (_ run: Int, _ purpose: String) -> Void

    let request: AuditRequest
    let running: RunningProcesses
    let scratch: ScratchFolder
    private let directory: WorkingDirectory
    let runner: ProgramRunner
    let onProgress: Progress
    private(set) var variations: [Variation] = []
    /// The results that came, each different from the others, in this order.
    private(set) var results: [ProgramResult] = []
    /// The latest two runs of each plan.
    private(set) var latest: [TrialPlan: [ProgramResult]] = [:]
    /// When the latest run of each plan began.
    private var started: [TrialPlan: SuspendingClock.Instant] = [:]
    private var runCount = 0
    private(set) var seconds: Double?
    /// Faults of runs that could not be judged, by what was varied.
    private(set) var faults: [(plan: TrialPlan, fault: ProgramFault)] = []
    private(set) var sameContent: [String] = []
    /// What the masks hid of any two runs that were compared.
    private(set) var hidden: [HiddenOutput] = []
    /// Traces that were taken; see ``inspect(_:_:)``.
    var traces: [(key: TraceKey, run: TracedRun)] = []
    /// The first operation of each cause that has one, by the cause's place in the report.
    var capsules: [Int: OperationCapsule] = [:]
    /// How many runs were traced, how many tried remedies, how many combinations, and how many were killed once more.
    var furtherRuns = (traced: 0, remedied: 0, combinations: 0, resumed: 0)
    /// Runs with the interposed library, and those of them in which no process loaded it.
    private(set) var interposed = (runs: 0, empty: 0)
    /// What is known so far.
    public let record: AuditRecord

    /// Prepares an audit: finds what can be varied here, and keeps the user's files aside.
    ///
    /// - Parameters:
    ///   - running: owns every process and folder of the audit, so that an interruption ends and removes them.
    ///   - onProgress: told before each run.
    /// - Throws: `FormatError`; ``VariationList/Fault`` for what was asked for and is no variation.
    public init(
        _ request: AuditRequest, of running: RunningProcesses, onProgress: @escaping Progress = { _, _ in }
    ) throws {
        self.request = request
        self.running = running
        self.onProgress = onProgress
        scratch = try ScratchFolder(of: running)
        let context = VariationContext(directory: request.directory, scratch: scratch, running: running)
        variations = try VariationList.chosen(
            vary: request.vary, without: request.without, command: request.command, context)
        directory = try WorkingDirectory(request.directory, patterns: request.patterns, scratch: scratch)
        runner = ProgramRunner(request, context, directory, scratch: scratch, running: running)
        var report = AuditReport(command: request.command, judged: request.judged)
        report.environment = Audit.environment(context)
        record = AuditRecord(report, directory)
    }

    /// Whether the audit still holds files of the user; then ``finish()`` gives them back.
    deinit { directory.restore() }

    /// Judges the program.
    ///
    /// - Throws: `FormatError` where a folder of the audit cannot be written.
    public func judge() throws -> AuditReport {
        defer { directory.restore() }
        onProgress(0, "which variations take effect here")
        if let probe = request.probe {
            variations = try ProbeDesk(runner: runner, command: probe, scratch: scratch).checked(variations)
        }
        let ladder = Ladder(
            variations.map(\.factor), budget: request.budget,
            onFindings: { [self] in note($0) },
            attempt: { [self] in try attempt($0, $1) })
        let findings = try ladder.climb()
        note(findings)
        var report = record.known.withLock { $0 }
        if report.verdict == .notRepeatable {
            try inspect(findings, &report)
            if request.isGrid { try grid(findings, &report) }
        }
        let strays = directory.strays()
        if !strays.isEmpty {
            let names = strays.prefix(3).joined(separator: ", ") + (strays.count > 3 ? ", …" : "")
            report.remarks.append(
                "the program also left \(strays.count == 1 ? "a file" : "\(strays.count) files") that no --output names "
                    + "(\(names)); a run may read what an earlier one left")
        }
        if let folder = request.capsule { try keepCapsule(findings, report, in: folder) }
        record.known.withLock { $0 = report }
        return report
    }

    // MARK: Runs

    /// A run's setting by a plan of the ladder.
    func setting(_ plan: TrialPlan) -> RunSetting {
        var setting = RunSetting()
        for (place, variation) in variations.enumerated() {
            if let value = value(place, plan) { variation.apply(value, &setting) }
        }
        return setting
    }

    /// The value of a variation by a plan; nil where it is left as it is.
    func value(_ place: Int, _ plan: TrialPlan) -> String? {
        let variation = variations[place]
        return plan.varied.contains(place)
            ? variation.varied : plan.held.contains(place) ? variation.held : variation.base
    }

    private func attempt(_ plan: TrialPlan, _ purpose: String) throws -> Trial {
        runCount += 1
        onProgress(runCount, purpose)
        let setting = setting(plan)
        waitForAnotherSecond(plan)
        started[plan] = SuspendingClock.now
        let result = setting.resumption == nil ? try runner.run(setting) : try resumed(setting, purpose)
        if let count = result.interposedCount {
            interposed.runs += 1
            if count == 0 { interposed.empty += 1 }
        }
        latest[plan] = [result] + latest[plan, default: []].prefix(1)
        let isUnchanged = plan == TrialPlan()
        if isUnchanged, seconds == nil { seconds = result.seconds }
        if let fault = result.fault, !fault.isResult || (isUnchanged && results.isEmpty) {
            faults.append((plan, fault))
            return .unresolved
        }
        let place = results.firstIndex { same($0, result) }
        if place == nil { results.append(result) }
        removeFolders()
        return .result(place ?? results.count - 1)
    }

    /// A run that is killed and gone on with: at several moments, until one makes a difference, since a program that was killed before it
    /// had kept anything begins anew, and shows nothing.
    private func resumed(_ setting: RunSetting, _ purpose: String) throws -> ProgramResult {
        let shares = [Double.random(in: 0.7..<0.95), Double.random(in: 0.4..<0.7), Double.random(in: 1.1..<1.6)]
        var result = try runner.run(setting, killedAt: shares[0])
        for share in shares.dropFirst() {
            guard result.fault == nil, let first = results.first, same(first, result) else { break }
            furtherRuns.resumed += 1
            onProgress(runCount, "\(purpose), killed at another moment")
            result = try runner.run(setting, killedAt: share)
        }
        return result
    }

    /// Runs of one plan begin in different seconds, since a program may ask for the time in seconds.
    private func waitForAnotherSecond(_ plan: TrialPlan) {
        guard let start = started[plan] else { return }
        let rest = start.duration(to: .now)
        if rest < .milliseconds(1_050) { usleep(UInt32((.milliseconds(1_050) - rest) / .microseconds(1))) }
    }

    /// Whether two runs gave the same, by content.
    func same(_ a: ProgramResult, _ b: ProgramResult) -> Bool {
        noteHidden(a, b)
        guard a.ending == b.ending else { return false }
        switch compare(a.outputs, b.outputs, hiding: request.masks) {
        case .equal: return true
        case .sameContentOtherContainer(let paths):
            sameContent += paths.filter { !sameContent.contains($0) }
            return true
        case .different: return false
        }
    }

    private func noteHidden(_ a: ProgramResult, _ b: ProgramResult) {
        guard !request.masks.isEmpty, a.outputs.containerDigest != b.outputs.containerDigest else { return }
        for one in hiddenOutputs(a.outputs, b.outputs, by: request.masks) {
            if let place = hidden.firstIndex(where: { $0.pattern == one.pattern && $0.path == one.path }) {
                hidden[place] = hidden[place].joined(with: one)
            } else {
                hidden.append(one)
            }
        }
    }

    /// Removes what runs left that no finding can need any more.
    func removeFolders(but others: [ProgramResult] = []) {
        let kept = (results + others).map(\.folder) + latest.flatMap { $0.value.map(\.folder) }
        let parent = scratch.folder
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.hasPrefix("run-") && !kept.contains(parent + "/" + name) {
            try? FileManager.default.removeItem(atPath: parent + "/" + name)
        }
    }

    private static func environment(_ context: VariationContext) -> [(name: String, value: String)] {
        var system = utsname()
        uname(&system)
        func text<Field>(_ field: Field) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return [
            ("system", text(system.sysname)), ("release", text(system.release)),
            ("architecture", text(system.machine)), ("processors", String(context.processors.count)),
            ("locale", context.variable("LC_ALL") ?? context.variable("LANG") ?? "C"),
        ]
    }
}
