import Foundation
import Repro
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Asserts that what a command printed does nothing but say itself: to a terminal, to a service that reads the log, and to what
/// reads the format.
func expectHarmless(
    _ ending: Ending, _ format: String = "text", sourceLocation: SourceLocation = #_sourceLocation
) {
    func expect(_ holds: Bool, _ what: String) {
        if !holds { Issue.record("\(what)\n\(ending)", sourceLocation: sourceLocation) }
    }
    expect(!ending.isSignal, "ended by a signal")
    expect(ending.code != 70 && ending.code < 128, "an error that nobody foresaw")
    for scalar in (ending.out + ending.err).unicodeScalars where scalar != "\n" {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
            expect(false, "U+\(String(scalar.value, radix: 16)) is printed as it is")
        default: continue
        }
        break
    }
    expect(!(ending.out + ending.err).contains("##["), "a command to GitHub in its older form")
    expect(!(ending.out + ending.err).contains("##vso["), "a command to Azure Pipelines")
    expect(!(ending.out + ending.err).contains("##teamcity["), "a command to TeamCity")
    let lines = ending.out.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let commands = (lines + ending.err.split(separator: "\n").map(String.init))
        .filter { $0.drop { $0.isWhitespace }.hasPrefix("::") }
    expect(
        commands.allSatisfy {
            format == "github"
                && ["::error file=", "::error title=repro", "::notice file=", "::notice title=repro"].contains(
                    where: $0.hasPrefix)
        },
        "a command to GitHub")
    expect(commands.count <= 10, "more annotations than GitHub shows")
    if ending.out.isEmpty { return }
    switch format {
    case "json": expect((try? JSONValue.parse(Array(ending.out.utf8), path: "stdout")) != nil, "no JSON")
    case "junit": expect(Elements(ending.out).names.isSubset(of: Elements.ofJUnit), "XML of other elements")
    case "tap":
        let tests = lines.filter { $0.hasPrefix("ok ") || $0.hasPrefix("not ok ") }
        expect(lines.contains("1..\(tests.count)"), "another number of tests")
        for line in lines.dropLast() where !tests.contains(line) {
            expect(line.hasPrefix("# ") || line.hasPrefix("1..") || line == "TAP version 14", "a line of TAP: \(line)")
        }
        for line in tests {
            expect(
                !line.replacing("\\\\", with: "").replacing("\\#", with: "").contains("#"),
                "a directive of TAP: \(line)")
        }
    case "markdown": markdown(lines, expect)
    default: break
    }
}

/// Every row of the table has three cells, and every fence and folded part that opens closes.
private func markdown(_ lines: [String], _ expect: (Bool, String) -> Void) {
    var isFenced = false
    for line in lines {
        if line == "```" { isFenced.toggle() }
        guard !isFenced else { continue }
        if line.hasPrefix("|") { expect(line.count { $0 == "|" } == 4, "a row of Markdown: \(line)") }
        let rest = line.replacing("<details><summary>", with: "").replacing("<details open><summary>", with: "")
            .replacing("</summary>", with: "")
            .replacing("</details>", with: "")
        expect(!rest.contains("<") && !rest.contains("["), "markup in Markdown: \(line)")
    }
    expect(!isFenced, "an open fence")
}

/// The names of the elements of an XML document.
private final class Elements: NSObject, XMLParserDelegate {
    static let ofJUnit: Set = ["testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"]
    private(set) var names: Set<String> = []

    init(_ text: String) {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        if !parser.parse() { names.insert("not well-formed") }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        names.insert(name)
    }
}
