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

    /// What a reader is to create is spelled with NAME, ROOM or GROUP, or is a file of the example CSV, or goldens of a reader's tests.
    private func isToBeCreated(_ path: String) -> Bool {
        let file = path.split(separator: "/").last ?? ""
        return ["NAME", "ROOM", "GROUP"].contains(where: path.contains)
            || ["CSV.swift", "CSVSource.swift"].contains(file) || path.hasPrefix("Goldens/tests/")
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
            "(?<![A-Za-z0-9_/])([A-Za-z0-9_]+\\.(?:swift|inc|[ch]|py|sh))(?![A-Za-z0-9_])",
            in: try Documents.text(document))
        for name in names where !isToBeCreated(name) {
            #expect(Documents.sources.contains(name), "\(document) names \(name)")
        }
    }

    /// A block without `sh` is not run: it shows output, and no command.
    @Test(arguments: Documents.all)
    func everyBlockOfCommandsIsMarkedAsOne(document: String) throws {
        var fence: String?
        for line in try Documents.text(document).split(separator: "\n") {
            if line.hasPrefix("```") {
                fence = fence == nil ? String(line.dropFirst(3)) : nil
            } else if let kind = fence, kind != "sh", let word = line.split(separator: " ").first, !line.hasPrefix(" ")
            {
                #expect(!["repro", "make", "swift", "git", "$"].contains(word), "\(document): \(line)")
            }
        }
    }

    /// What a sentence mentions in code, `repro check --shard K/N`: the command is there, and has the options.
    @Test(.enabled(if: Built.exists, Built.absence), arguments: Documents.all)
    func everyCommandThatADocumentMentionsIsThere(document: String) throws {
        var helps: [String: String] = [:]
        try withWorkplace { place in
            for words in try matches("`repro ([a-z]+(?: [^`\n]*)?)`", in: try Documents.text(document)) {
                let name = String(words.prefix { $0 != " " })
                if helps[name] == nil { helps[name] = try place.repro("help", name).out }
                #expect(helps[name]?.isEmpty == false, "\(document): repro \(words)")
                for option in try matches("(--[a-z][a-z-]*)", in: words) {
                    #expect(helps[name]?.contains(option) == true, "\(document): repro \(words)")
                }
            }
            for filter in try matches("swift test --filter ([A-Za-z]+)", in: try Documents.text(document)) {
                #expect(exists("Tests/" + filter) || Documents.sources.contains(filter + ".swift"), "\(filter)")
            }
        }
    }

    @Test func theTableOfExitCodesIsTheEnumeration() throws {
        let article = try Documents.text(Documents.catalogue + "Using/ContinuousIntegration.md")
        let codes = try matches("(?m)^\\| ([0-9]+) \\|", in: article).compactMap { Int32($0) }
        #expect(codes == ExitCode.allCases.map(\.rawValue))
    }
}
