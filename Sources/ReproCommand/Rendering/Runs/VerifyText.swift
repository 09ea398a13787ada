import Repro

/// A verification as a person and a program read it.
enum VerifyText {
    /// - Parameter seed: of the draw; nil where nothing was drawn.
    static func head(_ verification: RunVerification, seed: UInt64?) -> [StyledText] {
        let run = verification.run
        let end = run.chain.end.map { "digest \($0.root.hexadecimal)" } ?? "not finished"
        let count = run.chain.links.count
        let drawn = seed.map { "\(grouped(verification.drawn.count)) of \(grouped(run.intervalCount)), by seed \($0)" }
        return [
            .row("run", "\(run.manifest.experiment.name), seed \(run.manifest.seed), \(end)"),
            .row("chain", "hashes up, \(grouped(count)) \(count == 1 ? "state" : "states")"),
            .row("intervals", "\(drawn ?? "all \(grouped(run.intervalCount))")"), "",
        ]
    }

    static func title(_ stretch: CommittedRun.Stretch, of run: CommittedRun) -> String {
        "\(stretch.from.map(run.name(ofPlace:)) ?? "beginning") → \(run.name(ofPlace: stretch.to))"
    }

    static func line(
        _ stretch: CommittedRun.Stretch, of run: CommittedRun, _ forgery: CommittedRun.Forgery?
    ) -> StyledText {
        let name = title(stretch, of: run).padded(28)
        return "\(name)  " + (forgery.map { "\(bad: "forged")  \($0.reason)" } ?? "\(good: "reproduced")")
    }

    static func tail(_ verification: RunVerification, isClean: Bool) -> [StyledText] {
        guard isClean else { return ["", "\(bad: "the run is not what it commits to")"] }
        let claim = verification.claim
        guard claim.drawn < claim.intervals else {
            return ["", "\(good: "every state leads to the next one")"]
        }
        let least = claim.leastSeen ?? claim.intervals
        let share = percent(Double(least) / Double(claim.intervals))
        return [
            "",
            "Had \(grouped(least)) or more of \(grouped(claim.intervals)) intervals been forged (\(share)), one of them would have been drawn with 95 % probability.",
        ]
    }

    static func json(
        _ verification: RunVerification, _ forgeries: [CommittedRun.Forgery], seed: UInt64?
    ) -> JSONValue {
        let run = verification.run
        var json: JSONValue = [
            "schema": ReproVersion.schema, "experiment": run.manifest.experiment.name, "seed": run.manifest.seed,
            "options": run.manifest.experiment.json, "digest": run.chain.end?.root, "states": run.chain.links.count,
            "intervals": run.intervalCount, "drawn": verification.drawn, "forged": forgeries.map(\.reason),
        ]
        json.add("drawnBy", ifPresent: seed)
        json.add("leastSeen", ifPresent: verification.claim.leastSeen)
        return json
    }
}
