import Repro

/// A drift as lines: where it began, what was expected, how far it is, and what to run next.
struct DriftText {
    let palette: Palette

    func lines(_ drift: Drift) -> [String] {
        var lines: [String] = []
        func row(_ name: String, _ value: String) { lines.append("  " + name.padded(14) + value) }
        row(
            "first stage",
            "\(palette.bad(drift.stage))  (\(drift.differingStages) of \(drift.stageCount) stages differ)")
        if let structure = drift.structure { row("structure", DriftText.text(structure)) }
        if let expected = drift.expected { row("expected", expected.hexadecimal) }
        if let found = drift.found { row("found", found.hexadecimal) }
        switch drift.streamsAgree {
        case true?: row("streams", "agree: the arithmetic moved, not the random numbers")
        case false?: row("streams", palette.bad("differ") + ": seeding, or the order of draws, moved")
        case nil: break
        }
        guard let tensor = drift.tensor else {
            row("first tensor", "not known: only the stage's digest is kept")
            return lines
        }
        let place =
            tensor.stage == drift.stage ? "" : "  (in \(tensor.stage), the first later stage whose tensors are kept)"
        row("first tensor", palette.bad(tensor.name) + place)
        if let structure = tensor.structure { row("", DriftText.text(structure)) }
        if let expected = tensor.expected, let found = tensor.found {
            row("  expected", expected.hexadecimal)
            row("  found", found.hexadecimal)
        }
        if let whole = tensor.whole, tensor.structure == nil {
            row("elements", TensorDifferenceText.extent(whole))
            row("first element", TensorDifferenceText.first(whole))
            return lines
        }
        if tensor.structure == nil { row("elements", DriftText.elements(tensor)) }
        for element in tensor.elements {
            row("", DriftText.text(element))
        }
        return lines
    }

    /// Where a drift began, in a few words.
    static func place(_ drift: Drift) -> String {
        "first in stage '\(drift.stage)'" + (drift.tensor.map { ", tensor '\($0.name)'" } ?? "")
    }

    private static func elements(_ tensor: Drift.MovedTensor) -> String {
        guard tensor.sampleCount > 0 else { return "none recorded" }
        if tensor.elements.isEmpty { return "others than the \(tensor.sampleCount) that were recorded differ" }
        let greatest = tensor.elements.compactMap(\.ulps).max()
        return "\(tensor.elements.count) of \(tensor.sampleCount) recorded differ"
            + (greatest.map { ", by up to \($0) ulp" } ?? "")
    }

    static func text(_ structure: Drift.Structure) -> String {
        switch structure {
        case .missing(let name): "'\(name)' is expected and was not found"
        case .unexpected(let name): "'\(name)' was found and is not expected"
        case .shape(let expected, let found): "shape \(expected) expected, \(found) found"
        case .elementType(let expected, let found): "\(expected.rawValue) expected, \(found.rawValue) found"
        }
    }

    private static func text(_ element: Drift.MovedElement) -> String {
        guard let ulps = element.ulps else {
            return "[\(element.offset)] \(String(element.expected, radix: 16)) → \(String(element.found, radix: 16))"
        }
        let (before, after) = (UInt32(truncatingIfNeeded: element.expected), UInt32(truncatingIfNeeded: element.found))
        return "[\(element.offset)] \(hexadecimal(before)) → \(hexadecimal(after))  "
            + "\(Float(bitPattern: before)) → \(Float(bitPattern: after))  \(ulps) ulp"
    }

    /// The same for machines.
    static func json(_ drift: Drift) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("stage", .string(drift.stage)),
            .init("expected", drift.expected.map { .string($0.hexadecimal) } ?? .null),
            .init("found", drift.found.map { .string($0.hexadecimal) } ?? .null),
            .init("streamsAgree", drift.streamsAgree.map { .bool($0) } ?? .null),
            .init("differingStages", .number(drift.differingStages)), .init("stageCount", .number(drift.stageCount)),
        ]
        if let structure = drift.structure { members.append(.init("structure", .string(text(structure)))) }
        if let tensor = drift.tensor {
            let elements = tensor.elements.map { element in
                JSONValue.object([
                    .init("offset", .number(element.offset)),
                    .init("expected", .string(String(element.expected, radix: 16))),
                    .init("found", .string(String(element.found, radix: 16))),
                    .init("ulps", element.ulps.map { .number($0) } ?? .null),
                ])
            }
            members.append(
                .init(
                    "tensor",
                    .object([
                        .init("stage", .string(tensor.stage)), .init("name", .string(tensor.name)),
                        .init("structure", tensor.structure.map { .string(text($0)) } ?? .null),
                        .init("elements", .array(elements)), .init("recorded", .number(tensor.sampleCount)),
                        .init("whole", tensor.whole.map { .object(TensorDifferenceText.members($0)) } ?? .null),
                    ])))
        }
        return .object(members)
    }
}
