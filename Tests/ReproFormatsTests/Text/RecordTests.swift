import Foundation
import ReproFormats
import ReproTestSupport
import Testing

@Suite struct RecordTests {
    private func layout(
        text: RecordLayout.Column? = nil, label: RecordLayout.Column? = nil, header: Bool? = nil,
        separator: String? = nil,
        encoding: RecordLayout.Encoding = .utf8
    ) -> RecordLayout {
        var layout = RecordLayout()
        (layout.text, layout.label, layout.header, layout.encoding) = (text, label, header, encoding)
        layout.separator = separator?.utf8.first
        return layout
    }

    @Test func rowsOfCSVFollowRFC4180() throws {
        let rows = "text,label\r\n\"a, \"\"b\"\"\nc\",x\r\n d ,\"y\nz\"\r\n"
        for source in [rows, "\u{feff}" + rows, String(rows.dropLast()), rows + "\r\n"] {
            let examples = try RecordFormat.csv.examples(of: bytes(source), path: "x")
            #expect(examples.map(\.text) == ["a, \"b\"\nc", " d "])
            #expect(examples.map(\.labels) == [[bytes("x")], [bytes("y\nz")]])
            #expect(examples.map(\.lines) == [[3], [4]])
        }
    }

    @Test func columnsAreFoundByNumberOrName() throws {
        let cases: [(RecordFormat, String, RecordLayout)] = [
            (.csv, "x,a b\n", layout(label: .number(1))), (.csv, "a b,x\n", layout(label: .number(-1))),
            (.csv, "1;a b;x\n", layout(text: .number(2), label: .number(3), separator: ";")),
            (.csv, "id,class,words\n1,x,a b\n", layout(text: .name("words"), label: .name("class"))),
            (.csv, "label,text\nx,a b\n", layout()), (.csv, "x,a b\n", layout(header: false)),
            (.csv, "n,m\nx,a b\n", layout(text: .number(2), label: .number(1), header: true)),
            (.tsv, "a b\tx\n", layout(label: .number(-1))), (.tsv, "text\tlabel\na b\tx", layout(header: true)),
            (.tsv, "s\tt\tn\r\na b\tx\t1\r\n", layout(text: .name("s"), label: .name("t"))),
        ]
        for (format, source, layout) in cases {
            let examples = try format.examples(of: bytes(source), path: "x", layout: layout)
            #expect(examples.map(\.text) == ["a b"] && examples.map(\.labels) == [[bytes("x")]], "\(source)")
        }
    }

