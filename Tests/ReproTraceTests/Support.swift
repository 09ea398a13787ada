import Foundation
import ReproNumerics
import ReproTrace
import Testing

/// The cases of a vector file: one array of fields a line, comments left out.
func vectors(_ name: String) throws -> [[String]] {
    let url = try #require(Bundle.module.url(forResource: "Vectors/" + name, withExtension: nil), "no vector \(name)")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    try #require(!lines.isEmpty, "\(name) holds no case")
    return lines.map { $0.split(separator: " ").map(String.init) }
}

func list(_ text: String) -> [String] { text == "-" ? [] : text.split(separator: ",").map(String.init) }

func unhex(_ text: String) throws -> [UInt8] {
    if text == "-" { return [] }
    let digits = Array(text)
    try #require(digits.count % 2 == 0)
    return try stride(from: 0, to: digits.count, by: 2).map {
        try #require(UInt8(String(digits[$0...($0 + 1)]), radix: 16))
    }
}

/// Two halves of a number of 32 hexadecimal digits.
func halves(_ text: String) throws -> (high: UInt64, low: UInt64) {
    (try #require(UInt64(text.prefix(16), radix: 16)), try #require(UInt64(text.suffix(16), radix: 16)))
}

/// A recorder's stage of one tensor.
func record(_ recorder: inout Recorder, _ stage: String, _ name: String, _ tensor: Tensor) throws {
    var tensor = tensor
    recorder.begin(stage)
    try recorder.record(name, &tensor)
    try recorder.end()
}
