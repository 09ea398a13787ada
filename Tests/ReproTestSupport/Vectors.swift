import Foundation
import Testing

/// The vector files of a test target, which lie in its folder `Vectors`.
package struct Vectors: Sendable {
    private let folder: String

    /// - Parameter bundle: the target's own, `.module`.
    package init(_ bundle: Bundle) { folder = (bundle.resourcePath ?? bundle.bundlePath) + "/Vectors/" }

    /// The path of a file.
    package func path(_ name: String) throws -> String {
        try #require(FileManager.default.fileExists(atPath: folder + name), "no vector \(folder)\(name)")
        return folder + name
    }

    /// The cases of a file: one array of fields per line, comments left out.
    package func cases(_ name: String, separator: Character = " ") throws -> [[String]] {
        let text = try String(contentsOfFile: path(name), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        try #require(!lines.isEmpty, "\(name) holds no case")
        return lines.map { line in
            line.split(separator: separator).map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }
}
