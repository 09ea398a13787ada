import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTrace
import Testing

/// What a test found under a name.
enum Found {
    case floats(Tensor)
    case integers([Int64], shape: [Int])
}

/// A tensor of a vector file: its digest, and its bits where it is small.
struct ExpectedLeaf {
    let name: String
    let dtype: String
    let shape: [Int]
    let digest: String
    let bits: [String]?

    init(_ json: JSONValue) throws {
        name = try #require(json["name"]?.string)
        dtype = try #require(json["dtype"]?.string)
        shape = try #require(json["shape"]?.elements).map { try #require($0.int) }
        digest = try #require(json["digest"]?.string)
        bits = json["bits"]?.string.map { $0.split(separator: " ").map(String.init) }
    }
}

/// Holds what was found to the results of a case: the same names in the same order, shapes and bits.
func expect(
    _ found: [(name: String, value: Found)], equal expected: [ExpectedLeaf], _ context: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(found.map(\.name) == expected.map(\.name), "\(context)", sourceLocation: sourceLocation)
    let hashing = Hashing()
    for (found, expected) in zip(found, expected) {
        let (type, shape, bytes, bits): (ElementType, [Int], [UInt8], [String])
        switch found.value {
        case .floats(let tensor):
            (type, shape) = (.float32, tensor.shape)
            bytes = tensor.elements.withBytes { $0.array() }
            bits = tensor.elements.map(hex)
        case .integers(let integers, let integerShape):
            (type, shape) = (.int64, integerShape)
            bytes = integers.withBytes { $0.array() }
            bits = integers.map { String($0, radix: 16) }
        }
        let digest = hashing.tensor(name: expected.name, elementType: type, shape: shape, bytes: bytes).hexadecimal
        if digest == expected.digest && type.rawValue == expected.dtype && shape == expected.shape { continue }
        let place = expected.bits.flatMap { wanted in
            zip(bits, wanted).enumerated().first { $1.0 != $1.1 }
        }
        let detail = place.map { ", element \($0) is \($1.0) instead of \($1.1)" } ?? ""
        Issue.record(
            "\(context): \(found.name) \(type.rawValue) \(shape), expected \(expected.dtype) \(expected.shape)\(detail)",
            sourceLocation: sourceLocation)
    }
}
