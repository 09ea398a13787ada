import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproTraining
import Testing

/// Text that no memory holds: a run that keeps where its examples begin, and reads them again, is the run that keeps them.
@Suite struct IndexedTextTests {
    private static let sentences = """
        I\tX\tB-PER
        saw\tY\tO
        é\tX\tO

        Ada\tX\tB-PER
        Lovelace\tX\tI-PER


        a\tZ\tO

        b\tZ\tO
        a\tZ\tO

        saw\tY\tO
        I\tX\tB-PER

        """

    /// Files by name, and the experiments' data over them: each format, with options that change what is read.
    private static let files: [(name: String, bytes: [UInt8])] = {
        let lines = (0..<40).map {
            ["good\ta fine day \($0 % 7)", "bad\tgrey rain again, \"and\" again"][$0 * 7 % 5 % 2]
        }
        let table = lines.map { line -> String in
            let parts = line.split(separator: "\t")
            return "1,\"\(parts[1].split(separator: "\"").joined(separator: "\"\"\n"))\",\(parts[0])"
        }
        let objects = lines.map { line -> JSONValue in
            let parts = line.split(separator: "\t").map(String.init)
            return ["id": 7, "words": parts[1], "mood": parts[0]]
        }
        let tagged = ["[\"a\", \"b c\"], \"tags\": [\"X\", \"Y\"]", "[\"d\"], \"tags\": [\"Y\"]"]
        let words = sentences.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var number = 0
        let universal = words.map { line -> String in
            let columns = line.split(separator: "\t").map(String.init)
            number = columns.isEmpty ? 0 : number + 1
            return columns.isEmpty ? "" : "\(number)\t\(columns[0])\t_\t\(columns[1])\t\(columns[2])\t_\t_\t_\t_\t_"
        }
        func text(_ lines: [String]) -> [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }
        return [
            ("train.tsv", text(lines)), ("test.tsv", text(["good\tgrey day", "new\tfine", "bad\train"])),
            ("latin.tsv", text(lines) + [0x62, 0x61, 0x64, 0x09, 0xe9, 0x20, 0xe8, 0x0a]),
            ("numbers.tsv", text((0..<12).map { "\(Double($0 % 5) - 1.5)\tw\($0 % 4) day" })),
            ("train.csv", text(["id,words,mood"] + table)), ("train.jsonl", text(objects.map { $0.text(.compact) })),
            ("tagged.jsonl", text((0..<9).map { "{\"text\": \(tagged[$0 % 2])}" })),
            ("train.columns", Array(sentences.utf8)), ("train.conllu", text(["# sent_id = 1"] + universal)),
        ]
    }()

    static let sources: [(task: String, data: String)] = [
        ("classification", "\"format\": \"tsv\", \"train\": \"train.tsv\", \"validation\": \"train.tsv\""),
        (
            "classification",
            "\"format\": \"tsv\", \"train\": \"train.tsv\", \"test\": \"test.tsv\", \"unseenLabels\": \"skip\""
        ),
        (
            "classification",
            "\"format\": \"tsv\", \"train\": \"train.tsv\", \"test\": \"test.tsv\", \"unseenLabels\": \"wrong\""
        ),
        (
            "classification",
            "\"format\": \"tsv\", \"train\": \"latin.tsv\", \"encoding\": \"latin1\", \"level\": \"characters\""
        ),
        (
            "classification",
            "\"format\": \"csv\", \"train\": \"train.csv\", \"text\": \"words\", \"label\": \"mood\", \"test\": 0.25, "
                + "\"validation\": 0.1, \"stratified\": true"
        ),
        (
            "classification",
            "\"format\": \"jsonl\", \"train\": \"train.jsonl\", \"text\": \"words\", \"label\": \"mood\", "
                + "\"level\": \"bytes\", \"maxLength\": 5, \"minimumCount\": 3"
        ),
        (
            "tagging",
            "\"format\": \"jsonl\", \"train\": \"tagged.jsonl\", \"label\": \"tags\", \"validation\": \"tagged.jsonl\""
        ),
        (
            "tagging",
            "\"format\": \"columns\", \"train\": \"train.columns\", \"test\": 0.2, \"unseenLabels\": \"wrong\""
        ),
        (
            "tagging",
            "\"format\": \"conllu\", \"train\": \"train.conllu\", \"label\": \"XPOS\", \"maxLength\": 2, "
                + "\"lowercase\": true, \"test\": \"train.conllu\""
        ),
        (
            "regression",
            "\"format\": \"tsv\", \"train\": \"numbers.tsv\", \"validation\": \"numbers.tsv\", \"test\": 0.3"
        ),
    ]

    private static func run(
        _ task: String, _ data: String, in folder: String, _ change: (inout RunOptions) -> Void = { _ in }
    ) throws -> RunResult {
        let text = """
            {"name": "x", "task": "\(task)", "data": {\(data)},
             "model": {"embedding": 3, "hidden": 4, "affixes": [1, 2], "affixEmbedding": 2},
             "training": {"optimizer": "adam", "learningRate": 0.1, "batchSize": 3, "epochs": 2, "lengthBuckets": 2}}
            """
        let experiment = try Experiment.decode(try JSONValue.parse(Array(text.utf8), path: "x.json"), path: "x.json")
        var options = RunOptions(evaluationBatchSize: 4, resolve: { folder + "/" + $0 })
        change(&options)
        return try experiment.experiment.run(seed: 42, engine: try Engine(threads: 1), options: options)
    }

    private static func write(_ files: [(name: String, bytes: [UInt8])], in folder: String) throws {
        for file in files { try Data(file.bytes).write(to: URL(fileURLWithPath: folder + "/" + file.name)) }
    }

    @Test(arguments: sources) func noBitDependsOnWhatTheMemoryHolds(_ task: String, _ data: String) throws {
        try withTemporaryDirectory { folder in
            try Self.write(Self.files, in: folder)
            let kept = try Self.run(task, data, in: folder)
            // The first may keep the shorter file of two and not the longer one.
            for count in [0, 20] {
                let indexed = try Self.run(task, data, in: folder) { $0.greatestTokenCount = count }
                for (one, other) in zip(indexed.trace.stages, kept.trace.stages) {
                    try #require(one == other, "\(data), \(count) tokens, stage \(one.name)")
                }
                #expect(indexed.trace == kept.trace)
                #expect(indexed.metrics.map(\.name) == kept.metrics.map(\.name))
                #expect(indexed.metrics.map(\.value) == kept.metrics.map(\.value))
                #expect(indexed.encoding == kept.encoding)
            }
        }
    }

    /// A label that training lacks is reported with its line, which has to be counted again.
    @Test func anErrorHasItsLine() throws {
        try withTemporaryDirectory { folder in
            try Self.write(Self.files, in: folder)
            let data = "\"format\": \"tsv\", \"train\": \"train.tsv\", \"test\": \"test.tsv\""
            for count in [0, 1 << 24] {
                let error = try thrown(FormatError.self) {
                    _ = try Self.run("classification", data, in: folder) { $0.greatestTokenCount = count }
                }
                #expect(error.line == 2 && error.path.hasSuffix("/test.tsv"), "\(error)")
            }
        }
    }

    /// What is read again is held to what was read first.
    @Test func aFileThatChangesWhileARunReadsItIsAnErrorThatSaysSo() throws {
        let data = "\"format\": \"tsv\", \"train\": \"train.tsv\""
        for isCut in [false, true] {
            try withTemporaryDirectory { folder in
                try Self.write(Self.files, in: folder)
                var bytes = Self.files[0].bytes
                if isCut { bytes.removeLast(bytes.count / 2) } else { bytes[bytes.count / 2] ^= 1 }
                let error = try thrown(FormatError.self) {
                    _ = try Self.run("classification", data, in: folder) { options in
                        options.greatestTokenCount = 0
                        options.onState = { state in
                            guard state.optimizer.step == 0 else { return }
                            // In place, as an editor or a copy does it: a run has the file open.
                            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/train.tsv"))
                            try file.write(contentsOf: Data(bytes))
                            try file.truncate(atOffset: UInt64(bytes.count))
                            try file.close()
                        }
                    }
                }
                #expect(error.category == .inputOutput && error.path.hasSuffix("/train.tsv"), "\(error)")
                #expect(error.problem.contains(isCut ? "shorter" : "changed while the run read it"), "\(error)")
            }
        }
    }
}
