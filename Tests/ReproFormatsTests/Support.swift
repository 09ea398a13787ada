import Foundation
import ReproFormats
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
