import ReproFormats

// Every combination of the values of what breaks a program: how many results it can give.
extension Audit {
    /// At most so many combinations are run.
    private static let greatestCount = 10_000

    /// Runs every combination of the values of all causes, with what has to be pinned pinned; nothing where no cause is a variation.
    ///
    /// - Throws: `FormatError` where a folder of the audit cannot be written.
    func grid(_ findings: LadderFindings, _ report: inout AuditReport) throws {
        let places = Set(findings.causes.filter { !$0.isOwn }.flatMap(\.factors)).sorted()
        guard !places.isEmpty else { return }
        let count = places.reduce(1) { $0.multipliedReportingOverflow(by: variations[$1].values.count).partialValue }
        guard count <= Audit.greatestCount else {
            report.remarks.append(
                "--grid would take \(count) runs, and \(Audit.greatestCount) are the most; name fewer values with --vary"
            )
            return
        }
        var (given, unjudged) = ([ProgramResult](), 0)
        for number in 0..<count {
            var setting = setting(TrialPlan(held: findings.held))
            var (rest, words) = (number, [String]())
            for place in places {
                let values = variations[place].values
                let value = values[rest % values.count]
                rest /= values.count
                words.append("\(variations[place].name) \(value ?? "as it is")")
                if let value { variations[place].apply(value, &setting) }
            }
            onProgress(0, "combination \(number + 1) of \(count): \(words.joined(separator: ", "))")
            furtherRuns.combinations += 1
            let result = try runner.run(setting)
            if let fault = result.fault, !fault.isResult {
                unjudged += 1
                continue
            }
            if !given.contains(where: { same($0, result) }) { given.append(result) }
            removeFolders(but: given)
        }
        report.grid = (count, given.count)
        if unjudged > 0 { report.remarks.append("\(unjudged) of the \(count) combinations could not be judged") }
    }
}
