import Foundation
import Repro
import ReproTestSupport
import Testing

/// `repro predict` and `repro evaluate`: what a run trained, on texts that it has not seen.
@Suite(.enabled(if: Built.exists, Built.absence)) struct PredictTests {
    private func trained(_ place: Workplace) throws {
        try place.writeMood("m")
        expectSuccess(try place.repro("run", "--config", "m/mood.json", "--output", "r", "--seed", "5"))
    }

    private func predict(_ place: Workplace, _ file: String, _ more: String...) throws -> Ending {
        try place.run([try #require(Built.path), "predict", "--run", "r", "--input", file] + more)
    }

    /// The scores of the run's own test split, and its predictions line by line.
    @Test func evaluatingTheTestSplitGivesTheRunsScores() throws {
        try withWorkplace { place in
            try trained(place)
            let run = try JSONValue.parse(try place.bytes("r/run.json"), path: "run.json")
            let evaluation = try place.repro(
                "evaluate", "--run", "r", "--data", "m/test.tsv", "--predictions", "p.tsv", "--format", "json"
            ).json()
            #expect(evaluation["accuracy"] == run["metrics"]?["testAccuracy"])
            #expect(evaluation["loss"]?.double == run["metrics"]?["testLoss"]?.double)
            #expect(evaluation["scores"] == run["scores"]?["test"])
            let rows = String(decoding: try place.bytes("p.tsv"), as: UTF8.self).split(separator: "\n").dropFirst()
            #expect(rows.map { $0.split(separator: "\t")[1] } == ["good", "bad"])
            try place.write("texts", "fine rain\ngrey weather\n")
            let labels = try predict(place, "texts").out.split(separator: "\n").map { $0.split(separator: " ")[0] }
            #expect(labels == rows.map { $0.split(separator: "\t")[2] })
        }
    }

    /// Affixes are read of new words too, and a regression's number stands where a label would.
    @Test func aModelOfNumbersAndAffixesIsEvaluatedAsItsRunWas() throws {
        try withWorkplace { place in
            try place.write("n.tsv", "1.5\ta fine day\n-0.5\ta grey day\n0.25\tfine weather\n-1\tgrey rain\n")
            try place.write(
                "c.json",
                """
                {"name": "n", "task": "regression", "data": {"format": "tsv", "train": "n.tsv", "test": "n.tsv"},
                 "model": {"embedding": 3, "hidden": 4, "affixes": [1, 2], "affixEmbedding": 2},
                 "training": {"optimizer": "adam", "learningRate": 0.05, "batchSize": 2, "epochs": 3}}
                """)
            expectSuccess(try place.repro("run", "--config", "c.json", "--output", "r", "--seed", "5"))
            let run = try JSONValue.parse(try place.bytes("r/run.json"), path: "run.json")
            let evaluation = try place.repro("evaluate", "--run", "r", "--data", "n.tsv", "--format", "json").json()
            #expect(evaluation["scores"] == run["scores"]?["test"] && evaluation["accuracy"]?.isNull == true)
            try place.write("texts", "finest\nzzz\n\nfinest\n")
            let numbers = try predict(place, "texts").out.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(numbers.count == 5 && numbers[0] == numbers[3] && numbers[2].isEmpty)
            // Neither word is known; the one has the first letters of one that is.
            #expect(numbers[0] != numbers[1] && Float(numbers[0]) != nil)
        }
    }

    /// One line alone, among others and in another order, on every number of threads and kernel.
    @Test func aLinesBitsDependOnTheLineAlone() throws {
        try withWorkplace { place in
            try trained(place)
            let words = ["a", "fine", "grey", "day", "weather", "sea"]
            let texts = (0..<300).map { number in
                (0...(number % 7)).map { words[($0 * 5 + number) % words.count] }.joined(separator: " ")
            }
            try place.write("all", texts.joined(separator: "\n"))
            let all = try predict(place, "all", "--format", "tsv").out.split(separator: "\n")
            #expect(all.count == texts.count)
            try place.write("turned", texts.reversed().joined(separator: "\r\n") + "\r\n")
            for options in [["--threads", "1"], ["--threads", "3", "--kernels", "portable"]] {
                let command = [
                    try #require(Built.path), "predict", "--run", "r", "--input", "turned", "--format", "tsv",
                ]
                let turned = try place.run(command + options).out.split(separator: "\n")
                #expect(turned.reversed() == all, "\(options)")
            }
            for number in stride(from: 0, to: 300, by: 61) {
                try place.write("one", texts[number] + "\n")
                #expect(try predict(place, "one", "--format", "tsv").out == all[number] + "\n")
            }
        }
    }

    @Test func aPipeIsAnsweredLineByLine() throws {
        try withWorkplace { place in
            try trained(place)
            // The second line is sent once the first is answered.
            let script = """
                coproc repro predict --run r --input - --format jsonl
                exec 3>&${COPROC[1]} 4<&${COPROC[0]}
                echo "a fine day" >&3; read -r first <&4
                echo "" >&3; read -r second <&4
                printf '%s\\n%s\\n' "$first" "$second"
                """
            let lines = try place.bash(script).out.split(separator: "\n")
            #expect(lines.count == 2)
            let first = try JSONValue.parse(Array(lines[0].utf8), path: "line")
            let sum = (first["probabilities"]?.members ?? []).reduce(0) { $0 + ($1.value.double ?? 9) }
            #expect(first["label"]?.string != nil && abs(sum - 1) < 1e-6)
            #expect(lines[1] == #"{"label":null,"probabilities":null}"#)
        }
    }

    @Test func aTaggerGivesALabelForEachWord() throws {
        try withWorkplace { place in
            expectSuccess(try place.repro("run", "--seed", "1", "--set", "training.epochs=1", "--output", "r"))
            try place.write("texts", "M C M X C I V\n\nX\n")
            let lines = try predict(place, "texts").out.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == 4 && lines[0].split(separator: " ").count == 7 && lines[1].isEmpty)
            #expect(lines[2] == "added")
        }
    }

    @Test func whatIsNoModelOrNoTextIsRefused() throws {
        try withWorkplace { place in
            try trained(place)
            try place.write("texts", "a fine day\n")
            expectRefusal(try place.repro("predict", "--input", "texts"), 64, naming: "--run DIR")
            expectRefusal(try place.repro("predict", "--run", "r"), 64, naming: "--input -")
            expectRefusal(try place.repro("predict", "--run", "none", "--input", "texts"), 66, naming: "none")
            expectRefusal(try predict(place, "gone"), 66, naming: "gone")
            try place.write("latin", bytes: Array("ok\ncaf".utf8) + [0xe9, 0x0a])
            let refusal = try predict(place, "latin")
            expectRefusal(refusal, 65, naming: "latin:2")
            expectRefusal(
                try place.repro("evaluate", "--run", "r", "--data", "m/test.tsv", "--data", "m/test.tsv"), 64,
                naming: "one file")
            try place.write("other.tsv", "sad\ta grey day\n")
            expectRefusal(
                try place.repro("evaluate", "--run", "r", "--data", "other.tsv"), 65, naming: "bad, good")
            // A weight that was changed after the run.
            var bytes = try place.bytes("r/model.safetensors")
            bytes[bytes.count - 2] ^= 1
            try place.write("r/model.safetensors", bytes: bytes)
            expectRefusal(try predict(place, "texts"), 65, naming: "its digest is another")
        }
    }
}
