import Foundation
import Repro
import Testing

/// What `check` tells the services that run it.
struct ServiceReportTests {
    /// A check of two goldens, of which one drifts.
    private func drifting(_ format: String, _ environment: [String: String] = [:]) throws -> Ending {
        var ending: Ending?
        try withWorkplace { place in
            expectSuccess(
                try place.repro(
                    "bless", "outputs", "layers", "--seed", "1", "--by", "a", "--reason", "b", "--yes"))
            ending = try place.repro(
                "check", "--format", format, "--perturb", "init/lstm.weight_hh_l0", environment: environment)
        }
        return try #require(ending)
    }

    @Test func junitNamesTheStageOfEveryDrift() throws {
        let ending = try drifting("junit")
        #expect(ending.code == 1)
        let document = try XMLDocumentCounts(ending.out)
        #expect(document.testcases == 2)
        #expect(document.failures == 2)
        #expect(ending.out.contains("first in stage 'init', tensor 'lstm.weight_hh_l0'"))
    }

    @Test func tapNumbersItsTests() throws {
        let lines = try drifting("tap").out.split(separator: "\n")
        #expect(lines.first == "TAP version 14")
        #expect(lines.contains("1..2"))
        #expect(lines.contains("not ok 1 - layers"))
        #expect(lines.contains("not ok 2 - outputs"))
    }

    @Test func githubAnnotationsStandOnOneLineEach() throws {
        let summary = NSTemporaryDirectory() + "summary-\(UUID().uuidString).md"
        defer { try? FileManager.default.removeItem(atPath: summary) }
        let ending = try drifting("github", ["GITHUB_STEP_SUMMARY": summary])
        #expect(ending.code == 1)
        let errors = ending.out.split(separator: "\n").filter { $0.hasPrefix("::error ") }
        #expect(errors.count == 2)
        #expect(errors.allSatisfy { $0.contains("title=repro check%3A ") && $0.contains("%0A") })
        #expect(try String(contentsOfFile: summary, encoding: .utf8).contains("0 of 2 reproduced"))
    }

    /// What is to be said of a case that passed is said in every format, and so is why one was not judged.
    @Test func noFormatLosesARow() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/Goldens/mood.safetensors", "x")
            for format in Formats.all {
                let ending = try place.repro("check", "--goldens", "m/Goldens", "--format", format)
                #expect(ending.code == 0 && ending.out.contains("not used: "), "\(format): \(ending)")
            }
            #expect(
                try place.repro("check", "--goldens", "m/Goldens", "--format", "github").out.hasPrefix(
                    "::notice file=m/Goldens/mood.json,title=repro check%3A mood::reproduced%0A"))
            for format in Formats.all where format != "text" {
                let ending = try place.repro("check", "--goldens", "nowhere", "--format", format)
                #expect(ending.code == 2 && ending.out.contains("nothing to check"), "\(format): \(ending)")
            }
        }
    }

    /// The summary of a step is no part of the verdict: where it cannot be written, the report and the exit code stand.
    @Test(arguments: ["/dev/full", "nowhere/summary.md", "pipe", "folder"]) func theVerdictStandsWithoutASummary(
        place path: String
    ) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("folder/x", "")
            try #require(mkfifo(place("pipe"), 0o600) == 0)
            for (more, code): ([String], Int32) in [([], 0), (["--perturb", "init/linear.bias"], 1)] {
                let ending = try place.run(
                    [try #require(Built.path), "check", "--goldens", "m/Goldens", "--format", "github"] + more,
                    environment: ["GITHUB_STEP_SUMMARY": path])
                #expect(ending.code == code && ending.out.contains(" of 1 reproduced"), "\(ending)")
                #expect(
                    ending.err.contains("no summary of the step was written: GITHUB_STEP_SUMMARY is \(path)"),
                    "\(ending)")
            }
        }
    }

    /// What is red is read without a click, and says of each distance which tensor it is of.
    @Test func theDetailsOfWhatIsRedAreOpen() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let red = try place.repro(
                "check", "--goldens", "m/Goldens", "--format", "markdown", "--perturb", "step 000000/logits")
            #expect(red.out.contains("<details open><summary>mood</summary>"), "\(red)")
            #expect(red.out.contains("growth        the greatest distance that is known in any tensor"), "\(red)")
            let first = try #require(red.out.split(separator: "\n").first { $0.hasPrefix("    step 000000 ") })
            #expect(first.contains(/[0-9] ulp in [a-z]/), "\(first)")
            try place.dropConfig("m/Goldens")
            let green = try place.repro("check", "--goldens", "m/Goldens", "--format", "markdown")
            #expect(green.out.contains("<details><summary>mood</summary>"), "\(green)")
        }
    }

    /// A service knows files from the top of the checkout, wherever in it the command runs.
    @Test func annotationsNameFilesFromTheTopOfTheCheckout() throws {
        try withWorkplace { place in
            try place.write("sub/m/Goldens/x.json", "{}")
            func report(_ environment: [String: String] = [:]) throws -> String {
                try place.repro(
                    "check", "--goldens", "m/Goldens", "--format", "github", environment: environment, in: "sub"
                ).out
            }
            #expect(try report().hasPrefix("::error file=m/Goldens/x.json,"))
            #expect(try report(["GITHUB_WORKSPACE": place.path]).hasPrefix("::error file=sub/m/Goldens/x.json,"))
            #expect(try report(["GITHUB_WORKSPACE": "/nowhere"]).hasPrefix("::error file=m/Goldens/x.json,"))
            try place.write(".git/config", "")
            #expect(try report().hasPrefix("::error file=sub/m/Goldens/x.json,"))
        }
    }

    /// GitHub shows ten annotations of a kind per step: of twelve failures nine are shown, and the tenth names the rest. What ends
    /// a command, separates its properties or escapes is itself escaped.
    @Test func githubAnnotationsAreCappedAndEscaped() throws {
        try withWorkplace { place in
            let folder = "a,b:c%d"
            for number in 10...21 { try place.write("\(folder)/g\(number).json", "{}") }
            let ending = try place.repro("check", "--goldens", folder, "--format", "github")
            #expect(ending.code == 2, "\(ending)")
            let errors = ending.out.split(separator: "\n").filter { $0.hasPrefix("::error ") }
            #expect(errors.count == 10)
            #expect(errors.first?.hasPrefix("::error file=a%2Cb%3Ac%25d/g10.json,title=repro check%3A g10::") == true)
            #expect(errors.last == "::error title=repro check::also failed: g19, g20, g21")
            #expect(errors.dropLast().allSatisfy { $0.contains("::not judged: a,b:c%25d/g1") })
        }
    }
}

/// The elements of a JUnit report, counted.
struct XMLDocumentCounts {
    let testcases: Int
    let failures: Int
    let errors: Int

    init(_ text: String) throws {
        testcases = text.components(separatedBy: "<testcase ").count - 1
        failures = text.components(separatedBy: "<failure ").count - 1
        errors = text.components(separatedBy: "<error ").count - 1
        try #require(text.hasSuffix("</testsuites>\n"))
        try #require(text.hasPrefix("<?xml version=\"1.0\""))
    }
}
