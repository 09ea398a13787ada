import ReproFormats
import ReproTestSupport
import Testing

@Suite struct CoNLLUTests {
    /// A word line with the three columns that are read.
    private func word(_ identifier: String, _ form: String, _ tag: String) -> String {
        "\(identifier)\t\(form)\tlemma\t\(tag)\t_\t_\t0\troot\t_\t_\n"
    }

    @Test func wordsAndTagsAreReadAndTheRestPassedOver() throws {
        let text =
            "# text = Don't go\n" + word("1-2", "Don't", "_") + word("1", "Do", "AUX") + word("2", "n't", "PART")
            + word("2.1", "you", "PRON") + word("3", "go", "VERB") + "\n# sent_id = 2\n# text = Ça\n"
            + word("1", "Ça", "PRON")
        for source in [text, text + "\n", text + "\n\n\n"] {
            let sentences = try RecordFormat.conllu.examples(of: bytes(source), path: "x")
            #expect(sentences.map(\.words) == [["Do", "n't", "go"].map(bytes), [bytes("Ça")]])
            #expect(sentences.map(\.labels) == [["AUX", "PART", "VERB"].map(bytes), [bytes("PRON")]])
            #expect(sentences.map(\.lines) == [[3, 4, 6], [10]])
        }
    }

    @Test func aFormMayHoldASpace() throws {
        let sentence = bytes(word("1", "20 000", "NUM"))
        #expect(try RecordFormat.conllu.examples(of: sentence, path: "x")[0].words == [bytes("20 000")])
    }

    @Test func anyColumnIsATokenOrALabel() throws {
        let text = bytes(word("1", "Going", "VERB") + word("2", "home", "ADV"))
        for (token, label, words, labels) in [
            (RecordLayout.Column.number(3), RecordLayout.Column.name("DEPREL"), ["lemma", "lemma"], ["root", "root"]),
            (.name("FORM"), .number(-4), ["Going", "home"], ["0", "0"]),
        ] {
            var layout = RecordLayout()
            (layout.text, layout.label) = (token, label)
            // HEAD is column 7, the fourth from the end.
            let sentence = try RecordFormat.conllu.examples(of: text, path: "x", layout: layout)[0]
            #expect(sentence.words == words.map(bytes) && sentence.labels == labels.map(bytes))
        }
        var layout = RecordLayout()
        layout.label = .name("XPOS")
        let error = try thrown(FormatError.self) {
            _ = try RecordFormat.conllu.examples(of: text, path: "x", layout: layout)
        }
        #expect(error.key == "XPOS" && error.line == 1 && error.problem == "the word has no tag")
        layout.label = .name("POS")
        #expect(throws: FormatError.self) { try RecordFormat.conllu.examples(of: text, path: "x", layout: layout) }
    }

    @Test func brokenFilesAreNamedByLine() throws {
        let first = word("1", "a", "X")
        let cases: [(String, Int?, String)] = [
            ("", nil, "no sentence"), ("\n\n", nil, "no sentence"), ("# comment\n", 1, "no words"),
            (first + "\n# comment\n\n" + first, 3, "no words"), (first + "2\tb\tX\n", 2, "3 columns instead of 10"),
            (first + "b\n", 2, "1 columns"), (first + word("2", "b", "X\tY"), 2, "11 columns"),
            (first + word("3", "b", "X"), 2, "expected word 2"), (first + word("1", "b", "X"), 2, "expected word 2"),
            (first + word("02", "b", "X"), 2, "expected word 2"), (first + word("x", "b", "X"), 2, "expected word 2"),
            (first + word("", "b", "X"), 2, "expected word 2"), (first + word("2-", "b", "X"), 2, "expected word 2"),
            (first + word("-3", "b", "X"), 2, "expected word 2"),
            (first + word("2", "", "X"), 2, "the column is empty"),
            (first + word("2", "b", ""), 2, "no tag"), (first + word("2", "b", "_"), 2, "no tag"),
            (first + " \n", 2, "1 columns"), ("\u{feff}" + first, 1, "byte order mark"),
        ]
        for (text, line, problem) in cases {
            let error = try thrown(FormatError.self, "\(problem)") {
                _ = try RecordFormat.conllu.examples(of: bytes(text), path: "dev.conllu")
            }
            #expect(error.category == .badData && error.problem.contains(problem), "expected \(problem): \(error)")
            #expect(error.line == line, "\(error)")
        }
        let invalid = try thrown(FormatError.self) {
            _ = try RecordFormat.conllu.examples(of: bytes(first) + [0xff, 0x0a], path: "x")
        }
        #expect(invalid.line == 2 && invalid.problem.contains("not UTF-8"))
    }
}
