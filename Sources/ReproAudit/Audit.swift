import Foundation
import ReproFormats
import ReproProcesses
import Synchronization

/// An audit of one program: whether it is repeatable, and what breaks it.
public final class Audit {
    /// Tells what is being tried: the number of the run, and what for.
    public typealias Progress = (_ run: Int, _ purpose: String) -> Void

    private let request: AuditRequest
    private let running: RunningProcesses
    private let scratch: ScratchFolder
    private let directory: WorkingDirectory
    private let runner: ProgramRunner
    private let onProgress: Progress
    private var variations: [Variation] = []
    /// The results that came, each different from the others, in this order.
    private var results: [ProgramResult] = []
    /// The latest two runs of each plan.
    private var latest: [TrialPlan: [ProgramResult]] = [:]
    /// When the latest run of each plan began.
    private var started: [TrialPlan: SuspendingClock.Instant] = [:]
    private var runCount = 0
    private var seconds: Double?
    /// Faults of runs that could not be judged, by what was varied.
    private var faults: [(plan: TrialPlan, fault: ProgramFault)] = []
    private var sameContent: [String] = []
    /// Runs with the interposed library, and those of them in which no process loaded it.
    private var interposed = (runs: 0, empty: 0)
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
        note(try ladder.climb())
        var report = record.known.withLock { $0 }
        let strays = directory.strays()
        if !strays.isEmpty {
            let names = strays.prefix(3).joined(separator: ", ") + (strays.count > 3 ? ", …" : "")
            report.remarks.append(
                "the program also left \(strays.count == 1 ? "a file" : "\(strays.count) files") that no --output names "
                    + "(\(names)); a run may read what an earlier one left")
        }
        record.known.withLock { $0 = report }
        return report
    }

    // MARK: Runs

    /// A run's setting by a plan of the ladder.
    func setting(_ plan: TrialPlan) -> RunSetting {
        var setting = RunSetting()
        for (place, variation) in variations.enumerated() {
            let value =
                plan.varied.contains(place)
                ? variation.varied : plan.held.contains(place) ? variation.held : variation.base
            if let value { variation.apply(value, &setting) }
        }
        return setting
    }

    private func attempt(_ plan: TrialPlan, _ purpose: String) throws -> Trial {
        runCount += 1
        onProgress(runCount, purpose)
        let setting = setting(plan)
        waitForAnotherSecond(plan)
        started[plan] = SuspendingClock.now
        let result = try runner.run(setting)
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

    /// Runs of one plan begin in different seconds, since a program may ask for the time in seconds.
    private func waitForAnotherSecond(_ plan: TrialPlan) {
        guard let start = started[plan] else { return }
        let rest = start.duration(to: .now)
        if rest < .milliseconds(1_050) { usleep(UInt32((.milliseconds(1_050) - rest) / .microseconds(1))) }
    }

    /// Whether two runs gave the same, by content.
    private func same(_ a: ProgramResult, _ b: ProgramResult) -> Bool {
        guard a.ending == b.ending else { return false }
        switch compare(a.outputs, b.outputs, hiding: request.masks) {
        case .equal: return true
        case .sameContentOtherContainer(let paths):
            sameContent += paths.filter { !sameContent.contains($0) }
            return true
        case .different: return false
        }
    }

    /// Removes what runs left that no finding can need any more.
    private func removeFolders() {
        let kept = results.map(\.folder) + latest.flatMap { $0.value.map(\.folder) }
        let parent = scratch.folder
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.hasPrefix("run-") && !kept.contains(parent + "/" + name) {
            try? FileManager.default.removeItem(atPath: parent + "/" + name)
        }
    }

    // MARK: Findings

    /// Keeps what the ladder knows as a report.
    private func note(_ findings: LadderFindings) {
        let causes = findings.causes.map { cause($0) }
        record.known.withLock { report in
            report.runs = findings.runs
            report.distinct = findings.distinct
            report.causes = causes
            report.harmless = findings.harmless.map { variations[$0].name }
            report.notVaried = omissions(findings)
            report.seconds = seconds
            report.remarks = remarks(findings)
            report.verdict = findings.hasDifference ? .notRepeatable : .notJudged
            report.reason = nil
            switch findings.ending {
            case .finished where !findings.hasDifference: report.verdict = .repeatable
            case .unresolved:
                report.verdict = .notJudged
                report.reason = faults.first.map { "\($0.fault)" }
            case .exhausted where !findings.hasDifference:
                report.reason = "the budget of \(request.budget) runs was over before anything could be said"
            default: break
            }
        }
        dropUnloaded()
    }

    /// What the interposed library changes was not varied where the program never loaded it.
    private func dropUnloaded() {
        guard interposed.runs > 0, interposed.runs == interposed.empty else { return }
        let names = ["file-order", "clock"]
        record.known.withLock { report in
            let gone = report.harmless.filter(names.contains)
            report.harmless.removeAll(where: names.contains)
            report.notVaried += gone.map {
                .init(
                    variation: $0, why: "the program loads no library by LD_PRELOAD, as one that is linked statically")
            }
        }
    }

    private func cause(_ cause: LadderFindings.Cause) -> AuditReport.Cause {
        var values: [String] = []
        for place in cause.factors {
            let variation = variations[place]
            values.append(
                cause.isOwn
                    ? "\(variation.name) free"
                    : "\(variation.name) \(variation.base ?? "as it is") → \(variation.varied ?? "")")
        }
        var found = AuditReport.Cause(
            variations: cause.factors.isEmpty ? [AuditReport.itself] : cause.factors.map { variations[$0].name },
            isConfirmed: cause.isConfirmed, isOwn: cause.isOwn, values: values, outputs: [])
        if let (one, other) = pair(cause) {
            if one.ending != other.ending {
                found.ending = "\(other.endingText)\(other.complaint.map { ": \($0)" } ?? "")"
            }
            if case .different(let differences) = compare(one.outputs, other.outputs, hiding: request.masks) {
                found.outputs = differences
            }
        }
        return found
    }

    /// Two runs that differ by a cause.
    func pair(_ cause: LadderFindings.Cause) -> (ProgramResult, ProgramResult)? {
        guard let one = latest[cause.pair[0]], let other = latest[cause.pair[1]] else { return nil }
        for a in one.reversed() {
            for b in other where a.folder != b.folder && !same(a, b) { return (a, b) }
        }
        return nil
    }

    private func omissions(_ findings: LadderFindings) -> [AuditReport.Omission] {
        var omissions: [AuditReport.Omission] = []
        for (place, variation) in variations.enumerated() where variation.name != "entropy" {
            func omit(_ why: String) { omissions.append(.init(variation: variation.name, why: why)) }
            if let refusal = variation.refusal {
                omit(refusal)
            } else if variation.varied == nil {
                omit("--vary names others")
            } else if findings.unresolved.contains(place) {
                let fault = faults.last { $0.plan.varied == [place] }?.fault
                omit(fault.map { "\($0)" } ?? "no run came to a result")
            } else if findings.ending != .running, !findings.harmless.contains(place),
                !findings.causes.contains(where: { $0.factors.contains(place) })
            {
                omit(findings.ending == .finished ? "the program differs without it" : "no runs were left for it")
            }
        }
        return omissions
    }

    private func remarks(_ findings: LadderFindings) -> [String] {
        var remarks: [String] = []
        if findings.differsFromItself {
            let names = findings.held.map { variations[$0].name }
            remarks.append(
                "two unchanged runs differ"
                    + (names.isEmpty ? "" : "; all further runs have \(names.joined(separator: ", ")) pinned"))
        }
        for (place, variation) in variations.enumerated() {
            guard let other = findings.through[place] else { continue }
            remarks.append("\(variation.name) changes the result by way of \(variations[other].name) alone")
        }
        if !sameContent.isEmpty {
            remarks.append("same content in other container bytes: \(sameContent.joined(separator: ", "))")
        }
        if findings.ending == .exhausted, findings.hasDifference {
            remarks.append("the budget of \(request.budget) runs was over: the causes may not be all (--budget)")
        }
        return remarks
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
