import Repro

/// `repro check --canary N --seed S`: whether the gate locates what is planted, and is silent where nothing is.
enum CheckCanary {
    static func run(
        _ check: GoldenCheck, names: [String], count: Int, seed: UInt64, _ context: Context
    ) throws -> ExitCode {
        var roots: [Digest] = []
        let experiments = try names.map { name in
            let golden = try check.folder.golden(named: name)
            roots.append(golden.root)
            return (
                name: name,
                experiment: try Experiment.decode(golden.experiment, path: check.folder.path(of: name))
                    .experiment,
                seed: golden.seed
            )
        }
        let folder = check.folder.path
        // The reference loops are too slow for hundreds of runs, and the other paths are held to them elsewhere.
        let fast = KernelPath.supported.filter { $0 != .reference && $0 != .portable }
        let canary = try Canary(
            experiments, paths: fast.isEmpty ? [check.engine.kernels.path] : fast.reversed(),
            concurrency: check.engine.workers.count, resolve: { Paths.resolve($0, against: folder) })
        for (expected, found) in zip(roots, canary.roots) where expected != found.root {
            throw CommandLineError(
                message: "'\(found.name)' drifts without any planted fault; see `repro check \(found.name)` first",
                code: .drift)
        }
        let messages = context.messages
        let report = try canary.run(count: count, seed: seed) { done, all in
            messages.progress("canary  run \(done) of \(all)")
        }
        messages.clear()
        if context.format == .json {
            try context.print(json(report, seed: seed))
        } else {
            try write(report, context.palette)
        }
        if !report.alarms.isEmpty { return .notReproducible }
        return report.outcomes.allSatisfy(\.isLocated) ? ExitCode.success : .drift
    }

    private static func write(_ report: Canary.Report, _ palette: Palette) throws {
        let outcomes = report.outcomes
        let died = outcomes.filter { if case .diedOut = $0.ending { true } else { false } }
        if !died.isEmpty {
            try Output.line("planted, located, and not in the root:")
            for outcome in died { try Output.line("  \(outcome.experiment.padded(20))\(reason(outcome))") }
            try Output.line()
        }
        for outcome in outcomes where !outcome.isLocated {
            let found =
                outcome.found.map { "found at \($0.stage)/\($0.operation), elements \($0.elements)" } ?? "not found"
            try Output.line(palette.bad("not located  ") + "\(outcome.experiment)  \(outcome.fault): \(found)")
        }
        for alarm in report.alarms { try Output.line(palette.bad("false alarm  ") + alarm) }
        let located = outcomes.count(where: \.isLocated)
        let phases = CanaryPhase.allCases.map { phase in
            "\(phase.rawValue) \(outcomes.count { $0.phase == phase })"
        }
        let all = "\(located) of \(outcomes.count) located"
        try Output.line(
            (located == outcomes.count ? palette.good(all) : palette.bad(all)) + "  (\(phases.joined(separator: ", ")))"
        )
        let reached = outcomes.count { $0.ending == .reachedRoot }
        let refused = outcomes.count { $0.ending == .notFinite }
        try Output.line(
            "\(reached) reach the root, \(refused) end as not finite, \(died.count) die out before it")
        try Output.line("\(report.alarms.count) alarms on \(report.cleanRuns) clean runs")
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
        let cases = report.outcomes.map { outcome in
            var members: [JSONValue.Member] = [
                .init("experiment", .string(outcome.experiment)), .init("phase", .string(outcome.phase.rawValue)),
                .init("kernels", .string(outcome.kernels.rawValue)), .init("fault", .string(outcome.fault.description)),
                .init("located", .bool(outcome.isLocated)),
            ]
            if let found = outcome.found {
                members += [
                    .init("stage", .string(found.stage)), .init("operation", .string(found.operation)),
                    .init("elements", .array(found.elements.map { .number($0) })),
                    .init("ulps", found.ulps.map { .number($0) } ?? .null),
                ]
            }
            switch outcome.ending {
            case .reachedRoot: members.append(.init("ending", .string("root")))
            case .notFinite: members.append(.init("ending", .string("not finite")))
            case .diedOut:
                members += [.init("ending", .string("died out")), .init("reason", .string(reason(outcome)))]
            }
            return JSONValue.object(members)
        }
        return .object([
            .init("schema", .number(ReproVersion.schema)), .init("seed", .number(seed)),
            .init("planted", .number(cases.count)),
            .init("located", .number(report.outcomes.count(where: \.isLocated))),
            .init("cleanRuns", .number(report.cleanRuns)),
            .init("alarms", .array(report.alarms.map { .string($0) })), .init("faults", .array(cases)),
        ])
    }
}
