import ReproVerification

/// All about where a run left the first one: facts, maps and the tree.
struct DivergenceSection {
    let divergence: Divergence
    let letter: String
    /// Whether maps and tree are shown: pages about many digests leave them out of the later ones.
    let isWhole: Bool

    var markup: Markup {
        let drift = divergence.group.drift
        let facts = drift.map { DivergenceText(divergence: divergence, drift: $0, letter: letter).markup }
        return """
            <p>First divergence of <b>\(divergence.names)</b> from <b>\(divergence.baseline.name)</b>:</p>
            \(facts ?? "")
            \(isWhole ? details : fewer)
            """
    }

    private var fewer: Markup { "<p class=\"note\">Name fewer runs to see how far each tensor is.</p>\n" }

    private var details: Markup {
        let tree = DigestTree(
            roots: (divergence.baseline.record.root, divergence.run.record.root), stages: divergence.stages,
            drift: divergence.group.drift)
        return """
            <h3>How far, tensor by tensor</h3>
            <p class="note">One ulp is one step from a binary32 number to the next; 2<sup>23</sup> are a factor of two. \
            “≥” marks what is known from recorded elements, at most four a tensor, rather than from the whole tensor.</p>
            \(HeatMap.legend)\(maps)
            <h3>Digest tree</h3>
            \(tree.markup)
            """
    }

    private var maps: Markup {
        let first = divergence.group.drift?.tensor.map { (stage: $0.stage, tensor: $0.name) }
        let others = HeatMap(
            map: divergence.others, noun: "stage", caption: "Before, between and after the steps.", first: first)
        guard !divergence.steps.stages.isEmpty else { return others.markup }
        let steps = HeatMap(
            map: divergence.steps, noun: "step",
            caption: "Steps: tensors from top to bottom as a step records them.", first: first)
        return "\(steps.markup)\(others.markup)"
    }
}
