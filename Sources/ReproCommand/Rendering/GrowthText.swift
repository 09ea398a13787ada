import Foundation
import Repro

/// How a drift grows from stage to stage: a table of the stages that differ, short enough to read.
struct GrowthText {
    let palette: Palette
    let stages: [StageDrift]

    private static let firstCount = 6
    private static let middleCount = 4

    /// Which rows are shown: all of a few; of many the first ones, some spread over the rest, and the last.
    static func shown(of count: Int) -> [Int] {
        guard count > firstCount + middleCount + 2 else { return Array(0..<count) }
        let middle = (1...middleCount).map { firstCount - 1 + $0 * (count - firstCount) / (middleCount + 1) }
        return Array(0..<firstCount) + middle + [count - 1]
    }

    var lines: [String] {
        let width = max(14, (stages.map(\.stage.count).max() ?? 0) + 2)
        func line(_ stage: String, _ tensors: String, _ ulp: String, _ distance: String, _ streams: String) -> String {
            ("  " + stage.padded(width) + tensors.leftPadded(12) + ulp.leftPadded(13) + distance.leftPadded(12) + "  "
                + streams).trimmedRight
        }
        var lines = [palette.faint(line("stage", "tensors", "ulp ≥", "distance ≥", "streams"))]
        var next = 0
        for row in GrowthText.shown(of: stages.count) {
            if row > next { lines.append(palette.faint("  … \(row - next) more")) }
            next = row + 1
            let stage = stages[row]
            if let structure = stage.structure {
                lines.append("  " + stage.stage.padded(width) + palette.bad(DriftText.text(structure)))
                continue
            }
            let tensors =
                stage.tensors.flatMap { own in stage.tensorCount.map { "\(own.count) of \($0)" } } ?? "not kept"
            lines.append(
                line(
                    stage.stage, tensors, stage.greatestULP.map { "\($0)" } ?? "",
                    stage.greatestDistance.map { String(format: "%.3g", $0) } ?? "",
                    stage.streamsAgree == false ? palette.bad("differ") : "agree"))
            for tensor in (stage.tensors ?? []).prefix(3) {
                guard let structure = tensor.structure else { continue }
                lines.append("    " + palette.bad(tensor.name) + "  " + DriftText.text(structure))
            }
        }
        let differing = stages.filter { $0.streamsAgree == false }
        lines.append(
            differing.isEmpty
                ? "  the random streams agree in every stage that both have"
                : "  the random streams differ in \(differing.count) of these stages, first in \(differing[0].stage)")
        return lines
    }

    /// All stages for machines.
    var json: JSONValue {
        .array(
            stages.map { stage in
                let tensors = (stage.tensors ?? []).map { tensor in
                    JSONValue.object([
                        .init("name", .string(tensor.name)),
                        .init("structure", tensor.structure.map { .string(DriftText.text($0)) } ?? .null),
                        .init("greatestULP", tensor.greatestULP.map { .number($0) } ?? .null),
                        .init("greatestDistance", JSONValue.finite(tensor.greatestDistance)),
                    ])
                }
                return .object([
                    .init("stage", .string(stage.stage)),
                    .init("structure", stage.structure.map { .string(DriftText.text($0)) } ?? .null),
                    .init("streamsAgree", stage.streamsAgree.map { .bool($0) } ?? .null),
                    .init("differing", stage.tensors.map { .number($0.count) } ?? .null),
                    .init("of", stage.tensorCount.map { .number($0) } ?? .null),
                    .init("greatestULP", stage.greatestULP.map { .number($0) } ?? .null),
                    .init("greatestDistance", JSONValue.finite(stage.greatestDistance)),
                    .init("tensors", stage.tensors == nil ? .null : .array(tensors)),
                ])
            })
    }
}

extension JSONValue {
    /// A number, or null where there is none that JSON can hold.
    static func finite(_ value: Double?) -> JSONValue { value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }
}
