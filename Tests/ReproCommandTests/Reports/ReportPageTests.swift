import Foundation
import Repro
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct ReportPageTests {
    private static let fault = "step 000002/grad.lstm.weight_hh_l0:17:20"

    /// Runs of the small experiment with seed 7, traced to its tensors.
    private func run(_ place: Workplace, _ output: String, _ more: String...) throws {
        let command = [
            try #require(Built.path), "run", "--config", "m/mood.json", "--seed", "7", "--trace", "tensor", "--output",
            output,
        ]
        expectSuccess(try place.run(command + more))
    }

    private func report(_ place: Workplace, _ runs: String...) throws -> HTMLDocument {
        let command = [try #require(Built.path), "report"] + runs + ["--output", "page.html", "--quiet"]
        expectSuccess(try place.run(command))
        return try HTMLDocument(String(decoding: try place.bytes("page.html"), as: UTF8.self))
    }

    @Test func runsThatAgreeShowOneDigest() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try run(place, "b", "--threads", "1", "--kernels", "portable")
            let page = try report(place, "a", "b")
            #expect(page.all("h1").map(\.text) == ["=One digest"])
            let digest = try JSONValue.parse(try place.bytes("a/run.json"), path: "a")["digest"]?.string
            #expect(page.all("code", class: "digest").map(\.text) == [digest])
            #expect(page.all("span", class: "first").isEmpty)
            #expect(!page.elements.contains { $0.text.contains("Divergence") && $0.name == "h2" })
            // What differs is said: the environments do.
            let kernels = try #require(page.all("tr", class: "differs").first { $0.text.hasPrefix("kernels") })
            #expect(kernels.text.contains("portable") && kernels.text.contains("≠ differs"))
        }
    }

    /// The fault is planted by hand, so that stage and tensor are known without the report.
    @Test func aPlantedFaultIsShownAtItsStageAndTensor() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try run(place, "b", "--perturb", Self.fault)
            let page = try report(place, "a", "b")
            #expect(page.all("h1").map(\.text) == ["≠2 distinct digests"])
            let way = page.elements.filter { $0.name == "li" && $0.path.last == "ol" }.map(\.text)
            #expect(way.contains("stage step 000002"))
            #expect(way.contains("tensor grad.lstm.weight_hh_l0"))
            // The tree is open there: every fold around the tensor, and no other stage.
            let open = page.all("details").filter { $0.attributes["open"] != nil }
            #expect(open.count == 2)
            let here = page.elements.filter { $0.attributes["class"] == "here" && $0.name != "tr" }
            #expect(here.map(\.name) == ["summary", "li"])
            #expect(here[0].text.contains("step 000002"))
            #expect(here[1].text.contains("grad.lstm.weight_hh_l0"))
            // So are the row and the cell of the map: the third step of four.
            let row = try #require(page.all("tr", class: "here").first)
            #expect(row.text.hasPrefix("grad.lstm.weight_hh_l0 first divergence"))
            #expect(page.all("tr", class: "here").count == 1)
            let mark = try #require(page.all("rect", class: "mark").first)
            #expect(mark.attributes["x"] == "50%" && mark.attributes["width"] == "25%")
        }
    }

    @Test func aRunWithoutItsTensorsSaysSo() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            for (name, more) in [("a", []), ("b", ["--perturb", Self.fault])] {
                let command = [
                    try #require(Built.path), "run", "--config", "m/mood.json", "--seed", "7", "--output", name,
                ]
                expectSuccess(try place.run(command + more))
            }
            let page = try report(place, "a", "b")
            #expect(page.all("li").contains { $0.text == "tensor not kept there" })
            #expect(page.all("rect", class: "unkept").contains { $0.path.contains("td") })
            #expect(page.all("td").contains { $0.text == "≤ step 000003" })
            #expect(page.all("dd").contains { $0.text.contains("--trace tensor") })
            // The files keep what the run ended with, so that the distances there are whole.
            let final = page.all("tr").filter { $0.text.hasPrefix("lstm.weight_hh_l0") }.last
            #expect(final?.text.contains("≥") == false, "\(final?.text ?? "no row")")
        }
    }

    @Test(arguments: ["-5", "-3e38", "0", "1e-40"]) func lossesOfOneNumberAreDrawn(loss: String) throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try place.write("a/metrics.csv", "step,epoch,loss\n0,0,\(loss)\n1,0,\(loss)\n")
            #expect(try !report(place, "a").all("svg").isEmpty)
        }
    }

    @Test func theSameRunsGiveTheSameBytesAnywhere() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try run(place, "b", "--perturb", Self.fault)
            _ = try report(place, "a", "b/")
            let first = try place.bytes("page.html")
            expectSuccess(try place.repro("report", place("a"), place("b"), "--output", "page.html", "--threads", "1"))
            #expect(try place.bytes("page.html") == first)
            #expect(!String(decoding: first, as: UTF8.self).contains(place.path))
        }
    }

    @Test func thePageLoadsNothingAndRunsNothing() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try run(place, "b", "--perturb", Self.fault)
            let page = try report(place, "a", "b")
            let text = String(decoding: try place.bytes("page.html"), as: UTF8.self).lowercased()
            for banned in ["http", "<script", "javascript:", "@import", "<img", "<link", "<iframe", "src="] {
                #expect(!text.contains(banned), "\(banned)")
            }
            #expect(!page.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
            for element in page.elements {
                if let link = element.attributes["href"] { #expect(link.hasPrefix("#"), "\(link)") }
            }
            let references = text.components(separatedBy: "url(").dropFirst()
            #expect(references.allSatisfy { $0.hasPrefix("#") })
        }
    }

    /// What a file holds is text on the page, whatever it says. The tree covers no name and no environment.
    @Test func hostileTextStaysText() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            let hostile = "</title><script>alert('x')</script>\" onload=\"&lt;\u{202e}\u{0}"
            var document = try JSONValue.parse(try place.bytes("a/run.json"), path: "a")
            document = .object(
                try #require(document.members).map { member in
                    switch member.key {
                    case "experiment": .init("experiment", .string(hostile))
                    case "environment", "metrics", "options":
                        .init(
                            member.key, .object([.init(hostile, .string(hostile)), .init("kernels", .string(hostile))]))
                    default: member
                    }
                })
            let folder = "<b onclick='x'>&amp;\" onfocus=\"x"
            try place.write("\(folder)/run.json", bytes: document.encoded(.pretty))
            let page = try report(place, "a", folder)
            let clean = try report(place, "a")
            #expect(page.all("script").isEmpty && page.all("title").count == 1)
            #expect(Set(page.elements.map(\.name)).subtracting(clean.elements.map(\.name)).isSubset(of: ["br", "td"]))
            #expect(!page.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") } })
            let shown = hostile.replacingOccurrences(of: "\u{202e}", with: "\u{fffd}")
                .replacingOccurrences(of: "\u{0}", with: "\u{fffd}")
            #expect(page.all("title")[0].text.contains(shown))
            #expect(page.all("td").contains { $0.text == shown })
            #expect(page.all("li").contains { $0.text == folder })
            // As a word of a shell: one argument, nothing that runs.
            #expect(
                page.all("pre").contains { $0.text.contains("--output '<b onclick='\\''x'\\''>&amp;\" onfocus=\"x'") })
        }
    }

    @Test func everyTableHasACaptionAndEveryHeaderItsScope() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try run(place, "b", "--perturb", Self.fault)
            let page = try report(place, "a", "b")
            #expect(page.all("table").count == page.all("caption").count)
            #expect(page.all("th").allSatisfy { ["row", "col"].contains($0.attributes["scope"]) })
            for landmark in ["header", "nav", "main", "footer", "h1"] {
                #expect(page.all(landmark).count == 1, "\(landmark)")
            }
            #expect(page.all("html")[0].attributes["lang"] == "en")
            #expect(page.all("a")[0].attributes["class"] == "skip")
            let ids = page.elements.compactMap { $0.attributes["id"] }
            #expect(ids.count == Set(ids).count)
            for section in page.all("section") { #expect(ids.contains(section.attributes["aria-labelledby"] ?? "")) }
        }
    }

    @Test func runsOfOtherExperimentsAndSeedsAreShownSideBySide() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            expectSuccess(try place.repro("run", "outputs", "--seed", "8", "--output", "other/a"))
            let page = try report(place, "a", "other/a")
            #expect(page.all("p", class: "lede")[0].text.contains("differ in experiment and seed"))
            #expect(page.all("tr", class: "differs").contains { $0.text.hasPrefix("model.hidden") })
            // Folders of one name are told apart by as much of their paths as that takes.
            #expect(page.all("ul", class: "chips").map(\.text) == ["a", "other/a"])
        }
    }

    // MARK: The command

    @Test func whatIsNoRunDirectoryIsRefused() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try place.write("file", "x")
            try place.write("empty/notes.txt", "x")
            try place.write("damaged/run.json", "{\"experiment\": ")
            func report(_ words: String...) throws -> Ending {
                try place.run([try #require(Built.path), "report"] + words + ["--output", "page.html"])
            }
            expectRefusal(try report(), 64, naming: "repro report DIR… --output FILE.html")
            expectRefusal(try report("a", "a/"), 64, naming: "'a' is named twice")
            expectRefusal(try report("nowhere"), 66, naming: "nowhere: no such folder")
            expectRefusal(try report("a", "file"), 65, naming: "file: this is a file")
            expectRefusal(try report("empty"), 66, naming: "empty/run.json")
            expectRefusal(try report("damaged"), 65, naming: "damaged/run.json:1")
            #expect(!place.exists("page.html"))
            try place.write("a/metrics.csv", "step,epoch,loss\n0,0,0.5\n2,0,0.25\n")
            expectRefusal(try report("a"), 65, naming: "a/metrics.csv:3", "step 2 where 1 is due")
            try place.write("a/metrics.csv", "step,epoch,loss\n0,0,nan\n")
            expectRefusal(try report("a"), 65, naming: "a/metrics.csv:2")
        }
    }

    @Test func aDigestThatWasEditedIsRefused() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            let text = String(decoding: try place.bytes("a/run.json"), as: UTF8.self)
            let end = try #require(text.range(of: "\"digest\": \"")).upperBound
            let digit = text[end] == "0" ? "1" : "0"
            try place.write("a/run.json", String(text[..<end]) + digit + text[text.index(after: end)...])
            expectRefusal(
                try place.repro("report", "a", "--output", "page.html"), 65, naming: "a/run.json", "does not hash up")
        }
    }

    @Test func thePlaceOfThePageIsChecked() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            let before = try place.contents("a")
            expectRefusal(try place.repro("report", "a"), 64, naming: "--output is needed")
            expectRefusal(try place.repro("report", "a", "--output", "a/run.json"), 64, naming: "ends in .html")
            expectRefusal(
                try place.repro("report", "a", "--output", "./a/page.html"), 64, naming: "lies in a run directory")
            expectRefusal(try place.repro("report", "a", "./a", "--output", "page.html"), 64, naming: "named twice")
            expectRefusal(
                try place.repro("report", "a", "--output", "no/page.html"), 73, naming: "no/page.html", "mkdir -p no")
            expectRefusal(try place.repro("report", "a", "--output", "a"), 73, naming: "a: is a directory")
            #expect(try place.contents("a") == before)
            // An old page is replaced, whole.
            try place.write("page.html", "old")
            expectSuccess(try place.repro("report", "a", "--output", "page.html"))
            _ = try HTMLDocument(String(decoding: try place.bytes("page.html"), as: UTF8.self))
            let piped = try place.bash("repro report a --output /dev/stdout --quiet | head -n 1")
            #expect(piped.out == "<!DOCTYPE html>\n", "\(piped)")
        }
    }

    @Test func textAndJSONTellTheDigestsAndTheFirstDivergence() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try run(place, "a")
            try run(place, "b", "--perturb", Self.fault)
            let text = try place.repro("report", "a", "b", "--output", "page.html")
            expectSuccess(text)
            #expect(text.out.hasPrefix("2 digests over 2 runs\n"), "\(text)")
            #expect(text.out.contains("first divergence: step 000002, grad.lstm.weight_hh_l0"), "\(text)")
            #expect(text.err == "wrote page.html\n")
            let ending = try place.repro("report", "a", "b", "--output", "page.html", "--format", "json", "--quiet")
            #expect(ending.err.isEmpty)
            let json = try ending.json()
            #expect(json["distinctDigests"]?.int == 2)
            let digests = try #require(json["digests"]?.elements)
            #expect(digests[0]["runs"]?.elements?.compactMap(\.string) == ["a"])
            #expect(digests[0]["drift"]?.isNull == true)
            #expect(digests[1]["drift"]?["stage"]?.string == "step 000002")
            #expect(digests[1]["drift"]?["tensor"]?["name"]?.string == "grad.lstm.weight_hh_l0")
        }
    }
}
