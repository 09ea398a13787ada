/// Finds out whether a program is repeatable, and what breaks it, in few runs.
///
/// Two runs unchanged, one with everything varied together. Where all are equal, that is all. Otherwise the factors that were
/// varied are reduced to the smallest sets that make a difference, and each is toggled alone, both ways, twice. For a program
/// that differs from itself, those factors are looked for that have to be pinned, while the others are.
public final class Ladder {
    /// Nothing is left of the runs that it may take.
    private struct Exhausted: Error {}

    private let factors: [Factor]
    private let budget: Int
    /// Runs the program and tells the result; the text says what for.
    private let attempt: (TrialPlan, String) throws -> Trial
    /// Told of what is known after each step.
    private let onFindings: (LadderFindings) -> Void

    private var findings = LadderFindings()
    /// The results of each plan, in the order of its runs.
    private var known: [TrialPlan: [Trial]] = [:]
    private var results: [Int] = []
    /// The factors that are pinned in every run from now on.
    private var held: [Int] = []
    private var base = Trial.unresolved

    /// How many runs have to be equal for a plan to be taken as repeatable, where two unchanged ones were not.
    private static let stableCount = 3

    /// - Parameters:
    ///   - budget: how many runs it may take.
    ///   - attempt: runs the program by a plan; what for is said beside.
    public init(
        _ factors: [Factor], budget: Int, onFindings: @escaping (LadderFindings) -> Void = { _ in },
        attempt: @escaping (TrialPlan, String) throws -> Trial
    ) {
        self.factors = factors
        self.budget = budget
        self.attempt = attempt
        self.onFindings = onFindings
    }

    /// Climbs as far as the budget goes.
    ///
    /// - Throws: what a run throws.
    public func climb() throws -> LadderFindings {
        do {
            findings.ending = try climbToTheEnd()
        } catch is Exhausted {
            findings.ending = .exhausted
        }
        onFindings(findings)
        return findings
    }

    private func climbToTheEnd() throws -> LadderFindings.Ending {
        base = try run(TrialPlan(), "unchanged")
        guard base != .unresolved else { return .unresolved }
        let second = try run(TrialPlan(), "unchanged, once more")
        guard second != .unresolved else { return .unresolved }
        if second != base {
            guard try pinOwnDifferences() else { return .finished }
        }
        let varied = factors.indices.filter { factors[$0].canVary && !held.contains($0) }
        let isSteady = try explore(varied)
        // It differed only now and then, so that what was taken for a cause may be none.
        if !isSteady, !findings.differsFromItself {
            findings.causes = []
            guard try pinOwnDifferences() else { return .finished }
            _ = try explore(varied.filter { !held.contains($0) })
        }
        try dropIndirectCauses()
        let blamed = findings.causes.flatMap(\.factors) + findings.unresolved
        findings.harmless = varied.filter { !blamed.contains($0) && !held.contains($0) }
        return .finished
    }

    // MARK: Programs that are equal unless something is varied

    /// Varies all of some factors together, and finds the causes where that makes a difference. False where the program turned out
    /// to differ from itself.
    private func explore(_ set: [Int]) throws -> Bool {
        guard !set.isEmpty else { return true }
        let together = try first(TrialPlan(varied: set, held: held), "\(set.count) variations together")
        if together == base { return true }
        guard together != .unresolved else {
            guard set.count > 1 else {
                findings.unresolved += set
                return true
            }
            let isSteady = try explore(Array(set[..<(set.count / 2)]))
            return try explore(Array(set[(set.count / 2)...])) && isSteady
        }
        var isSteady = true
        let search = MinimalSets { part in
            let purpose = part.count == 1 ? "with \(self.names(part))" : "with \(part.count) of \(set.count) variations"
            let trial = try self.first(TrialPlan(varied: part, held: self.held), purpose)
            return trial != self.base && trial != .unresolved
        }
        try search.all(in: set) { part in
            guard isSteady else { return }
            isSteady = try confirm(part)
        }
        return isSteady
    }

    /// Toggles factors alone until they made a difference twice, with an unchanged run between. False where an unchanged run
    /// differed, or the difference did not come again.
    private func confirm(_ part: [Int]) throws -> Bool {
        let plan = TrialPlan(varied: part, held: held)
        let unvaried = TrialPlan(held: held)
        var cause = LadderFindings.Cause(factors: part, isConfirmed: false, isOwn: false, pair: [unvaried, plan])
        findings.causes.append(cause)
        onFindings(findings)
        _ = try first(plan, "with \(names(part))")
        for _ in 0..<3 {
            guard try run(unvaried, "confirming \(names(part)): without") == base else { return false }
            _ = try run(plan, "confirming \(names(part)): with")
            let differing = known[plan, default: []].count { $0 != base && $0 != .unresolved }
            if differing >= 2 {
                cause.isConfirmed = true
                findings.causes[findings.causes.count - 1] = cause
                onFindings(findings)
                return true
            }
        }
        return false
    }

