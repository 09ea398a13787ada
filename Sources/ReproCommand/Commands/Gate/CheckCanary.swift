import Repro

/// `repro check --canary N --seed S`: whether the gate locates what is planted, and is silent where nothing is.
enum CheckCanary {
    static func run(
        _ check: GoldenCheck, names: [String], count: Int, seed: UInt64, _ context: Context
    ) throws -> ExitCode {
        let folder = check.folder
        let goldens = try names.map { try folder.golden(named: $0) }
        let experiments = try goldens.map { golden in
            (
                name: golden.name.text,
                experiment: try folder.experiment(golden.experiment, named: golden.name.text),
                seed: golden.seed
            )
        }
        // The reference loops are too slow for hundreds of runs, and the other paths are held to them elsewhere.
        let fast = KernelPath.supported.filter { $0 != .reference && $0 != .portable }
        let canary = try Canary(
            experiments, paths: fast.isEmpty ? [check.engine.kernels.path] : fast.reversed(),
            concurrency: check.engine.workers.count, resolve: { Paths.resolve($0, against: folder.path) })
        for (golden, found) in zip(goldens, canary.roots) where golden.root != found.root {
            throw CommandLineError(
                message:
                    "'\(found.name)' drifts without any planted fault; see `repro check \(found.name)\(folder.option)` first",
                code: .drift)
        }
        let messages = context.messages
        let report = try canary.run(count: count, seed: seed) { done, all in
            messages.progress("canary  run \(done) of \(all)")
        }
        messages.clear()
        try context.answer(json(report, seed: seed), lines(report))
        if !report.falsePositives.isEmpty { return .notReproducible }
        return report.outcomes.allSatisfy(\.isLocated) ? ExitCode.success : .drift
    }

    private static func lines(_ report: Canary.Report) -> [StyledText] {
        let outcomes = report.outcomes
        let died = outcomes.filter { if case .diedOut = $0.ending { true } else { false } }
        var lines: [StyledText] = []
        if !died.isEmpty {
            lines.append("planted, located, and not in the root:")
            lines += died.map { "  \($0.experiment.padded(20))\(reason($0))" } + [""]
        }
        for outcome in outcomes where !outcome.isLocated {
            let found =
                outcome.found.map { "found at \($0.stage)/\($0.operation), elements \($0.elements)" } ?? "not found"
            lines.append("\(bad: "not located  ")\(outcome.experiment)  \(outcome.fault): \(found)")
        }
        lines += report.falsePositives.map { "\(bad: "false positive  ")\($0)" }
        let located = outcomes.count(where: \.isLocated)
        let phases = CanaryPhase.allCases.map { phase in
            "\(phase.rawValue) \(outcomes.count { $0.phase == phase })"
        }
        let all = StyledText("\(located) of \(outcomes.count) located", located == outcomes.count ? .good : .bad)
        let reached = outcomes.count { $0.ending == .reachedRoot }
        let refused = outcomes.count { $0.ending == .notFinite }
        return lines + [
            "\(all)  (\(phases.joined(separator: ", ")))",
            "\(reached) reach the root, \(refused) end as not finite, \(died.count) die out before it",
            "\(report.falsePositives.count) false positives in \(report.cleanRuns) clean runs",
        ]
    }

    /// Why a fault does not reach the root.
    private static func reason(_ outcome: Canary.Outcome) -> String {
        guard case .diedOut(let differing, let last) = outcome.ending else { return "" }
        let ulps = outcome.found?.ulps.map { " (\($0) ulp)" } ?? ""
        return differing == 1
            ? "\(outcome.fault)\(ulps): what reads it rounds to the same bits, or nothing does"
            : "\(outcome.fault)\(ulps): \(differing) operations differ, the last \(last), whose readers round it away"
    }

    private static func json(_ report: Canary.Report, seed: UInt64) -> JSONValue {
        [
            "seed": seed, "planted": report.outcomes.count,
            "located": report.outcomes.count(where: \.isLocated), "cleanRuns": report.cleanRuns,
            "falsePositives": report.falsePositives, "faults": report.outcomes.map(json),
        ]
    }

    private static func json(_ outcome: Canary.Outcome) -> JSONValue {
        var json: JSONValue = [
            "experiment": outcome.experiment, "phase": outcome.phase.rawValue, "kernels": outcome.kernels.rawValue,
            "fault": outcome.fault.description, "located": outcome.isLocated,
        ]
        if let found = outcome.found {
            json = json.adding([
                "stage": found.stage, "operation": found.operation.description, "elements": found.elements,
                "ulps": found.ulps,
            ])
        }
        switch outcome.ending {
        case .reachedRoot: return json.adding(["ending": "root"])
        case .notFinite: return json.adding(["ending": "not finite"])
        case .diedOut: return json.adding(["ending": "died out", "reason": reason(outcome)])
        }
    }
}
