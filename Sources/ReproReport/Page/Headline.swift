import ReproTrace
import ReproVerification

/// The verdict: how many digests there are, which runs gave which, and what was run.
struct Headline {
    let runs: [ReportedRun]
    let comparison: RunGroups

    var title: Markup {
        comparison.isOneDigest ? "One digest" : "\(comparison.groups.count) distinct digests"
    }

    /// The runs and what they ran, in a line.
    var subject: Markup {
        let cases = runs.map { "\($0.record.experiment), seed \($0.record.seed)" as Markup }
        var distinct: [Markup] = []
        for one in cases where !distinct.contains(where: { $0.text == one.text }) { distinct.append(one) }
        return "\(Markup.count(runs.count, "run")) of \(distinct.joined("; "))"
    }

    var markup: Markup {
        let mark: Markup = comparison.isOneDigest ? "=" : "≠"
        return """
            <header class="\(comparison.isOneDigest ? "one" : "several")">
            <p class="kicker">repro report</p>
            <h1><span class="seal" aria-hidden="true">\(mark)</span>\(title)</h1>
            <p class="lede">\(subject). \(lede)</p>
            </header>

            """
    }

    private var lede: Markup {
        if runs.count == 1 { return "There is nothing to compare it with; name several runs to compare them." }
        if comparison.isOneDigest {
            return "Every run gave the same bits: each gradient, parameter and output that the digest covers."
        }
        let conditions = comparison.conditions
        let difference: Markup
        switch (conditions.options.contains(where: \.differs), conditions.seed.differs) {
        case (true, true): difference = "differ in experiment and seed"
        case (true, false): difference = "ran different experiments"
        case (false, true): difference = "differ in seed"
        case (false, false) where conditions.data.contains(where: \.differs): difference = "read different data"
        case (false, false): return "One experiment and one seed should give one digest."
        }
        return "They \(difference), so that their digests have to differ."
    }

    /// One card per digest, with its runs.
    var cards: Markup {
        let cards = comparison.groups.enumerated().map { index, group -> Markup in
            let names = group.members.map { "<li>\(runs[$0].name)</li>" as Markup }
            let role: Markup =
                index == 0
                ? (comparison.isOneDigest ? "" : "what the others are compared with")
                : group.drift.map(Headline.place) ?? ""
            return """
                <li class="card\(index == 0 ? "" : " other")"><h3><span class="letter">\(Headline.letter(index))</span>\
                <span class="hidden">Digest \(Headline.letter(index))</span></h3>
                <div>\(Markup.digest(group.root))<ul class="chips" aria-label="Runs">\(names.joined())</ul>\
                <p class="quiet">\(role)</p></div></li>
                """
        }
        return "<ol class=\"cards\">\(cards.joined("\n"))</ol>\n"
    }

    private static func place(_ drift: Drift) -> Markup {
        guard let tensor = drift.tensor, tensor.stage == drift.stage else {
            return "first differs in <b>\(drift.stage)</b>"
        }
        return "first differs in <b>\(drift.stage)</b>, tensor <b>\(tensor.name)</b>"
    }

    /// A, B, … Z, 27, 28, …
    static func letter(_ index: Int) -> String {
        index < 26 ? String(UnicodeScalar(UInt8(65 + index))) : String(index + 1)
    }
}
