import ReproTrace
import ReproVerification

/// Where a run first left another: the way from the root to the element, and the sizes that are known.
struct DivergenceText {
    let divergence: Divergence
    let drift: Drift
    /// What the digest of the run that left is called; the first is A.
    let letter: String

    var markup: Markup {
        """
        <ol class="way" aria-label="Way to the first divergence">\(way.map { "<li>\($0)</li>" as Markup }.joined())</ol>
        <dl class="facts">\(facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" as Markup }.joined("\n"))</dl>

        """
    }

    private var way: [Markup] {
        let tensor = drift.tensor.map { $0.stage == drift.stage ? $0.name : "not kept there" } ?? "not known"
        return [("root", "run"), ("stage", drift.stage.description), ("tensor", tensor)].map { kind, name in
            "<span class=\"quiet\">\(kind)</span> \(name)"
        }
    }

    private var facts: [(Markup, Markup)] {
        var facts: [(Markup, Markup)] = [("Reach", "\(drift.differingStages) of \(drift.stageCount) stages differ")]
        if let (word, meaning) = drift.streamsVerdict {
            facts.append(("Random streams", "\(word) there: \(meaning)"))
        }
        if let structure = drift.structure { facts.append(("Structure", DivergenceText.text(structure))) }
        if let before = drift.expected, let after = drift.found {
            facts.append(("Stage digest", pair(before, after)))
        }
        guard let tensor = drift.tensor else {
            return facts + [("Tensor", "not known: no tensors were kept; run again with <code>--trace tensor</code>")]
        }
        if tensor.stage != drift.stage {
            facts.append(
                (
                    "Tensor",
                    """
                    \(tensor.name) in \(tensor.stage), the first later stage whose tensors were kept; to see those of \
                    \(drift.stage), run again with <code>--trace tensor</code>
                    """
                ))
        }
        if let structure = tensor.structure { facts.append(("Structure", DivergenceText.text(structure))) }
        if let before = tensor.before?.digest, let after = tensor.after?.digest {
            facts.append(("Tensor digest", pair(before, after)))
        }
        if tensor.structure == nil { facts.append(("Elements", elements(tensor))) }
        return facts
    }

    private func pair(_ before: Digest, _ after: Digest) -> Markup {
        "<b>A</b> \(Markup.digest(before))<br><b>\(letter)</b> \(Markup.digest(after))"
    }

    private func elements(_ tensor: TensorComparison) -> Markup {
        guard tensor.sampleCount > 0 else { return "none recorded" }
        guard !tensor.elements.isEmpty else {
            return "all \(tensor.sampleCount) recorded ones are equal: only others moved"
        }
        let rows = tensor.elements.map { element -> Markup in
            guard let ulps = element.ulps else {
                let (before, after) = (String(element.before, radix: 16), String(element.after, radix: 16))
                return "[\(element.offset)] <code>\(before)</code> → <code>\(after)</code>"
            }
            let (a, b) = (UInt32(truncatingIfNeeded: element.before), UInt32(truncatingIfNeeded: element.after))
            let values: Markup = "\("\(Float(bitPattern: a))") → \("\(Float(bitPattern: b))")"
            return """
                [\(element.offset)] <code>\(hexadecimal(a))</code> → <code>\(hexadecimal(b))</code> (\(values), \(ulps) ulp)
                """
        }
        return "\(tensor.elements.count) of \(tensor.sampleCount) recorded ones differ: \(rows.joined("; "))"
    }

    private static func text(_ structure: StructureDifference) -> Markup {
        switch structure {
        case .missing(let name): "only the first has \(name)"
        case .unexpected(let name): "only the second has \(name)"
        case .shape(let expected, let found): "shape \("\(expected)") and \("\(found)")"
        case .elementType(let expected, let found): "\(expected.rawValue) and \(found.rawValue)"
        }
    }
}
