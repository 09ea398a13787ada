import Repro

/// What a bisection came to, one case per experiment.
struct BisectFindings {
    /// The path of the other build.
    let baseline: String
    private(set) var cases: [Finding] = []
    private var results: [JSONValue] = []
    private var failures: [JSONValue] = []
    private var codes: [ExitCode] = []

    init(baseline: String) { self.baseline = baseline }

    var exitCode: ExitCode { .ofSeveral(codes) }

    mutating func append(_ result: Bisection.Result) {
        let rows = result.isEqual ? [] : BisectFindings.rows(result)
        let word: StyledText = result.isEqual ? "\(good: "equal")" : "\(bad: "differs")"
        let place = result.levels.last { $0.first != nil }.map { "differs, first in \($0.kind.rawValue): \($0.first!)" }
        cases.append(
            Finding(
                name: result.experiment, outcome: result.isEqual ? .passed : .failed,
                headline: result.isEqual ? "equal" : place ?? "differs", rows: rows, digest: result.roots.baseline,
                title: "\(result.experiment.padded(20))\(word)  seed \(result.seed)"))
        results.append(BisectFindings.json(result))
        codes.append(result.isEqual ? .success : .drift)
    }

    /// An experiment without a result. A person reads the message.
    mutating func append(_ experiment: String, _ reason: String, code: ExitCode) {
        cases.append(
            Finding(
                name: experiment, outcome: code == .notReproducible ? .failed : .unjudged,
                headline: "not judged: \(reason)"))
        failures.append(["experiment": experiment, "reason": reason])
        codes.append(code)
    }

    var findings: Findings {
        Findings(
            command: "bisect", subject: "experiment", cases: cases,
            summary: "\(codes.count { $0 == .success }) of \(cases.count) equal",
            json: [
                "schema": ReproVersion.schema, "baseline": baseline, "cases": results, "failures": failures,
            ])
    }

    private static func rows(_ result: Bisection.Result) -> [FindingRow] {
        var rows: [FindingRow] = []
        func row(_ name: String, _ value: StyledText) { rows.append(FindingRow(name, value)) }
        row("baseline", StyledText(result.roots.baseline.hexadecimal))
        row("this build", StyledText(result.roots.present.hexadecimal))
        for level in result.levels {
            let first = level.first.map { StyledText($0, .bad) } ?? "all agree"
            let count = String(level.count).leftPadded(6)
            let comparisons = String(level.comparisons).leftPadded(2)
            row(level.kind.rawValue, "\(count)  \(comparisons) comparisons  \(first)")
        }
        if let difference = result.difference, TensorDifferenceText.extent(difference).isEmpty {
            row("structure", StyledText(TensorDifferenceText.line(difference)))
        } else if let difference = result.difference {
            row("elements", StyledText(TensorDifferenceText.extent(difference)))
            row("first element", StyledText(TensorDifferenceText.first(difference)))
        }
        switch result.streamsAgree {
        case true?: row("streams", "agree")
        case false?: row("streams", "\(bad: "differ")\(result.streams.map { "  " + stream($0) }.joined())")
        case nil: break
        }
        if let remark = result.remark { row("", StyledText(remark)) }
        return rows
    }

    /// What a stream is for: `stream[2,0]` is the order of epoch 0.
    private static func stream(_ id: OperationID) -> String {
        guard case .stream(let number, let key) = id, let domain = RandomStreams.Domain(rawValue: number)
        else { return id.description }
        return "\(id) (\(domain), key \(key))"
    }

    private static func json(_ result: Bisection.Result) -> JSONValue {
        let levels = result.levels.map { level -> JSONValue in
            [
                "level": level.kind.rawValue, "count": level.count, "comparisons": level.comparisons,
                "first": level.first,
            ]
        }
        let difference = result.difference.map { difference in
            (["text": TensorDifferenceText.line(difference)] as JSONValue)
                .adding(TensorDifferenceText.json(difference))
        }
        return [
            "experiment": result.experiment, "seed": result.seed, "equal": result.isEqual,
            "baseline": result.roots.baseline, "found": result.roots.present, "levels": levels,
            "stage": result.stage, "streamsAgree": result.streamsAgree, "streams": result.streams.map(\.description),
            "difference": difference, "remark": result.remark,
        ]
    }
}
