import Foundation
import Repro
import ReproTestSupport
import Testing

/// The engine over the conformance kit's vectors, which the second implementation of the contract has made
/// (`Tests/Conformance`).
@Suite(.enabled(if: Built.exists, Built.absence)) struct ConformanceTests {
    private static let folder = Built.package + "/Tests/Conformance/vectors"

    /// Every case's answer by its id, and the cases as they stand in the files. A build for debugging takes half a minute over
    /// records of 2^24 bytes: those two cases are left to `make conformance`.
    private func vectors() throws -> (answers: [(id: String, answer: String)], lines: String) {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted()
        let text = try names.map { try String(contentsOfFile: Self.folder + "/" + $0, encoding: .utf8) }.joined()
        var lines = text.split(separator: "\n")
        #if DEBUG
            lines.removeAll { $0.contains("10.7/largest-record") || $0.contains("10.7/record-too-large") }
        #endif
        let answers = try lines.map { line in
            let json = try JSONValue.parse(String(line), path: "vectors")
            return (id: try #require(json["id"]?.string), answer: try #require(json["answer"]?.string))
        }
        try #require(answers.count >= 700)
        return (answers, lines.map { $0 + "\n" }.joined())
    }

    @Test(arguments: KernelPath.supported)
    func theEngineAnswersEveryCaseAsTheSecondImplementation(_ path: KernelPath) throws {
        let (answers, lines) = try vectors()
        try withWorkplace { place in
            try place.write("cases.jsonl", lines)
            let ending = try place.bash("repro conformance --threads 2 --kernels \(path.rawValue) < cases.jsonl")
            expectSuccess(ending)
            let found = ending.out.split(separator: "\n").map(String.init)
            #expect(found.count == answers.count, "\(path.rawValue)")
            let wrong = zip(found, answers).filter { $0 != "\($1.id) \($1.answer)" }
            #expect(wrong.isEmpty, "\(path.rawValue): \(wrong.count) differ, the first is \(wrong[0])")
        }
    }

    @Test(arguments: [
        ("no JSON", "standard input"), ("{\"id\": \"1.1/x\"}", "no 'kind'"),
        ("{\"id\": \"1.1/x\", \"kind\": \"sum\"}", "'sum' is no kind"),
        (
            "{\"id\": \"1.1/x\", \"kind\": \"leaf\", \"name\": \"x\", \"tensor\": {\"shape\": [2], \"bits\": \"3f800000\"}}",
            "1 elements for the shape [2]"
        ),
    ])
    func whatIsNoCaseIsRefused(_ line: String, _ part: String) throws {
        try withWorkplace { place in
            try place.write("cases.jsonl", line + "\n")
            expectRefusal(try place.bash("repro conformance < cases.jsonl"), 65, naming: part)
        }
    }
}
