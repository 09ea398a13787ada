import Foundation
import Repro

/// How a drift grows from stage to stage: a table of the stages that differ, or a picture of it, short enough to read.
struct GrowthText {
    let stages: [StageComparison]

    private static let firstCount = 6
    private static let middleCount = 4

    /// Which rows are shown: all of a few; of many the first ones, some spread over the rest, and the last.
    static func shown(of count: Int) -> [Int] {
        guard count > firstCount + middleCount + 2 else { return Array(0..<count) }
        let middle = (1...middleCount).map { firstCount - 1 + $0 * (count - firstCount) / (middleCount + 1) }
        return Array(0..<firstCount) + middle + [count - 1]
    }

    var lines: [StyledText] {
        let width = max(14, (stages.map(\.name.count).max() ?? 0) + 2)
        func columns(_ stage: String, _ tensors: String, _ ulp: String, _ distance: String) -> String {
            "  " + stage.padded(width) + tensors.leftPadded(12) + ulp.leftPadded(13) + distance.leftPadded(12) + "  "
        }
        var lines: [StyledText] = ["\(faint: columns("stage", "tensors", "ulp ≥", "distance ≥") + "streams")"]
        var next = 0
        for row in GrowthText.shown(of: stages.count) {
            if row > next { lines.append("\(faint: "  … \(row - next) more")") }
            next = row + 1
            let stage = stages[row]
            if let structure = stage.structure {
                lines.append("  \(stage.name.padded(width))\(bad: DriftText.text(structure))")
                continue
            }
            let tensors =
                stage.moved.flatMap { own in stage.tensors.map { "\(own.count) of \($0.count)" } } ?? "not kept"
            let left = columns(
                stage.name, tensors, stage.greatestULP.map { "\($0)" } ?? "",
                stage.greatestDistance.map { String(format: "%.3g", $0) } ?? "")
            lines.append(stage.streamsAgree == false ? "\(left)\(bad: "differ")" : "\(left)agree")
            for tensor in (stage.moved ?? []).prefix(3) {
                guard let structure = tensor.structure else { continue }
                lines.append("    \(bad: tensor.name)  \(DriftText.text(structure))")
            }
        }
        let differing = stages.filter { $0.streamsAgree == false }
        lines.append(
            differing.isEmpty
                ? "  the random streams agree in every stage that both have"
                : "  the random streams differ in \(differing.count) of these stages, first in \(differing[0].name)")
        return lines
    }

    /// The stages whose tensors are known on both sides, each with a bar for the greatest distance seen; nil where they are
    /// fewer than two, which do not grow.
    var picture: FindingRow? {
        let known = stages.filter { $0.moved != nil || $0.structure != nil }
        guard known.count > 1 else { return nil }
        let width = known.map(\.name.count).max()! + 2
        var lines: [FindingRow] = []
        var next = 0
        for row in GrowthText.shown(of: known.count) {
            if row > next { lines.append(FindingRow(line: "    \(faint: "… \(row - next) more")")) }
            next = row + 1
            let stage = known[row]
            let name = stage.name.padded(width)
            if let structure = stage.structure {
                lines.append(FindingRow(line: "    \(name)\(bad: DriftText.text(structure))"))
                continue
            }
            let counts = "\(stage.moved?.count ?? 0) of \(stage.tensors?.count ?? 0) tensors".padded(18)
            let distance =
                stage.farthest.map { "\(GrowthText.bar($0.ulps)) \($0.ulps) ulp in \($0.name)" }
                ?? "distance not recorded"
            lines.append(FindingRow(line: "    \(name)\(counts)\(distance)"))
        }
        let unknown = stages.count - known.count
        let rest = unknown == 0 ? "" : "; \(grouped(unknown)) more stages differ"
        return FindingRow(
            "growth", "the greatest distance that is known in any tensor of a stage, a block for each four bits\(rest)",
            below: lines)
    }

    /// A block for each four bits of a distance, so that one block more is sixteen times as far.
    private static func bar(_ ulps: UInt64) -> String {
        let bits = UInt64.bitWidth - ulps.leadingZeroBitCount
        let part = ["", "▎", "▌", "▊"][bits % 4]
        return (String(repeating: "█", count: bits / 4) + part).padded(8)
    }

    /// All stages for machines.
    var json: JSONValue {
        let stages = stages.map { stage -> JSONValue in
            let tensors = stage.moved?.map { tensor -> JSONValue in
                [
                    "name": tensor.name, "structure": tensor.structure.map(DriftText.text),
                    "greatestULP": tensor.greatestULP, "greatestDistance": tensor.greatestDistance,
                ]
            }
            return [
                "stage": stage.name, "structure": stage.structure.map(DriftText.text),
                "streamsAgree": stage.streamsAgree, "differing": stage.moved?.count,
                "of": stage.moved == nil ? nil : stage.tensors?.count,
                "greatestULP": stage.greatestULP, "greatestDistance": stage.greatestDistance, "tensors": tensors,
            ]
        }
        return stages.json
    }
}

extension StageComparison {
    /// The tensor whose elements are farthest apart, as far as that is known.
    fileprivate var farthest: (name: String, ulps: UInt64)? {
        let known = (moved ?? []).compactMap { tensor in tensor.greatestULP.map { (name: tensor.name, ulps: $0) } }
        return known.first { $0.ulps == greatestULP }
    }
}
