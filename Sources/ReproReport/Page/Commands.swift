import ReproFormats
import ReproVerification

/// The commands that give these runs, and this page, again.
struct Commands {
    let runs: [ReportedRun]
    /// Whether a run is of an experiment that ships, options and all.
    let isShipped: (RecordedRun) -> Bool

    var markup: Markup {
        let blocks = runs.map { run -> Markup in
            let note: Markup =
                isShipped(run.record)
                ? "" : "<p class=\"note\">The experiment is one of somebody's own: its JSON file is not in the run.</p>"
            return "<h3>\(run.name)</h3>\n\(note)\(Commands.code("\(run.name): command", command(run)))"
        }
        let names = runs.map { Text.shellWord($0.name) }
        var all = names.dropFirst().map { "repro diff \(names[0]) \($0)" }
        all.append("repro report \(names.joined(separator: " ")) --output report.html")
        return """
            <p>No thread count or kernel may change a digest; they are named to run as it was run.</p>
            \(blocks.joined())
            <h3>Compare</h3>
            \(Commands.code("Commands that compare", all.joined(separator: "\n")))
            """
    }

    private func command(_ run: ReportedRun) -> String {
        func environment(_ key: String) -> String? {
            run.record.environment.first { $0.key == key }.map { $0.value.string ?? $0.value.text(.compact) }
        }
        let name = run.record.experiment
        let subject = isShipped(run.record) ? name : "--config \(Text.shellWord(name + ".json"))"
        var parts = ["repro run \(subject) --seed \(run.record.seed)"]
        if let threads = environment("threads") { parts.append("--threads \(Text.shellWord(threads))") }
        if let kernels = environment("kernels") { parts.append("--kernels \(Text.shellWord(kernels))") }
        if let fault = run.record.perturbation { parts.append("--perturb \(Text.shellWord(fault))") }
        if let stage = run.record.lastStage { parts.append("--stage \(Text.shellWord(stage))") }
        parts.append("--trace tensor --output \(Text.shellWord(run.name))")
        return parts.joined(separator: " ")
    }

    private static func code(_ label: Markup, _ text: String) -> Markup {
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"\(label)\"><code>\(text)</code></pre>\n"
    }
}
