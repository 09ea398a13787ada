import Repro

/// A drift as lines and as JSON: where it began, what was expected, and how far it is.
enum DriftText {
    static func lines(_ drift: Drift) -> [StyledText] {
        var lines: [StyledText] = []
        func row(_ name: String, _ value: StyledText) { lines.append(.row(name, value)) }
        row("first stage", "\(bad: drift.stage)  (\(drift.differingStages) of \(drift.stageCount) stages differ)")
        if let structure = drift.structure { row("structure", StyledText(text(structure))) }
        if let expected = drift.expected { row("expected", StyledText(expected.hexadecimal)) }
        if let found = drift.found { row("found", StyledText(found.hexadecimal)) }
        if let (word, meaning) = drift.streamsVerdict {
            row("streams", "\(StyledText(word, drift.streamsAgree == true ? nil : .bad)): \(meaning)")
        }
        guard let tensor = drift.tensor else {
            row("first tensor", "not known: only the stage's digest is kept")
            return lines
        }
        let place =
            tensor.stage == drift.stage ? "" : "  (in \(tensor.stage), the first later stage whose tensors are kept)"
        row("first tensor", "\(bad: tensor.name)\(place)")
        if let structure = tensor.structure { row("", StyledText(text(structure))) }
        if let expected = tensor.before?.digest, let found = tensor.after?.digest {
            row("  expected", StyledText(expected.hexadecimal))
            row("  found", StyledText(found.hexadecimal))
        }
        guard tensor.structure == nil else {
            for element in tensor.elements { row("", StyledText(text(element))) }
            return lines
        }
        if let whole = tensor.whole {
            row("elements", StyledText(TensorDifferenceText.extent(whole)))
            row("first element", StyledText(TensorDifferenceText.first(whole)))
            return lines
        }
        row("elements", StyledText(elements(tensor)))
        for element in tensor.elements { row("", StyledText(text(element))) }
        return lines
    }

    /// Where a drift began, in a few words.
    static func place(_ drift: Drift) -> String {
        "first in stage '\(drift.stage)'" + (drift.tensor.map { ", tensor '\($0.name)'" } ?? "")
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
            "cause": drift.cause.rawValue, "stage": drift.stage, "expected": drift.expected, "found": drift.found,
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
