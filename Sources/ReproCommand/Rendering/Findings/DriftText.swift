import Repro

/// A drift as rows and as JSON: where it began, what was expected, and how far it is.
enum DriftText {
    /// Of a drift that is known before anything runs, none: what was asked for says it all.
    static func rows(_ drift: Drift) -> [FindingRow] {
        guard drift.hasRun else { return [] }
        var rows: [FindingRow] = []
        func row(_ name: String, _ value: StyledText) { rows.append(FindingRow(name, value)) }
        row("first stage", "\(bad: drift.stage)  (\(drift.differingStages) of \(drift.stageCount) stages differ)")
        if let structure = drift.structure { row("structure", StyledText(text(structure))) }
        if let expected = drift.expected { row("expected", StyledText(expected.hexadecimal)) }
        if let found = drift.found { row("found", StyledText(found.hexadecimal)) }
        if let (word, meaning) = drift.streamsVerdict {
            row("streams", "\(StyledText(word, drift.streamsAgree == true ? nil : .bad)): \(meaning)")
        }
        guard let tensor = drift.tensor else {
            row("first tensor", "not known: only the stage's digest is kept")
            return rows
        }
        let place =
            tensor.stage == drift.stage ? "" : "  (in \(tensor.stage), the first later stage whose tensors are kept)"
        var digests: [FindingRow] = []
        if let structure = tensor.structure { digests.append(FindingRow("", StyledText(text(structure)))) }
        if let expected = tensor.before?.digest, let found = tensor.after?.digest {
            digests.append(FindingRow("expected", StyledText(expected.hexadecimal)))
            digests.append(FindingRow("found", StyledText(found.hexadecimal)))
        }
        rows.append(FindingRow("first tensor", "\(bad: tensor.name)\(place)", below: digests))
        let recorded = tensor.elements.map { FindingRow("", StyledText(text($0))) }
        if tensor.structure != nil { return rows + recorded }
        if let whole = tensor.whole {
            row("elements", "\(TensorDifferenceText.extent(whole)) in \(tensor.name)")
            row("first element", StyledText(TensorDifferenceText.first(whole)))
            return rows
        }
        row("elements", "\(elements(tensor)) in \(tensor.name)")
        return rows + recorded
    }

    /// Where a drift began, in a few words: what was asked for and differs, or the first stage and tensor.
    static func place(_ drift: Drift) -> String {
        let asked = ConditionText(conditions: drift.conditions).headline
        guard drift.hasRun else { return drift.cause == .options ? "options: \(asked)" : asked }
        return (asked.isEmpty ? "" : asked + "; ") + "first in stage '\(drift.stage)'"
            + (drift.tensor.map { ", tensor '\($0.name)'" } ?? "")
    }

    /// What the cause is, in words.
    static func cause(_ drift: Drift) -> String {
        let asked = Cause(asked: drift.conditions)
        switch (drift.cause, asked) {
        case (.options, _): return "options: what is asked for is not what was blessed"
        case (.data, .data): return "data: what it reads is not what was blessed"
        case (.data, _): return "data: the files agree, and what was drawn or read from them moved"
        case (.streams, .streams): return "seed: it is not the one that was blessed"
        case (.streams, _): return "streams: options and data agree, and the random numbers moved"
        case (.arithmetic, _): return "arithmetic: options, data and random streams agree, and the numbers moved"
        case (.none, _): return "structure: only one side has the stage, and nothing says why"
        }
    }

    private static func elements(_ tensor: TensorComparison) -> String {
        guard tensor.sampleCount > 0 else { return "none recorded" }
        if tensor.elements.isEmpty { return "others than the \(tensor.sampleCount) that were recorded differ" }
        let greatest = tensor.elements.compactMap(\.ulps).max()
        return "\(tensor.elements.count) of \(tensor.sampleCount) recorded differ"
            + (greatest.map { ", by up to \($0) ulp" } ?? "")
    }

    static func text(_ structure: StructureDifference) -> String {
        switch structure {
        case .missing(let name): "'\(name)' is expected and was not found"
        case .unexpected(let name): "'\(name)' was found and is not expected"
        case .shape(let expected, let found): "shape \(expected) expected, \(found) found"
        case .elementType(let expected, let found): "\(expected.rawValue) expected, \(found.rawValue) found"
        }
    }

    private static func text(_ element: MovedElement) -> String {
        guard let ulps = element.ulps else {
            return "[\(element.offset)] \(String(element.before, radix: 16)) → \(String(element.after, radix: 16))"
        }
        let (before, after) = (UInt32(truncatingIfNeeded: element.before), UInt32(truncatingIfNeeded: element.after))
        return "[\(element.offset)] \(hexadecimal(before)) → \(hexadecimal(after))  "
            + "\(Float(bitPattern: before)) → \(Float(bitPattern: after))  \(ulps) ulp"
    }

    static func json(_ drift: Drift) -> JSONValue {
        var json: JSONValue = [
            "cause": drift.cause.rawValue, "stage": drift.stageName, "expected": drift.expected, "found": drift.found,
            "streamsAgree": drift.streamsAgree, "differingStages": drift.differingStages,
            "stageCount": drift.stageCount,
        ]
        json.add("structure", ifPresent: drift.structure.map(text))
        json.add("tensor", ifPresent: drift.tensor.map(DriftText.json))
        return json
    }

    private static func json(_ tensor: TensorComparison) -> JSONValue {
        let elements = tensor.elements.map { element -> JSONValue in
            [
                "offset": element.offset, "expected": String(element.before, radix: 16),
                "found": String(element.after, radix: 16), "ulps": element.ulps,
            ]
        }
        return [
            "stage": tensor.stage, "name": tensor.name, "structure": tensor.structure.map(text),
            "elements": elements, "recorded": tensor.sampleCount, "whole": tensor.whole.map(TensorDifferenceText.json),
        ]
    }
}
