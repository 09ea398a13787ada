import Foundation
import Repro
import Testing

/// The README and the articles of the documentation, by their paths in the package.
enum Documents {
    static let catalogue = "Sources/Repro/Repro.docc/"

    static let articles: [String] = {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: Built.package + "/" + catalogue)) ?? []
        return paths.filter { $0.hasSuffix(".md") }.sorted().map { catalogue + $0 }
    }()

    static let all = ["README.md"] + articles

    /// The names of all files under `Sources` and `Tests`.
    static let sources: Set<String> = {
        let paths = ["Sources", "Tests"].flatMap {
            (try? FileManager.default.subpathsOfDirectory(atPath: Built.package + "/" + $0)) ?? []
        }
        return Set(paths.compactMap { $0.split(separator: "/").last.map(String.init) })
    }()

    /// Those that show commands to type.
    static let withCommands = all.filter { (try? text($0).contains("\n```sh")) == true }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: Built.package + "/" + path, encoding: .utf8)
    }
}

/// What the documents say of the package is there.
struct DocumentTests {
    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: Built.package + "/" + path)
    }

    private func matches(_ pattern: String, in text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
            Range(match.range(at: 1), in: text).map { String(text[$0]) }
        }
    }

    @Test func thereAreArticles() { #expect(Documents.articles.count >= 10) }

    @Test(arguments: Documents.all)
    func everyLinkLeadsSomewhere(document: String) throws {
        let text = try Documents.text(document)
        for link in try matches("\\]\\(([A-Za-z0-9_./-]+)\\)", in: text) where document == "README.md" {
            #expect(exists(link), "\(document) links to \(link)")
        }
        for name in try matches("<doc:([A-Za-z]+)>", in: text) {
            #expect(
                Documents.articles.contains { $0.hasSuffix("/\(name).md") }, "\(document) links to the article \(name)")
        }
    }

    /// What a reader is to create is spelled with NAME, ROOM or GROUP, or is a file of the example CSV.
    private func isToBeCreated(_ path: String) -> Bool {
        let file = path.split(separator: "/").last ?? ""
        return ["NAME", "ROOM", "GROUP"].contains(where: path.contains)
            || ["CSV.swift", "CSVSource.swift"].contains(file)
    }

    /// A path of the package, or one of `Sources`.
    @Test(arguments: Documents.all)
    func everyPathThatADocumentNamesExists(document: String) throws {
        let pattern =
            "(?<![A-Za-z0-9_./])((?:Sources|Tests|Goldens|C?Repro[A-Z][A-Za-z]*)/[A-Za-z0-9_./-]*[A-Za-z0-9_])"
        for path in try matches(pattern, in: try Documents.text(document))
        where !isToBeCreated(path) {
            #expect(exists(path) || exists("Sources/" + path), "\(document) names \(path)")
        }
    }

    /// A source file by its name alone is in one of the rooms.
    @Test(arguments: Documents.all)
    func everyFileThatADocumentNamesIsInARoom(document: String) throws {
        let names = try matches(
            "(?<![A-Za-z0-9_/])([A-Za-z0-9_]+\\.(?:swift|inc|[ch]|py|sh))(?![A-Za-z0-9])",
            in: try Documents.text(document))
        for name in names where !isToBeCreated(name) {
            #expect(Documents.sources.contains(name), "\(document) names \(name)")
        }
    }

    @Test func theTableOfExitCodesIsTheEnumeration() throws {
        let article = try Documents.text(Documents.catalogue + "Using/ContinuousIntegration.md")
        let codes = try matches("(?m)^\\| ([0-9]+) \\|", in: article).compactMap { Int32($0) }
        #expect(codes == ExitCode.allCases.map(\.rawValue))
    }
}
