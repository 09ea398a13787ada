import Repro

/// What one experiment gave over builds, kernels, threads and placements.
struct Matrix {
    /// One way of computing, and what it gave.
    struct Combination {
        /// The path of another build; nil for this one.
        let build: String?
        let kernels: KernelPath
        let threads: Int
        /// How many sequences an evaluation takes at a time; nil for another build, which uses its own number.
        let placement: Int?
        /// The root, or why there is none that could be compared.
        let result: Result<Digest, BuildProcess.Failure>

        var root: Digest? { try? result.get() }
        var failure: String? {
            if case .failure(let failure) = result { failure.reason } else { nil }
        }
        var threadText: String { threads == 1 ? "1 thread" : "\(threads) threads" }
        var placementText: String { placement.map { "by \($0)" } ?? "" }
    }

    private(set) var combinations: [Combination] = []
    /// The distinct roots in the order in which they came.
    private(set) var roots: [Digest] = []

    mutating func append(_ combination: Combination) {
        combinations.append(combination)
        if let root = combination.root, !roots.contains(root) { roots.append(root) }
    }

    /// 3 where one build disagrees with itself, 1 where builds disagree with each other, 2 where one gave nothing to compare.
    var exitCode: ExitCode {
        var first: [(build: String?, root: Digest)] = []
        for combination in combinations {
            guard let root = combination.root else { continue }
            if let known = first.first(where: { $0.build == combination.build }) {
                if known.root != root { return .notReproducible }
            } else {
                first.append((combination.build, root))
            }
        }
        if roots.count > 1 { return .drift }
        return combinations.contains { $0.root == nil } ? .notJudged : .success
    }

    var summary: String {
        let judged = combinations.count { $0.root != nil }
        let others = combinations.count - judged
        let end = others == 0 ? "" : "; \(others) could not be compared"
        let over = "over \(judged) combination\(judged == 1 ? "" : "s")"
        return (roots.count == 1 ? "one digest \(over): \(roots[0])" : "\(roots.count) digests \(over)") + end
    }

    var report: ServiceReport {
        let cases = combinations.map { combination in
            let words = [combination.kernels.rawValue, combination.threadText, combination.placementText]
            let name = (words + [combination.build ?? "this build"]).filter { !$0.isEmpty }.joined(separator: ", ")
            guard let root = combination.root else {
                return ServiceReport.Case(
                    name: name, outcome: .unjudged, headline: "not judged: \(combination.failure ?? "")")
            }
            let isSame = root == roots.first
            return ServiceReport.Case(
                name: name, outcome: isSame ? .passed : .failed, headline: isSame ? "same" : "another digest",
                details: isSame ? [] : ["  first  \(roots[0])", "  here   \(root)"], digest: root)
        }
        return ServiceReport(command: "matrix", subject: "combination", summary: summary, cases: cases)
    }

    func json(_ experiment: Experiment, seed: UInt64) -> JSONValue {
        let list = combinations.map { combination in
            JSONValue.object([
                .init("build", combination.build.map { .string($0) } ?? .null),
                .init("kernels", .string(combination.kernels.rawValue)), .init("threads", .number(combination.threads)),
                .init("placement", combination.placement.map { .number($0) } ?? .null),
                .init("digest", combination.root.map { .string($0.hexadecimal) } ?? .null),
                .init("failure", combination.failure.map { .string($0) } ?? .null),
            ])
        }
        return .object([
            .init("schema", .number(ReproVersion.schema)), .init("experiment", .string(experiment.name)),
            .init("seed", .number(seed)), .init("exitCode", .number(exitCode.rawValue)),
            .init("distinctDigests", .number(roots.count)), .init("combinations", .array(list)),
        ])
    }
}
