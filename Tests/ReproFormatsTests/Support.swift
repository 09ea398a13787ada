import Foundation
import ReproFormats
import ReproNumerics
import Testing

/// The path of a vector file.
func vector(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Vectors/" + name, withExtension: nil), "no vector \(name)").path
}

/// Runs a test in a directory of its own, removed afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.path)
}

func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// The `FormatError` that a body throws.
func formatError(
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> FormatError {
    do {
        try body()
    } catch {
        return try #require(error as? FormatError, comment, sourceLocation: sourceLocation)
    }
    Issue.record("nothing was thrown: \(comment.map { "\($0)" } ?? "")", sourceLocation: sourceLocation)
    throw NothingThrown()
}

struct NothingThrown: Error {}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The cases of a vector file: one array of fields a line, comments left out.
func cases(_ name: String) throws -> [[String]] {
    let lines = try String(contentsOfFile: try vector(name), encoding: .utf8).split(separator: "\n").filter {
        !$0.hasPrefix("#")
    }
    try #require(!lines.isEmpty, "\(name) holds no case")
    return lines.map { $0.split(separator: " ").map(String.init) }
}

func unhex(_ text: String) throws -> [UInt8] {
    if text == "-" { return [] }
    let digits = Array(text.utf8).map { UInt8($0 < 0x40 ? $0 - 0x30 : $0 - 0x61 + 10) }
    try #require(digits.count % 2 == 0)
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// An array as the vectors spell it: kind, shape, values.
func array(_ fields: ArraySlice<String>) throws -> ArrayValue {
    let fields = Array(fields)
    func list(_ text: String) -> [String] { text == "-" ? [] : text.split(separator: ",").map(String.init) }
    let shape = try list(fields[1]).map { try #require(Int($0)) }
    if fields[0] == "int" {
        return .int(shape: shape, elements: try list(fields[2]).map { try #require(Int64($0)) })
    }
    let elements = try list(fields[2]).map { Float(bitPattern: try #require(UInt32($0, radix: 16))) }
    return .float(Tensor(shape: shape, elements: elements))
}

/// Random numbers for damaging files (SplitMix64), of no meaning beyond their seed.
struct Dice {
    var state: UInt64

    mutating func roll(_ count: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)) % UInt64(count))
    }
}
