import Foundation
import Repro
import Testing

/// The gate sees what people change, and says the same in every format.
@Suite(.enabled(if: Built.exists, Built.absence)) struct EditTests {
    @Test func thereAreSixtyEditsOfEveryKind() {
        #expect(Edit.all.count >= 60)
        for kind in Edit.Kind.allCases {
            #expect(Edit.all.contains { $0.kind == kind && $0.exitCode != 0 } || kind == .environment)
            #expect(Edit.all.contains { $0.kind == kind && $0.exitCode == 0 } || kind == .index || kind == .code)
        }
    }

    @Test(arguments: Edit.all) func anEditIsJudgedAlikeInEveryFormat(edit: Edit) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try edit.make(place)
            let before = try place.contents("m")
            for format in Formats.all {
                let command = [try #require(Built.path), "check", "--goldens", "m/Goldens", "--format", format]
                let ending = try place.run(command + edit.arguments, environment: edit.environment)
                #expect(!ending.isSignal && ending.code == edit.exitCode, "\(format): \(ending)")
                let report = try plain(ending, format)
                // An index that cannot be read is no case: a person reads that where all errors stand.
                let whole = format == "text" || format == "json" ? report + ending.err : report
                for part in [edit.sentence] + edit.naming {
                    #expect(whole.contains(part), "\(format) does not say '\(part)': \(ending)")
                }
            }
            #expect(try place.contents("m") == before, "check wrote something")
        }
    }

    /// A report without what its format escapes.
    private func plain(_ ending: Ending, _ format: String) throws -> String {
        switch format {
        case "json": return try strings(ending.json()).joined(separator: "\n")
        case "github":
            return ending.out.replacingOccurrences(of: "%0A", with: "\n").replacingOccurrences(of: "%25", with: "%")
        case "junit":
            let verdict = ending.out.contains("failures=\"0\" errors=\"0\"") ? "reproduced" : ""
            return verdict
                + [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")].reduce(ending.out) {
                    $0.replacingOccurrences(of: $1.0, with: $1.1)
                }
        case "markdown":
            return [("&#96;", "`"), ("&#95;", "_"), ("&#42;", "*"), ("&#35;", "#")].reduce(ending.out) {
                $0.replacingOccurrences(of: $1.0, with: $1.1)
            }
        case "tap":
            let verdict = ending.out.contains("\nok 1 - mood\n") ? "reproduced" : ""
            return verdict
                + ending.out.replacingOccurrences(of: "\\#", with: "#").replacingOccurrences(of: "\\\\", with: "\\")
        default: return ending.out
        }
    }

    private func strings(_ value: JSONValue) -> [String] {
        if let string = value.string { return [string] }
        return (value.elements ?? value.members?.map(\.value) ?? []).flatMap(strings)
    }
}
