import Foundation
import ReproFormats

// After the ladder: what is behind each cause, and what helps against it.
extension Audit {
    /// Names the first operation that differs by each cause, and tries remedies.
    func inspect(_ findings: LadderFindings, _ report: inout AuditReport) throws {
        var isPython = request.command.contains { $0.split(separator: "/").last?.hasPrefix("python") == true }
        var isTracing = request.trace != .off
        for (place, cause) in findings.causes.enumerated() {
            if isTracing {
                let difference = try firstDifference(cause.pair, isOwn: cause.isOwn, findings)
                isPython = isPython || difference.isPython
                report.causes[place].operation = difference.finding
                capsules[place] = difference.capsule
                if let remark = difference.remark {
                    report.remarks.append("\(report.causes[place].variations.joined(separator: " with ")): \(remark)")
                }
                if !difference.isPython {
                    isTracing = false
                    if request.trace == .python {
                        report.remarks.append("nothing was traced: the program runs no Python that the hook reaches")
                    }
                }
            }
            report.causes[place].remedy = try trial(
                against: cause, report.causes[place].variations, report.causes[place].operation, isPython: isPython)
            publish(&report)
        }
        if report.causes.allSatisfy({ $0.remedy?.remedy != nil }) {
            report.together = try together(report.causes.compactMap { $0.remedy?.remedy })
            publish(&report)
        }
    }

    private func publish(_ report: inout AuditReport) {
        (report.tracedRuns, report.remedyRuns) = (furtherRuns.traced, furtherRuns.remedied)
        report.hidden = hidden
        let known = report
        record.known.withLock { $0 = known }
    }

    // MARK: Remedies

    /// The first remedy under which the cause changes nothing any more; nil where no remedy is known.
    private func trial(
        against cause: LadderFindings.Cause, _ names: [String], _ finding: OperationFinding?, isPython: Bool
    ) throws -> RemedyTrial? {
        var candidates = Remedy.answering(names, finding: finding).filter { isPython || !$0.environment.isEmpty }
        if candidates.count > 1 { candidates.append(.joined(candidates)) }
        // The program as it is, and as the cause has it; more often where it differs by itself.
        let plans = cause.isOwn ? cause.pair + cause.pair : cause.pair
        var others: [String] = []
        for remedy in candidates.prefix(6) {
            if let results = try results(of: plans, under: remedy, "\(names.joined(separator: " with "))") {
                return RemedyTrial(
                    remedy: remedy, others: others, seconds: results[0].seconds, usualSeconds: usualSeconds(plans[0]))
            }
            others.append(remedy.name)
        }
        return candidates.isEmpty ? nil : RemedyTrial(remedy: nil, others: others)
    }

    /// All remedies at once, with nothing pinned, unchanged and with everything varied.
    private func together(_ remedies: [Remedy]) throws -> RemedyTrial? {
        let remedy = remedies.count == 1 ? remedies[0] : Remedy.joined(remedies)
        let varied = variations.indices.filter { variations[$0].varied != nil }
        let plans = [TrialPlan(), TrialPlan(), TrialPlan(varied: varied)]
        guard let results = try results(of: plans, under: remedy, "all remedies") else {
            return RemedyTrial(remedy: nil, others: remedies.map(\.name))
        }
        return RemedyTrial(
            remedy: remedy, others: [], seconds: results[0].seconds, usualSeconds: usualSeconds(TrialPlan()))
    }

    private func usualSeconds(_ plan: TrialPlan) -> Double? { latest[plan]?.first?.seconds ?? seconds }

    /// What runs under a remedy came to, where all of them agree; nil where two differ, or one fails.
    private func results(of plans: [TrialPlan], under remedy: Remedy, _ purpose: String) throws -> [ProgramResult]? {
        var variables = remedy.environment
        if !remedy.hook.isEmpty {
            let hook = scratch.path("hook")
            let directory = scratch.path("remedies")
            if !FileManager.default.fileExists(atPath: hook) { try HookFiles.write(to: hook) }
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            variables += TracedRun.environment(
                hook: hook, directory: directory, mode: .off, pythonPath: runner.context.variable("PYTHONPATH"),
                remedies: remedy.hook)
        }
        var results: [ProgramResult] = []
        defer { removeFolders() }
        for plan in plans {
            furtherRuns.remedied += 1
            onProgress(0, "\(purpose): the remedy \(remedy.name)")
            let result = try runner.run(setting(plan), variables: variables)
            guard result.fault == nil, results.isEmpty || same(results[0], result) else { return nil }
            results.append(result)
        }
        return results
    }
}
