import ReproFormats
import ReproVerification

/// The page: its sections in order.
struct Page {
    let runs: [ReportedRun]
    let comparison: RunGroups
    let divergences: [Divergence]
    let isShipped: (RecordedRun) -> Bool

    /// Digests that get maps and a tree; the facts are there for all.
    private static let mapLimit = 6

    var markup: Markup {
        let headline = Headline(runs: runs, comparison: comparison)
        let sections = sections(headline)
        return PageFrame(
            command: "report", title: "\(headline.title): \(headline.subject)",
            header: "\(Page.patterns)\(headline.markup)", sections: sections
        ).markup
    }

    private func sections(_ headline: Headline) -> [PageFrame.Section] {
        var sections = [PageFrame.Section(id: "digests", title: "Digests", body: headline.cards)]
        for (index, divergence) in divergences.enumerated() {
            let letter = Headline.letter(index + 1)
            let body = DivergenceSection(divergence: divergence, letter: letter, isWhole: index < Page.mapLimit).markup
            sections.append(
                PageFrame.Section(
                    id: "divergence-\(letter)", title: "Divergence \(letter): \(divergence.names)", body: body))
        }
        if divergences.isEmpty { sections.append(PageFrame.Section(id: "tree", title: "Digest tree", body: tree)) }
        let names = runs.map(\.name)
        let metrics = SideBySide(names: names, rows: Condition.all(runs.map(\.record.metrics)))
        let table: Markup = metrics.rows.isEmpty ? "" : metrics.markup("Metrics of the whole run; in no digest")
        sections += [
            PageFrame.Section(id: "loss", title: "Loss and metrics", body: "\(Curves(runs).markup)\(table)")
        ]
        if let confusion = ConfusionTable(runs: runs).markup {
            sections.append(PageFrame.Section(id: "confusion", title: "Confusion", body: confusion))
        }
        let mistakes = runs.compactMap { run in run.mistakes.map { MistakesTable(name: run.name, mistakes: $0).markup }
        }
        if !mistakes.isEmpty {
            sections.append(PageFrame.Section(id: "mistakes", title: "Most confidently wrong", body: mistakes.joined()))
        }
        sections += [
            PageFrame.Section(
                id: "streams", title: "Random streams", body: StreamsTable(divergences: divergences).markup),
            PageFrame.Section(
                id: "environments", title: "Environments",
                body: SideBySide(names: names, rows: comparison.conditions.environment).markup(
                    "Where each run took place; in no digest")),
            PageFrame.Section(id: "experiments", title: "Experiments", body: experiments(names)),
            PageFrame.Section(
                id: "reproduce", title: "Reproduce", body: Commands(runs: runs, isShipped: isShipped).markup),
        ]
        return sections
    }

    private var tree: Markup {
        let run = runs[comparison.groups[0].witness].record
        return DigestTree(roots: (run.root, run.root), stages: RunComparison(run, run).stages, drift: nil).markup
    }

    private func experiments(_ names: [String]) -> Markup {
        let table = SideBySide(names: names, rows: [comparison.conditions.seed] + comparison.conditions.options)
        let all: Markup = """
            <details><summary>All \(table.rows.count) options</summary>
            \(table.markup("Seed and options of every run"))</details>

            """
        if table.differing == 0 {
            return
                "<p>\(Mark.agrees("same")): \(runs.count == 1 ? "one run" : "all ran one experiment with one seed").</p>\n\(all)"
        }
        return "\(table.markup("Seed and options that differ") { $0.differs })\(all)"
    }

    /// Fillings that strips refer to.
    private static let patterns: Markup = """
        <svg width="0" height="0" class="patterns" aria-hidden="true" focusable="false"><defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
        <rect width="6" height="6" class="hatch-ground"/><rect width="3" height="6" class="hatch-line"/></pattern>
        <pattern id="points" width="5" height="5" patternUnits="userSpaceOnUse">\
        <rect width="5" height="5" class="points-ground"/><circle cx="2.5" cy="2.5" r="1.1" class="points-point"/></pattern>
        </defs></svg>

        """
}
