import Foundation
import ReproFormats
import ReproNumerics
import ReproRandom
import ReproTrace
import Testing

/// The path of a vector file.
func vector(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Vectors/" + name, withExtension: nil), "no vector \(name)").path
}

/// Worker counts that divide work in every way: not at all, by direction, by direction and unit, with one left over.
let workerCounts = [1, 2, 3, 7]

/// An engine that shares even the smallest work.
func engine(_ path: KernelPath, workers: Int) throws -> Engine {
    Engine(kernels: try path.kernels(), workers: try Workers(count: workers), parallelThreshold: 0)
}

/// Every supported path with every number of workers.
func forEachEngine(_ body: (Engine, String) throws -> Void) throws {
    for path in KernelPath.supported {
        for workers in workerCounts {
            try body(try engine(path, workers: workers), "\(path.rawValue), \(workers) workers")
        }
    }
}

/// Numbers of −1 ..< 1 from a stream that only this test draws from.
func random(_ shape: [Int], _ purpose: String, seed: UInt64 = 42, scale: Float = 1) -> Tensor {
    var stream = RandomStreams(seed: seed).stream(.generatedData, key: CRC32.checksum(purpose))
    return Tensor(
        shape: shape, elements: stream.uniforms(Tensor.count(of: shape), from: -1, to: 1).map { $0 * scale })
}

func hex(_ value: Float) -> String { hexadecimal(value.bitPattern) }

/// The first place where two tensors differ in bits, in words; nil where there is none.
func difference(_ found: Tensor, _ expected: Tensor) -> String? {
    if found.shape != expected.shape { return "shape \(found.shape) instead of \(expected.shape)" }
    for (index, (a, e)) in zip(found.elements, expected.elements).enumerated() where a.bitPattern != e.bitPattern {
        return "element \(index) of \(found.shape) is \(hex(a)) instead of \(hex(e))"
    }
    return nil
}

func expectSameBits(
    _ found: Tensor, _ expected: Tensor, _ what: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    if let difference = difference(found, expected) {
        Issue.record("\(what()): \(difference)", sourceLocation: sourceLocation)
    }
}

extension Tensor {
    /// The indices `range` of an axis.
    func part(_ range: Range<Int>, axis: Int) -> Tensor {
        let inner = shape[(axis + 1)...].reduce(1, *)
        let outer = shape[..<axis].reduce(1, *)
        var elements: [Float] = []
        for block in 0..<outer {
            let first = (block * shape[axis] + range.lowerBound) * inner
            elements += self.elements[first..<(first + range.count * inner)]
        }
        var sizes = shape
        sizes[axis] = range.count
        return Tensor(shape: sizes, elements: elements)
    }

    /// The indices of an axis in another order, or some of them.
    func choosing(_ indices: [Int], axis: Int) -> Tensor {
        Tensor(joining: indices.map { part($0..<($0 + 1), axis: axis) }, axis: axis)
    }

    /// Tensors beside each other along an axis.
    init(joining parts: [Tensor], axis: Int) {
        let outer = parts[0].shape[..<axis].reduce(1, *)
        var elements: [Float] = []
        for block in 0..<outer {
            for part in parts {
                let size = part.count / outer
                elements += part.elements[(block * size)..<((block + 1) * size)]
            }
        }
        var sizes = parts[0].shape
        sizes[axis] = parts.map { $0.shape[axis] }.reduce(0, +)
        self.init(shape: sizes, elements: elements)
    }

    func adding(_ other: Tensor) -> Tensor {
        Tensor(shape: shape, elements: zip(elements, other.elements).map { $0 + $1 })
    }
}

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
            bytes = tensor.elements.withUnsafeBytes { Array($0) }
            bits = tensor.elements.map(hex)
        case .integers(let integers, let integerShape):
            (type, shape) = (.int64, integerShape)
            bytes = integers.withUnsafeBytes { Array($0) }
            bits = integers.map { String($0, radix: 16) }
        }
        let digest = bytes.withUnsafeBytes {
            hashing.tensor(name: expected.name, elementType: type, shape: shape, bytes: $0).hexadecimal
        }
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
