import Foundation
import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

let vectors = Vectors(.module)

/// `contract-layers.json`: what an implementation of the contract in Python gives (`Tests/Fixtures/contract.py`).
struct ContractVectors {
    let document: JSONValue

    init() throws { document = try JSONValue.read(path: try vectors.path("contract-layers.json")) }

    func cases(_ list: String, atLeast count: Int) throws -> [ContractCase] {
        let elements = try #require(document[list]?.elements)
        try #require(elements.count >= count, "\(elements.count) cases of \(list)")
        return try elements.map { try ContractCase(list, $0, seed: try #require(document["seed"]?.uint64)) }
    }
}

extension RecurrentConfiguration {
    /// A cell under the name that the fixtures give it: `Cell`'s raw value, or `rnn_` and a nonlinearity.
    static func recurrence(_ name: String) throws -> (cell: Cell, nonlinearity: Nonlinearity) {
        if let cell = Cell(rawValue: name) { return (cell, .tanh) }
        return (.rnn, try #require(Nonlinearity.allCases.first { name == "rnn_\($0.rawValue)" }, "no cell '\(name)'"))
    }
}

struct ContractCase {
    let list: String
    let number: Int
    let json: JSONValue
    let seed: UInt64
    let results: [ExpectedLeaf]

    init(_ list: String, _ json: JSONValue, seed: UInt64) throws {
        self.list = list
        self.json = json
        self.seed = seed
        number = try #require(json["case"]?.int)
        results = try #require(json["results"]?.elements).map { try ExpectedLeaf($0) }
    }

    func int(_ key: String) throws -> Int { try #require(json[key]?.int, "\(list)/\(number): no \(key)") }
    func text(_ key: String) throws -> String { try #require(json[key]?.string, "\(list)/\(number): no \(key)") }
    func flag(_ key: String) throws -> Bool { try #require(json[key]?.bool as Bool?, "\(list)/\(number): no \(key)") }
    func number(_ key: String) throws -> Double { try #require(json[key]?.double, "\(list)/\(number): no \(key)") }
    func ints(_ key: String) throws -> [Int] {
        try #require(json[key]?.elements, "\(list)/\(number): no \(key)").map { try #require($0.int) }
    }

    func stream(_ name: String) -> PCG64 {
        PCG64(seed: seed, .generatedData, key: CRC32.checksum("\(list)/\(number)/\(name)"))
    }

    /// A tensor that the case reads: drawn, not stored.
    func draw(_ name: String, _ shape: [Int], scale: Double = 1) -> Tensor {
        var stream = stream(name)
        let elements = stream.uniforms(Tensor.count(of: shape), from: -1, to: 1)
        return Tensor(shape: shape, elements: elements.map { $0 * Float(scale) })
    }

    /// As `draw`, from 0 to 1.
    func unit(_ name: String, _ shape: [Int]) -> Tensor {
        var stream = stream(name)
        return Tensor(shape: shape, elements: (0..<Tensor.count(of: shape)).map { _ in stream.uniform32() })
    }

    /// Integers below a bound.
    func picks(_ name: String, _ count: Int, below bound: Int) -> [Int] {
        var stream = stream(name)
        return (0..<count).map { _ in (Int(stream.next32() >> 8) * bound) >> 24 }
    }
}

/// Shard `s` of `count`: ⌊s·n/count⌋ up to ⌊(s+1)·n/count⌋.
func shards(_ count: Int, of size: Int) -> [Range<Int>] {
    (0..<count).map { ($0 * size / count)..<(($0 + 1) * size / count) }
}
