import ReproFormats

// What the ladder knows, as a report.
extension Audit {
    /// Keeps what the ladder knows as a report.
    func note(_ findings: LadderFindings) {
        let causes = findings.causes.map { cause($0) }
        record.known.withLock { report in
            report.runs = findings.runs + furtherRuns.resumed
            report.distinct = findings.distinct
            report.causes = causes
            report.harmless = findings.harmless.map { variations[$0].name }
            report.notVaried = omissions(findings)
            report.seconds = seconds
            report.remarks = remarks(findings)
            report.hidden = hidden
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
            isConfirmed: cause.isConfirmed, isOwn: cause.isOwn, settings: values, outputs: [])
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
                omit(findings.ending.whyNotVaried)
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
}

extension LadderFindings.Ending {
    /// Why a factor that could be varied was not.
    fileprivate var whyNotVaried: String {
        switch self {
        case .finished: "the program differs without it"
        case .exhausted: "no runs were left for it"
        case .unresolved: "the unchanged program gave no result"
        case .running: "it was not reached"
        }
    }
}
