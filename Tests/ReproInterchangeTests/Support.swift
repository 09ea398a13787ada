import Foundation
import Repro
import Testing

/// The path of a vector file.
func vector(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Vectors/" + name, withExtension: nil), "no vector \(name)").path
}

/// The lines of a vector file, comments left out, as fields.
func lines(_ name: String) throws -> [[String]] {
    let text = try String(contentsOfFile: try vector(name), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    try #require(!lines.isEmpty, "\(name) holds no case")
    return lines.map { $0.split(separator: " ").map(String.init) }
}

/// Runs a test in a directory of its own, removed afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.path)
}

func engine(threads: Int = 1) throws -> Engine { try Engine(threads: threads) }

/// The error of a kind that a body throws.
func thrown<Failure: Error>(
    _ type: Failure.Type, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) throws -> Failure {
    do {
        try body()
    } catch {
        return try #require(error as? Failure, "\(comment): \(error)", sourceLocation: sourceLocation)
    }
    Issue.record("nothing was thrown: \(comment)", sourceLocation: sourceLocation)
    throw NothingThrown()
}

struct NothingThrown: Error {}

func hex32(_ field: String) throws -> UInt32 { try #require(UInt32(field, radix: 16), "not hexadecimal: \(field)") }
func hex64(_ field: String) throws -> UInt64 { try #require(UInt64(field, radix: 16), "not hexadecimal: \(field)") }
func decimal(_ field: String) throws -> Int { try #require(Int(field), "not a number: \(field)") }

/// CRC-32 over the little-endian bytes of tensors' elements.
func checksum(_ elements: some Sequence<Float>) -> UInt32 {
    CRC32.checksum(
        elements.lazy.flatMap { element in (0..<4).map { UInt8(truncatingIfNeeded: element.bitPattern >> (8 * $0)) } })
}

/// A module of PyTorch's as `cases.txt` and `random.txt` spell it: cell, inputs, hidden, layers, directions, bias, projection.
func configuration(_ fields: ArraySlice<String>) throws -> RecurrentConfiguration {
    let cell = try #require(Cell(rawValue: fields.first ?? ""))
    let numbers = try fields.dropFirst().map { try decimal($0) }
    return RecurrentConfiguration(
        cell: cell, inputSize: numbers[0], hiddenSize: numbers[1], layers: numbers[2], bias: numbers[4] == 1,
        bidirectional: numbers[3] == 2, projectionSize: numbers[5])
}

/// A tensor of small numbers that differ.
func ramp(_ shape: [Int]) -> Tensor {
    let count = Tensor.count(of: shape)
    return Tensor(shape: shape, elements: (0..<count).map { Float($0 % 13) / 16 - 0.375 })
}
