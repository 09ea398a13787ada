import ReproNumerics
import Testing

// Numbers compared by their bits, and named in hexadecimal where they differ.

package func hex(_ value: Float) -> String {
    let digits = String(value.bitPattern, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}

/// The first place where two tensors differ in bits, in words; nil where there is none.
package func difference(_ found: Tensor, _ expected: Tensor) -> String? {
    if found.shape != expected.shape { return "shape \(found.shape) instead of \(expected.shape)" }
    for (index, (a, e)) in zip(found.elements, expected.elements).enumerated() where a.bitPattern != e.bitPattern {
        return "element \(index) of \(found.shape) is \(hex(a)) instead of \(hex(e))"
    }
    return nil
}

package func expectSameBits(
    _ found: Tensor, _ expected: Tensor, _ what: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    if let difference = difference(found, expected) {
        Issue.record("\(what()): \(difference)", sourceLocation: sourceLocation)
    }
}