    /// A factor that changes nothing once another is varied has its effect through that one.
    private func dropIndirectCauses() throws {
        let single = findings.causes.filter { $0.factors.count == 1 && !$0.isOwn }.map { $0.factors[0] }
        for factor in single {
            for name in factors[factor].mayActThrough {
                guard let other = single.first(where: { factors[$0].name == name }), findings.through[other] == nil
                else { continue }
                let alone = try first(TrialPlan(varied: [other], held: held), "with \(name)")
                let purpose = "whether \(factors[factor].name) acts through \(name)"
                guard try first(TrialPlan(varied: [other, factor], held: held), purpose) == alone else { continue }
                findings.causes.removeAll { $0.factors == [factor] }
                findings.through[factor] = other
                break
            }
        }
    }

    // MARK: Programs that differ from themselves

    /// Finds which factors make unchanged runs differ, with the others pinned, and pins those from then on. False where it differs
    /// whatever is pinned.
    private func pinOwnDifferences() throws -> Bool {
        findings.differsFromItself = true
        let all = factors.indices.filter { factors[$0].canHold }
        let pair = [TrialPlan(), TrialPlan()]
        guard let pinned = try stableHolds(all) else {
            findings.causes.append(.init(factors: [], isConfirmed: true, isOwn: true, pair: pair))
            onFindings(findings)
            return false
        }
        var needed: [Int] = []
        // Most such programs need one thing pinned. Whatever stands first counts: a pinned generator of the system, for example,
        // pins the seed of hashes too.
        if let one = try pinned.first(where: { try isStable(TrialPlan(held: [$0]), "with \(names([$0])) pinned") }) {
            needed = [one]
            let others = TrialPlan()
            findings.causes.append(.init(factors: [one], isConfirmed: false, isOwn: true, pair: [others, others]))
        } else {
            let search = MinimalSets { released in
                try !self.isStable(
                    TrialPlan(held: pinned.filter { !released.contains($0) }), "with \(self.names(released)) left free")
            }
            try search.all(in: pinned) { part in
                needed += part.filter { !needed.contains($0) }
                let others = TrialPlan(held: pinned.filter { !part.contains($0) })
                findings.causes.append(.init(factors: part, isConfirmed: false, isOwn: true, pair: [others, others]))
                onFindings(findings)
            }
        }
        let suffices = try isStable(TrialPlan(held: needed), "with \(names(needed)) pinned")
        for place in findings.causes.indices where findings.causes[place].isOwn {
            findings.causes[place].isConfirmed = suffices
        }
        held = (suffices ? needed : pinned).sorted()
        findings.held = held
        base = known[TrialPlan(held: held)]![0]
        onFindings(findings)
        return true
    }

    /// The factors that can be pinned and then make the program repeatable; nil where they do not.
    private func stableHolds(_ all: [Int]) throws -> [Int]? {
        var holds = all
        if try first(TrialPlan(held: holds), "with \(holds.count) things pinned") == .unresolved {
            // One of them is what the program cannot live with.
            holds = try holds.filter { try first(TrialPlan(held: [$0]), "with \(names([$0])) pinned") != .unresolved }
        }
        return try !holds.isEmpty && isStable(TrialPlan(held: holds), "with \(holds.count) things pinned") ? holds : nil
    }

    private func isStable(_ plan: TrialPlan, _ purpose: String) throws -> Bool {
        while true {
            let trials = known[plan, default: []]
            if trials.contains(.unresolved) || trials.contains(where: { $0 != trials[0] }) { return false }
            if trials.count >= Ladder.stableCount { return true }
            _ = try run(plan, purpose)
        }
    }

    // MARK: Runs

    private func first(_ plan: TrialPlan, _ purpose: String) throws -> Trial {
        if let trial = known[plan]?.first { return trial }
        return try run(plan, purpose)
    }

    private func run(_ plan: TrialPlan, _ purpose: String) throws -> Trial {
        guard findings.runs < budget else { throw Exhausted() }
        let trial = try attempt(plan, purpose)
        findings.runs += 1
        known[plan, default: []].append(trial)
        if case .result(let result) = trial, !results.contains(result) {
            results.append(result)
            findings.distinct = results.count
        }
        onFindings(findings)
        return trial
    }

    private func names(_ part: [Int]) -> String { part.map { factors[$0].name }.joined(separator: " and ") }
}
