import Foundation
import Repro
import Testing

/// What the page shows of a trained model: epochs, confusion, and what it got wrong.
@Suite(.enabled(if: Built.exists, Built.absence)) struct ModelPageTests {
    /// Texts that act on a page, or on its reader, where they are not escaped.
    private static let hostile = [
        "</div></td><script>alert(1)</script> <img src=x onerror=alert(1)> &lt;&amp; \" '",
        "\u{202e}desrever \u{2066}isolated \u{200f}\u{1b}[31m end", String(repeating: "x", count: 5000),
        "שלום עולם a\\tb", "one\ttab", "`{{7*7}}` <!-- --> <style>*{display:none}</style>",
    ]

    /// A run over hostile texts and labels, evaluated and put on a page.
    private func page(_ place: Workplace, _ body: (HTMLDocument) throws -> Void) throws {
        let labels = ["<b>a</b>", "\u{202e}b"]
        let train = (0..<8).map { "\(labels[$0 % 2])\tw\($0 % 2) w\($0)\n" }.joined()
        try place.write("m/train.tsv", train)
        let test = Self.hostile.enumerated().map { "\(labels[$0 % 2])\tw\(($0 + 1) % 2) \($1)\n" }.joined()
        try place.write("m/test.tsv", test)
        try place.write("m/mood.json", LongRun.validated.replacingOccurrences(of: "0.01", with: "0.05"))
        let command = [
            try #require(Built.path), "run", "--config", "m/mood.json", "--seed", "7", "--output", "r", "--quiet",
        ]
        expectSuccess(try place.run(command))
        expectSuccess(
            try place.repro("evaluate", "--run", "r", "--data", "m/test.tsv", "--predictions", "p.tsv", "--quiet"))
        expectSuccess(try place.repro("report", "r", "--predictions", "p.tsv", "--output", "page.html", "--quiet"))
        try body(try HTMLDocument(String(decoding: try place.bytes("page.html"), as: UTF8.self)))
    }

    @Test func epochsOfTrainingAndValidationAreDrawn() throws {
        try withWorkplace { place in
            try page(place) { page in
                let plots = page.all("svg").compactMap { $0.attributes["aria-label"] }
                let (losses, validations) = try LossFile.contents(path: place("r/metrics.csv"))
                let last = try #require(validations.last)
                let loss = try #require(plots.first { $0.hasPrefix("Loss of each epoch, 4 epochs.") })
                #expect(loss.contains("r, validation: from \(validations[0].value("loss")!) to \(last.value("loss")!)"))
                let mean = losses.suffix(2).reduce(0) { $0 + Double($1.loss) } / 2
                #expect(losses.suffix(2).allSatisfy { $0.epoch == 3 } && loss.contains("r, training: from "))
                #expect(loss.contains("to \(mean); r, validation"), "\(loss)")
                let accuracy = try #require(plots.first { $0.hasPrefix("Validation accuracy of each epoch") })
                #expect(accuracy.contains("to \(last.value("accuracy")!)"), "\(accuracy)")
                #expect(page.all("figcaption").map(\.text).contains("Validation macroF1 of each epoch"))
                // The run's own score of that name is the same number, in a row of its own.
                let rows = page.all("tr").filter { $0.text.contains("\(last.value("loss")!)") }
                #expect(rows.count { $0.text.hasPrefix("3") } == 1, "\(rows.map(\.text))")
            }
        }
    }

    @Test func theConfusionMatrixIsThatOfTheRun() throws {
        try withWorkplace { place in
            try page(place) { page in
                let tables = page.all("table", class: "confusion")
                let entries = try ConfusionFile.read(path: place("r/confusion.csv")).filter { $0.split == "test" }
                let right = entries.filter { $0.actual == $0.predicted }.reduce(0) { $0 + $1.count }
                #expect(entries.reduce(0) { $0 + $1.count } == 6)
                #expect(tables.count == 2 && tables[1].text.contains("test split, \(right) of 6 right"))
                let hits = page.elements.filter { $0.attributes["class"] == "number hit" }.map(\.text)
                let misses = page.elements.filter { $0.attributes["class"] == "number miss" }.map(\.text)
                // Validation and test are one file here.
                #expect(hits.compactMap(Int.init).reduce(0, +) == 2 * right)
                #expect(misses.compactMap(Int.init).reduce(0, +) == 2 * (6 - right))
                #expect(page.all("bdi").contains { $0.text == "<b>a</b>" })
            }
        }
    }

    @Test func whatIsWrongIsShownAsTextTheMostConfidentFirst() throws {
        try withWorkplace { place in
            try page(place) { page in
                let quotes = page.all("div", class: "quote")
                let rows = page.all("tr").filter { $0.path.suffix(2) == ["table", "tbody"] }
                var wrong: [PredictionFile.Row] = []
                try PredictionFile.read(path: place("p.tsv")) { if $0.fault != nil { wrong.append($0) } }
                #expect(wrong.count > 1 && quotes.count == wrong.count)
                let probabilities = wrong.compactMap(\.probability).sorted(by: >)
                let shown = rows.filter { $0.text.contains("w0 ") || $0.text.contains("w1 ") }
                #expect(shown.count == wrong.count)
                for (row, probability) in zip(shown, probabilities) { #expect(row.text.hasSuffix("\(probability)")) }
                #expect(quotes.allSatisfy { $0.attributes["dir"] == "auto" && $0.text.unicodeScalars.count <= 401 })
                for text in quotes.map(\.text) {
                    #expect(!text.unicodeScalars.contains { $0 != "\t" && Text.isInvisible($0) }, "\(text)")
                }
                for name in ["script", "img"] { #expect(page.all(name).isEmpty, "\(name)") }
                #expect(!page.all("b").contains { $0.text == "a" || $0.path.contains("table") })
                #expect(page.all("style").count == 1)
                #expect(!String(decoding: try place.bytes("page.html"), as: UTF8.self).contains(place.path))
            }
        }
    }

    @Test func textsThatHoldTabsAndLinesComeBackFromTheFile() throws {
        try withWorkplace { place in
            let rows = ["a\tb", "a\nb\r\\n", "\\", "\\t\\", "", "é\u{202e}"].enumerated().map {
                PredictionFile.Row(line: $0, actual: "x\t\($0)", predicted: "y\\", probability: 0.5, text: $1)
            }
            let text = PredictionFile.header + rows.map(PredictionFile.line).joined()
            #expect(text.split(separator: "\n").count == rows.count + 1)
            try place.write("p.tsv", text)
            var read: [PredictionFile.Row] = []
            try PredictionFile.read(path: place("p.tsv")) { read.append($0) }
            #expect(read == rows)
            for bad in ["", "x\n", PredictionFile.header + "1\ta\tb\n", PredictionFile.header + "1\ta\tb\tnan\tc\n"] {
                try place.write("p.tsv", bad)
                #expect(throws: FormatError.self) { try PredictionFile.read(path: place("p.tsv")) { _ in } }
            }
        }
    }

    @Test func manyLabelsAreCountedTogetherAndNoneIsLost() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let command = [try #require(Built.path), "run", "--config", "m/mood.json", "--seed", "7", "--output", "r"]
            expectSuccess(try place.run(command))
            let entries = (0..<30).flatMap { label in
                [("l\(label)", 30 - label), ("l\((label + 1) % 30)", 1)].map {
                    ConfusionFile.Entry(split: "test", actual: "l\(label)", predicted: $0, count: $1)
                }
            }
            try place.write("r/confusion.csv", try #require(ConfusionFile.text(entries)))
            #expect(try ConfusionFile.read(path: place("r/confusion.csv")) == entries)
            expectSuccess(try place.repro("report", "r", "--output", "page.html"))
            let page = try HTMLDocument(String(decoding: try place.bytes("page.html"), as: UTF8.self))
            let table = try #require(page.all("table", class: "confusion").first)
            #expect(table.text.contains("465 of 495 right") && table.text.contains("10 others"))
            let sums = page.all("tr").filter { $0.text.hasPrefix("l") || $0.text.hasPrefix("10 others") }
            #expect(sums.count == 21)
            try place.write("r/confusion.csv", "split,actual,predicted,count\ntest,a\n")
            expectRefusal(try place.repro("report", "r", "--output", "page.html"), 65, naming: "r/confusion.csv:2")
        }
    }

    @Test func predictionsThatAreNoneAreRefused() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let command = [try #require(Built.path), "run", "--config", "m/mood.json", "--seed", "7", "--output", "r"]
            expectSuccess(try place.run(command))
            func report(_ files: String...) throws -> Ending {
                try place.run(
                    [try #require(Built.path), "report", "r", "--output", "page.html"]
                        + files.flatMap { ["--predictions", $0] })
            }
            expectRefusal(try report("none.tsv"), 66, naming: "none.tsv")
            expectRefusal(try report("m/test.tsv"), 65, naming: "m/test.tsv:1", "repro evaluate --predictions")
            expectRefusal(try report("a", "b"), 64, naming: "given 2 times")
            #expect(!place.exists("page.html"))
        }
    }
}