    @Test func objectsHoldATextAndALabel() throws {
        let lines =
            #"{"text": "a\nb", "id": 1, "label": "x"}"# + "\r\n" + #"{"label": 1e3, "text": "\ud83d\ude00"}"# + "\n\n"
        let examples = try RecordFormat.jsonl.examples(of: bytes(lines), path: "x")
        #expect(examples.map(\.text) == ["a\nb", "😀"] && examples.map(\.labels) == [[bytes("x")], [bytes("1e3")]])
        let keyed = try RecordFormat.jsonl.examples(
            of: bytes(#"{"s": "a", "ok": true}"#), path: "x", layout: layout(text: .name("s"), label: .name("ok")))
        #expect(keyed[0].labels == [bytes("true")])
        let tagged = try RecordFormat.jsonl.examples(
            of: bytes(#"{"text": ["New York", "is"], "label": ["B", 0]}"#), path: "x", tagging: true)
        #expect(tagged[0].words == ["New York", "is"].map(bytes) && tagged[0].labels == ["B", "0"].map(bytes))
    }

    @Test func columnsAreTaggedWordByWord() throws {
        let text = "\nEU NNP B-ORG\nsaid\tVBD  O\r\n\r\n\n# # O\n"
        let sentences = try RecordFormat.columns.examples(of: bytes(text), path: "x")
        #expect(sentences.map(\.words) == [["EU", "said"].map(bytes), [bytes("#")]])
        #expect(sentences.map(\.labels) == [["B-ORG", "O"].map(bytes), [bytes("O")]])
        #expect(sentences.map(\.lines) == [[2, 3], [6]])
        let tags = try RecordFormat.columns.examples(
            of: bytes("word\ttag\tchunk\nNew York\tNNP\tO\n"), path: "x",
            layout: layout(label: .name("tag"), header: true, separator: "\t"))
        #expect(tags[0].words == [bytes("New York")] && tags[0].labels == [bytes("NNP")])
    }

    @Test func latin1IsReadAsItsCharacters() throws {
        let latin = [UInt8](bytes("x\tcaf")) + [0xe9, 0x0a]
        let examples = try RecordFormat.tsv.examples(of: latin, path: "x", layout: layout(encoding: .latin1))
        #expect(examples[0].text == "café")
        let error = try thrown(FormatError.self) { _ = try RecordFormat.tsv.examples(of: latin, path: "train.tsv") }
        #expect(
            error.description
                == "train.tsv:1: byte 0xe9 is not UTF-8 (byte 5); set data.encoding to \"latin1\", which accepts it, "
                + "or convert the file: iconv -f LATIN1 -t UTF-8")
        let json = bytes(#"{"text": ""#) + [0xe9, 0xe8] + bytes(#"", "label": x}"#)
        let place = try thrown(FormatError.self) {
            _ = try RecordFormat.jsonl.examples(of: json, path: "x", layout: layout(encoding: .latin1))
        }
        #expect(place.byteOffset == 24 && json[24] == UInt8(ascii: "x"))
    }

    /// Each hostile file with the line, the byte and words of its error.
    @Test func hostileFilesAreNamedByLineAndByte() throws {
        let cases: [(RecordFormat, String, Int?, Int?, String)] = [
            (.csv, "text,label\n\"a,b\nc,d\n", 2, 11, "a quote has no end"),
            (.csv, "text,label\na\"b,c\n", 2, 12, "a quote stands in a field without quotes"),
            (.csv, "text,label\n\"a\"b,c\n", 2, 14, "something follows a closing quote"),
            (.csv, "text,label\na\0b,c\n", 2, 12, "a NUL"), (.tsv, "x\ta\0\n", 1, 3, "a NUL"),
            (.jsonl, "{\"text\": \"\0\"}", 1, 10, "a NUL"), (.columns, "a b\nc \0\n", 2, 6, "a NUL"),
            (.csv, "text,label\na,b,c\n", 2, 11, "3 columns where the first line has 2"),
            (.csv, "text,label\na\n", 2, 11, "1 column where the first line has 2"),
            (.csv, "text,text\na,b\n", 1, 5, "two columns are named 'text'"),
            (.csv, "words,label\na,b\n", 1, 0, "no column is named 'text'"),
            (.csv, "text,label\ra,b\r", 1, 10, "a carriage return stands without a line feed"),
            (.csv, "text,label\n", nil, nil, "no example"), (.csv, "", nil, nil, "no example"),
            (.csv, "text,label\n\na,b\n", 2, 11, "the line is blank"), (.csv, "text,label\n ,b\n", 2, 11, "no token"),
            (.csv, "text,label\na,\n", 2, 13, "the label is empty"),
            (.jsonl, "{\"text\": \"\\ud800\", \"label\": 1}", 1, 10, "surrogate"),
            (.jsonl, "{\"text\": \"a\", \"label\": 1}\n{\"text\"", 2, 33, "expected"),
            (.jsonl, "{\"text\": \"a\"}\n", 1, 0, "lacks the key"),
            (.jsonl, "[1]\n", 1, 0, "an array instead of an object"),
            (.jsonl, "{\"text\": 1, \"label\": 1}\n", 1, 0, "a number instead of a string"),
            (.jsonl, "{\"text\": \"a\", \"label\": null}\n", 1, 0, "null instead of a string"),
            (.jsonl, "{\"a\": 1, \"a\": 2}\n", 1, 9, "twice"), (.jsonl, "\n", 1, 0, "blank"),
            (.columns, "a b\nc\n", 2, 4, "1 column where"), (.columns, "a b\n \nc d\n", 2, 4, "0 columns where"),
            (.columns, "\n\n", nil, nil, "no sentence"), (.columns, "a\n", 1, 0, "one column"),
        ]
        for (format, text, line, offset, problem) in cases {
            let error = try thrown(FormatError.self, "\(text)") {
                _ = try format.examples(of: bytes(text), path: "file")
            }
            #expect(error.category == .badData && error.problem.contains(problem), "\(error)")
            #expect(error.line == line && error.byteOffset == offset && !error.remedy.isEmpty, "\(error)")
        }
        for columns in [
            layout(text: .number(3)), layout(label: .number(-3)), layout(text: .number(1), label: .number(1)),
        ] {
            #expect(throws: FormatError.self) {
                try RecordFormat.csv.examples(of: bytes("a,b\n"), path: "x", layout: columns)
            }
        }
    }

    @Test func aRecordThatNeverEndsIsRefusedBeforeItFillsTheMemory() throws {
        let line = [UInt8](repeating: UInt8(ascii: "a"), count: RecordReader.greatestRecordByteCount + (2 << 20))
        for (format, start, problem) in [
            (RecordFormat.tsv, "x\t", 1), (.csv, "text,label\n\"", 2), (.jsonl, "{\"text\": \"", 1),
            (.columns, "a b\n\n", 3),
        ] {
            let error = try thrown(FormatError.self) {
                _ = try format.examples(of: bytes(start) + line, path: "x")
            }
            #expect(error.line == problem && error.problem.contains("longer than 16777216 bytes"), "\(error)")
        }
    }

    @Test func whatIsReadAgainHasToBeTheSame() throws {
        try withTemporaryDirectory { folder in
            let path = folder + "/train.tsv"
            let lines = (0..<9000).map { "x\tline \($0)\n" }.joined()
            try Data(bytes(lines)).write(to: URL(fileURLWithPath: path))
            let digest = { @Sendable (bytes: [UInt8]) in
                stride(from: 0, to: bytes.count, by: 16_384).flatMap { first in
                    let part = bytes[first..<min(first + 16_384, bytes.count)]
                    return [UInt8](repeating: part.reduce(0) { $0 &* 31 &+ $1 }, count: 32)
                }
            }
            var reader = RecordReader(
                DigestedFile(try ByteFile(path: path), digest: digest), format: .tsv, layout: RecordLayout(),
                tagging: false)
            var starts: [Int] = []
            while try reader.next() != nil { starts.append(reader.start) }
            starts.append(reader.byteCount)
            #expect(starts.count == 9001 && starts[9000] == lines.utf8.count)
            var window = RecordReader.Window(ahead: 0)
            for number in [8999, 0, 4000] {
                let example = try reader.example(in: starts[number]..<starts[number + 1], &window)
                #expect(example.text == "line \(number)")
            }
            #expect(try reader.line(at: starts[8999]) == 9000)
            try Data(bytes(lines.replacing("line 8000", with: "lime 8000"))).write(to: URL(fileURLWithPath: path))
            #expect(try reader.example(in: starts[1]..<starts[2], &window).text == "line 1")
            let error = try thrown(FormatError.self) {
                _ = try reader.example(in: starts[8000]..<starts[8001], &window)
            }
            #expect(error.category == .inputOutput && error.problem.contains("was changed"), "\(error)")
        }
    }
}
