import Repro

/// How a tensor differs, in words and for machines.
enum TensorDifferenceText {
    /// All of it on one line.
    static func line(_ difference: TensorDifference) -> String {
        switch difference.kind {
        case .missing: "only the first has it"
        case .unexpected: "only the second has it"
        case .shape(let before, let after): "shape \(before) and \(after)"
        case .dtype(let before, let after): "dtype \(before) and \(after)"
        case .elements: "elements: \(extent(difference)); first \(first(difference))"
        }
    }

    /// How many elements differ, and by how much at most; empty for a difference of structure.
    static func extent(_ difference: TensorDifference) -> String {
        guard case .elements(_, let count, let total, let ulps, let distance) = difference.kind else { return "" }
        var text = "\(count) of \(total) differ"
        if let ulps, let distance { text += ", by up to \(ulps) ulp (\(distance))" }
        return text
    }

    /// The first element that differs: where it stands, its bits, its values and their distance; empty for a difference of
    /// structure.
    static func first(_ difference: TensorDifference) -> String {
        guard case .elements(let first, _, _, _, _) = difference.kind else { return "" }
        let place = "[" + index(first.offset, in: difference.shape).map(String.init).joined(separator: ", ") + "]"
        func bits(_ value: UInt64) -> String {
            difference.elementType?.hexadecimal(value) ?? String(value, radix: 16)
        }
        var text = "\(place) \(bits(first.before)) → \(bits(first.after))"
        if let type = difference.elementType {
            text += "  \(value(first.before, type)) → \(value(first.after, type))"
        }
        if let ulps = first.ulps, let distance = first.distance { text += "  \(ulps) ulp (\(distance))" }
        return text
    }

    private static func value(_ bits: UInt64, _ type: ElementType) -> String {
        switch type {
        case .float32: "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"
        case .int64: "\(Int64(bitPattern: bits))"
        case .byte: "\(bits)"
        }
    }

    /// A row-major offset as an index.
    private static func index(_ offset: Int, in shape: [Int]) -> [Int] {
        var rest = offset
        var index: [Int] = []
        for size in shape.reversed() {
            index.insert(rest % max(1, size), at: 0)
            rest /= max(1, size)
        }
        return index
    }

    /// The first element and the extent; an empty object for a difference of structure.
    static func json(_ difference: TensorDifference) -> JSONValue {
        guard case .elements(let first, let count, let total, let ulps, let distance) = difference.kind else {
            return [:]
        }
        return [
            "offset": first.offset, "index": index(first.offset, in: difference.shape),
            "before": String(first.before, radix: 16), "after": String(first.after, radix: 16), "ulps": first.ulps,
            "distance": first.distance, "count": count, "of": total, "greatestULP": ulps,
            "greatestDistance": distance,
        ]
    }
}
