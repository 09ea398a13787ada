import Repro

/// What a matrix came to, one case per combination.
struct MatrixFindings {
    /// Of the column of builds; 0 where there is this build alone.
    let width: Int

    /// - Parameter expected: the first root that came.
    func finding(_ combination: RunMatrix.Combination, expected: Digest?) -> Finding {
        let words = [combination.kernels.rawValue, combination.threadText, combination.placementText]
        let name = (words + [combination.build ?? "this build"]).filter { !$0.isEmpty }.joined(separator: ", ")
        guard let root = combination.root else {
            let failure = combination.failure ?? ""
            return Finding(
                name: name, outcome: .unjudged, headline: "not judged: \(failure)",
                title: line(combination, StyledText(failure, .bad)))
        }
        let isSame = root == expected
        return Finding(
            name: name, outcome: isSame ? .passed : .failed, headline: isSame ? "same" : "another digest",
            rows: isSame
                ? [] : [FindingRow("first", "\(expected ?? root)"), FindingRow("here", "\(root)")], digest: root,
            title: line(combination, StyledText(root.abbreviated, isSame ? .good : .bad)))
    }

    private func line(_ combination: RunMatrix.Combination, _ result: StyledText) -> StyledText {
        let build = width == 0 ? "" : (combination.build ?? "this build").padded(width)
        let way =
            combination.kernels.rawValue.padded(12) + combination.threadText.padded(14)
            + combination.placementText.padded(10)
        return "\(build)\(way)\(result)"
    }

    static func findings(_ cases: [Finding], _ matrix: RunMatrix, _ experiment: Experiment, seed: UInt64) -> Findings {
        let combinations = matrix.combinations.map { combination -> JSONValue in
            [
                "build": combination.build, "kernels": combination.kernels.rawValue, "threads": combination.threads,
                "placement": combination.placement, "digest": combination.root, "failure": combination.failure,
            ]
        }
        let summary = summary(matrix)
        return Findings(
            command: "matrix", subject: "combination", cases: cases, summary: summary,
            closing: ["", StyledText(summary, matrix.exitCode == .success ? nil : .bad)],
            json: [
                "schema": ReproVersion.schema, "experiment": experiment.name, "seed": seed,
                "exitCode": matrix.exitCode.rawValue, "distinctDigests": matrix.roots.count,
                "combinations": combinations,
            ])
    }

    private static func summary(_ matrix: RunMatrix) -> String {
        let judged = matrix.combinations.count { $0.root != nil }
        let others = matrix.combinations.count - judged
        let end = others == 0 ? "" : "; \(others) could not be compared"
        let over = "over \(judged) combination\(judged == 1 ? "" : "s")"
        let roots = matrix.roots
        return (roots.count == 1 ? "one digest \(over): \(roots[0])" : "\(roots.count) digests \(over)") + end
    }
}

extension RunMatrix.Combination {
    fileprivate var threadText: String { threads == 1 ? "1 thread" : "\(threads) threads" }
    fileprivate var placementText: String { placement.map { "by \($0)" } ?? "" }
}
