import Foundation
import Repro
import Testing

/// Goldens whose leaves or stages a committer changed together with the manifest: none is judged as reproduced with a leaf that its
/// run does not have.
@Suite struct TamperedStageTests {
    private let tampering: Tampering

    init() throws { tampering = try Tampering() }

    /// Name, shape, type and samples of every leaf; the digests and the manifest agree with all of it.
    @Test(arguments: ["outputs", "layers"]) func aFalsifiedLeafIsRefused(name: String) throws {
        let text = String(decoding: try #require(tampering.honest()[name + ".json"]), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var count = 0
        for (index, line) in lines.enumerated() where line.contains("\"samples\"") {
            let forms: [(String, String)] = [
                (line.replacing("\"name\":\"", with: "\"name\":\"x", maxReplacements: 1), "has the digest of"),
                (line.replacing("\"shape\":[", with: "\"shape\":[1,", maxReplacements: 1), "has the digest of"),
                (line.replacing("\"F32\"", with: "\"I64\""), "has a malformed sample"),
                (Self.flipped(line), "with other samples"),
            ]
            for (form, sentence) in forms where form != line {
                count += 1
                try tampering.expect("\(name) line \(index + 1): \(form.prefix(90))", of: name, saying: sentence) {
                    forgery in
                    var changed = lines
                    changed[index] = form
                    forgery.files[name + ".json"] = Array(changed.joined(separator: "\n").utf8)
                }
            }
        }
        #expect(count > 40, "\(count)")
    }

    /// A leaf's line with the last digit of its first sample changed.
    private static func flipped(_ line: String) -> String {
        guard let start = line.range(of: "[0,\"") else { return line }
        var characters = Array(line)
        let place = line.distance(from: line.startIndex, to: start.upperBound) + 7
        guard place < characters.count, characters[place].isHexDigit else { return line }
        characters[place] = characters[place] == "0" ? "1" : "0"
        return String(characters)
    }

    @Test func falsifiedStagesAreRefused() throws {
        let text = String(decoding: try #require(tampering.honest()["mood.json"]), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() where line.contains("\"streams\"") {
            let start = try #require(line.range(of: "\"streams\":\"")).upperBound
            let other = line[..<start] + (line[start] == "0" ? "1" : "0") + line[line.index(after: start)...]
            try tampering.expect("streams in line \(index + 1)", of: "mood", saying: "malformed: stage") { forgery in
                var changed = lines
                changed[index] = String(other)
                forgery.files["mood.json"] = Array(changed.joined(separator: "\n").utf8)
            }
        }
        try tampering.expect("a stage without its leaves", of: "outputs", saying: "records no tensors") { forgery in
            try forgery.edit("outputs") { members in
                members = members.map { member in
                    guard member.key == "stages", let stages = member.value.elements else { return member }
                    let bare = stages.map { JSONValue.object(($0.members ?? []).filter { $0.key != "leaves" }) }
                    return .init("stages", .array(bare))
                }
            }
        }
    }
}
