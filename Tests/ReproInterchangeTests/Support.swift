import Foundation
import Repro
import ReproTestSupport
import Testing

let vectors = Vectors(.module)

func engine(threads: Int = 1) throws -> Engine { try Engine(threads: threads) }

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
