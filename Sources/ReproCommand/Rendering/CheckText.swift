import Repro

/// A check as a person reads it.
struct CheckText {
    let context: Context
    let goldens: String
    /// Of the column of names.
    let width: Int

    func write(_ outcome: GoldenCheck.Outcome) throws {
        let place = goldens == "Goldens" ? "" : " --goldens \(goldens)"
        let palette = context.palette
        let word = outcome.verdict.word
        let painted = outcome.verdict.isReproduced ? palette.good(word) : palette.bad(word)
        let root = outcome.golden.map { palette.faint($0.root.abbreviated) } ?? ""
        try Output.line(
            (outcome.name.padded(width) + "  " + painted + String(repeating: " ", count: max(2, 18 - word.count)) + root)
                .trimmedRight)
        let next: String
        switch outcome.verdict {
        case .reproduced:
            if let fault = outcome.tensorsFault { context.messages.remark("\(fault)") }
            return
        case .drift(let drift):
            for path in outcome.changedData {
                try row("data", palette.bad(path) + " is not the file that was blessed")
            }
            for line in DriftText(palette: palette).lines(drift) { try Output.line(line) }
            if let fault = outcome.tensorsFault { try row("tensors", "\(fault)") }
            next =
                "repro bisect --baseline PATH \(outcome.name)\(place)   with the last good build; or, where the change is "
                + "meant, repro bless \(outcome.name)\(place) --reason TEXT"
        case .notReproducible(let drift):
            try Output.line("  two runs of this build disagree with each other:")
            for line in DriftText(palette: palette).lines(drift) { try Output.line(line) }
            next = "repro doctor   and look for memory read before it is written, or faulty memory"
        case .notJudged(let reason):
            try Output.line("  " + reason)
            next = "repro list\(place)"
        case .notFinite(let reason):
            try Output.line("  " + reason)
            next = "repro run \(target(outcome)) --trace tensor   and look at the tensors before it"
        }
        try row("next", next)
    }

    private func row(_ name: String, _ value: String) throws { try Output.line("  " + name.padded(14) + value) }

    private func target(_ outcome: GoldenCheck.Outcome) -> String {
        let seed = outcome.golden?.seed ?? 0
        return Experiment.shipped(named: outcome.name) == nil
            ? "--config FILE --seed \(seed)" : "\(outcome.name) --seed \(seed)"
    }
}
