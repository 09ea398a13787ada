import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import Testing

let vectors = Vectors(.module)

func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// An array as the vectors spell it: kind, shape, values.
func array(_ fields: ArraySlice<String>) throws -> ArrayValue {
    let fields = Array(fields)
    let shape = try list(fields[1]).map { try #require(Int($0)) }
    if fields[0] == "int" {
        return .int(shape: shape, elements: try list(fields[2]).map { try #require(Int64($0)) })
    }
    let elements = try list(fields[2]).map { Float(bitPattern: try #require(UInt32($0, radix: 16))) }
    return .float(Tensor(shape: shape, elements: elements))
}

extension TextRecord {
    /// The words of an example that is split already.
    var words: [[UInt8]] {
        guard case .words(let words) = content else { return [] }
        return words
    }

    /// The text of an example that is one.
    var text: String {
        guard case .text(let text) = content else { return "words" }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The most memory that this process has held.
func peakByteCount() -> Int {
    var usage = rusage()
    #if canImport(Darwin)
        getrusage(RUSAGE_SELF, &usage)
        return usage.ru_maxrss
    #else
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    #endif
}
