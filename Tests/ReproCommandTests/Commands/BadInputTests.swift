import Foundation
import Repro
import ReproTestSupport
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct BadInputTests {
    // MARK: The command line

    @Test func anUnknownOptionNamesTheNearestOne() throws {
        try withWorkplace { place in
            expectRefusal(
                try place.repro("run", "--sead", "42"), 64, naming: "'--sead'", "did you mean '--seed'?")
            expectRefusal(
                try place.repro("check", "--golden", "x"), 64, naming: "'--golden'", "did you mean '--goldens'?")
            expectRefusal(try place.repro("run", "--zzzzzzzzz"), 64, naming: "'--zzzzzzzzz'", "repro help run")
            expectRefusal(try place.repro("run", "-s", "42"), 64, naming: "'-s'")
            #expect(try place.contents().isEmpty)
        }
    }

    @Test func anUnknownCommandExperimentOrValueNamesTheNearestOne() throws {
        try withWorkplace { place in
            expectRefusal(try place.repro("chekc"), 64, naming: "'chekc'", "did you mean 'check'?")
            expectRefusal(try place.repro("run", "romann", "--seed", "1"), 64, naming: "did you mean 'roman'?")
            expectRefusal(try place.repro("run", "xyzxyz", "--seed", "1"), 64, naming: "repro list")
            expectRefusal(
                try place.repro("run", "--seed", "1", "--kernels", "avx22"), 64, naming: "did you mean 'avx2'?", "neon")
            expectRefusal(try place.repro("list", "--format", "jsn"), 64, naming: "did you mean 'json'?")
            expectRefusal(try place.repro("help", "rnu"), 64, naming: "did you mean 'run'?")
            let bare = try place.repro()
            #expect(bare.code == 64 && bare.err.contains("usage:") && bare.out.isEmpty)
        }
    }

    /// A message stays one that can be read, however long the names in a file are.
    @Test func whatAConfigCallsItsOptionsIsCutInMessages() throws {
        try withWorkplace { place in
            let long = String(repeating: "learning", count: 10_000)
            try place.writeMood("key", ("\"epochs\"", "\"\(long)\": 1, \"epochs\""))
            try place.writeMood("value", ("\"sgd\"", "\"\(long)\""))
            try place.writeMood("kind", ("\"epochs\": 2", "\"epochs\": \"\(long)\""))
            for folder in ["key", "value", "kind"] {
                let ending = try place.repro("run", "--config", folder + "/mood.json", "--seed", "1")
                expectRefusal(ending, 65, naming: String(long.prefix(59)), "…")
                #expect(!ending.err.contains(long.prefix(61)) && ending.err.utf8.count < 600, "\(folder): \(ending)")
            }
        }
    }

    @Test(arguments: ["-1", "18446744073709551616", "1e3", "0x10", "+1", " 1", "seed", "4.0"])
    func aSeedOutsideItsRangeIsRefused(seed: String) throws {
        try withWorkplace { place in
            for command in [["run", "outputs"], ["random", "--count", "1"]] {
                let ending = try place.run([try #require(Built.path)] + command + ["--seed", seed])
                expectRefusal(ending, 64, naming: "--seed", "'\(seed)'", "0 to 18446744073709551615")
            }
            #expect(try place.contents().isEmpty)
        }
    }

    @Test func theGreatestSeedIsOne() throws {
        try withWorkplace { place in
            expectSuccess(try place.repro("run", "outputs", "--seed", "18446744073709551615"))
        }
    }

    @Test func thereIsNoDefaultSeed() throws {
        try withWorkplace { place in
            expectRefusal(try place.repro("run"), 64, naming: "seed", "repro run --seed 42")
        }
    }

    @Test(arguments: ["0", "1000000000", "-2", "two", "99999999999999999999"])
    func aThreadCountOutsideItsRangeIsRefused(count: String) throws {
        try withWorkplace { place in
            expectRefusal(
                try place.repro("run", "--seed", "1", "--threads", count), 64, naming: "--threads", "'\(count)'",
                "from 1 to 1024")
            expectRefusal(
                try place.repro("run", "--seed", "1", environment: ["REPRO_THREADS": count]), 64,
                naming: "REPRO_THREADS", "'\(count)'")
        }
    }

    @Test(.disabled(if: Sanitizer.isActive, "addresses are not limited beside a sanitizer"))
    func threadsThatTheSystemRefusesAreNamed() throws {
        try withWorkplace { place in
            let command = "ulimit -v 1000000; exec '\(try #require(Built.path))' doctor --threads 1024"
            let ending = try place.run(["/bin/sh", "-c", command], in: place("."))
            expectRefusal(ending, 69, naming: "1024 threads", "--threads")
        }
    }

    @Test func aKernelThatTheProcessorLacksIsRefusedAndNeverReplaced() throws {
        let lacking = try #require(KernelPath.allCases.first { !$0.isSupported })
        try withWorkplace { place in
            expectRefusal(
                try place.repro("run", "outputs", "--seed", "1", "--kernels", lacking.rawValue), 69,
                naming: lacking.rawValue)
            expectRefusal(
                try place.repro("run", "outputs", "--seed", "1", environment: ["REPRO_KERNELS": lacking.rawValue]),
                69, naming: lacking.rawValue)
            expectRefusal(
                try place.repro("run", "outputs", "--seed", "1", environment: ["REPRO_KERNELS": "fast"]), 64,
                naming: "REPRO_KERNELS", "'fast'", "auto")
            #expect(try place.contents().isEmpty)
        }
    }

    /// An unset variable of a script must not become the root folder.
    @Test func anOptionWithoutAValueIsRefused() throws {
        try withWorkplace { place in
            expectRefusal(try place.repro("run", "--seed"), 64, naming: "--seed needs a value")
            expectRefusal(try place.repro("check", "--goldens", ""), 64, naming: "--goldens needs a value")
            expectRefusal(try place.repro("run", "--seed", "1", "--output="), 64, naming: "--output needs a value")
            expectRefusal(try place.repro("run", "--seed", "1", "--seed", "2"), 64, naming: "--seed is given twice")
            expectRefusal(try place.repro("run", "--seed", "1", "--quiet=yes"), 64, naming: "--quiet takes no value")
        }
    }

    // MARK: Configurations

    @Test(arguments: [
        ("\"hidden\"", "\"hiden\"", "model.hiden", "did you mean 'hidden'?", 5),
        ("\"epochs\"", "\"epoch\"", "training.epoch", "did you mean 'epochs'?", 7),
        ("\"lowercase\"", "\"lowerCase\"", "data.lowerCase", "did you mean 'lowercase'?", 4),
        ("\"digest\"", "\"digests\"", "digests", "did you mean 'digest'?", 8),
    ])
    func anUnknownKeyNamesFileLineAndTheNearestOne(
        old: String, new: String, key: String, hint: String, line: Int
    ) throws {
        try withWorkplace { place in
            try place.writeMood("m", (old, new))
            let ending = try place.repro("run", "--config", "m/mood.json", "--seed", "1")
            // Where the key is a required one, that is missing as well, and the mistyped one is what is to be named.
            expectRefusal(ending, 65, naming: "m/mood.json:\(line): \(key): unknown option", hint)
            #expect(!place.exists(".repro"))
        }
    }

    @Test(arguments: [
        ("\"hidden\": 4", "\"hidden\": 0", "m/mood.json:5: model.hidden"),
        ("\"hidden\": 4", "\"hidden\": \"4\"", "m/mood.json:5: model.hidden"),
        ("\"lstm\"", "\"lstn\"", "did you mean 'lstm'?"),
        ("\"learningRate\": 0.1", "\"learningRate\": -0.1", "m/mood.json:7: training.learningRate"),
        ("\"name\": \"mood\"", "\"name\": \"../mood\"", "m/mood.json:2: name"),
        ("\"name\": \"mood\"", "\"name\": \"index\"", "m/mood.json:2: name"),
        ("\"task\": \"classification\"", "\"task\": \"tagging\"", "m/mood.json:4: data.format"),
        ("\"digest\": \"step\"", "\"seed\": -1", "m/mood.json:8: seed"),
        ("\"digest\": \"step\"", "\"digest\": \"step\",", "m/mood.json:9: "),
    ])
    func aWrongValueNamesFileLineAndKey(old: String, new: String, message: String) throws {
        try withWorkplace { place in
            try place.writeMood("m", (old, new))
            expectRefusal(try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 65, naming: message)
        }
    }

    @Test func aMissingFileIsNamed() throws {
        try withWorkplace { place in
            expectRefusal(
                try place.repro("run", "--config", "absent.json", "--seed", "1"), 66, naming: "absent.json",
                "no such file", "check the path")
            try place.writeMood("m", (old: "\"train.tsv\"", new: "\"trian.tsv\""))
            expectRefusal(
                try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 66, naming: "m/trian.tsv",
                "no such file")
            expectRefusal(try place.repro("run", "--config", "m", "--seed", "1"), 66, naming: "m:", "directory")
        }
    }

    @Test func anEmptyFileIsNamed() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("m/train.tsv", "")
            expectRefusal(
                try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 65, naming: "m/train.tsv", "empty")
            try place.write("m/mood.json", "")
            expectRefusal(
                try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 65, naming: "m/mood.json", "empty")
        }
    }

    @Test func aMissingKeyIsNamedAndNoValidOneIsTakenForIt() throws {
        try withWorkplace { place in
            try place.writeMood("m", ("\"hidden\": 4,", ""))
            expectRefusal(
                try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 65,
                naming: "m/mood.json:5: model.hidden: the option is missing", "add \"hidden\"")
            try place.write(
                "ends.json",
                """
                {"name": "ends", "task": "classification",
                 "data": {"format": "ends", "maximumLength": 4, "train": 8, "test": 8, "classes": 2, "letters": 3}}
                """)
            expectRefusal(
                try place.repro("run", "--config", "ends.json", "--seed", "1"), 65,
                naming: "ends.json:2: data.minimumLength: the option is missing")
        }
    }

    // MARK: Data

    @Test(arguments: [
        ("good\ta fine day\nbad a grey day\n", "m/train.tsv:2: ", "no tab"),
        ("good\ta fine day\n\nbad\tgrey\n", "m/train.tsv:2: ", "blank"),
        ("good\ta fine day\nbad\t \n", "m/train.tsv:2: ", "no token"),
        ("good\tfine\n\tgrey\n", "m/train.tsv:2: ", "label is empty"),
        ("\n", "m/train.tsv", ""),
    ])
    func aBrokenLineNamesFileAndLine(text: String, place line: String, problem: String) throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("m/train.tsv", text)
            let ending = try place.repro("run", "--config", "m/mood.json", "--seed", "1")
            expectRefusal(ending, 65, naming: line, "; ")
            if !problem.isEmpty { #expect(ending.err.contains(problem), "\(ending)") }
            #expect(!place.exists(".repro"))
        }
    }

    @Test func invalidUTF8NamesFileLineAndByte() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("m/train.tsv", bytes: Array("good\tfine\nbad\tgr".utf8) + [0xe9] + Array("y\n".utf8))
            expectRefusal(
                try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 65, naming: "m/train.tsv:2: ",
                "not UTF-8", "byte 16", "iconv")
        }
    }

    @Test func aLabelThatTrainingNeverSawIsNamedWithItsLine() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("m/test.tsv", "good\tfine rain\nugly\tgrey\n")
            expectRefusal(
                try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 65, naming: "m/test.tsv:2: ",
                "'ugly'", "training split")
            #expect(!place.exists(".repro"))
        }
    }

    // MARK: Arithmetic

    @Test func arithmeticThatLeavesTheFiniteNumbersEndsWith4AndWritesNothing() throws {
        try withWorkplace { place in
            try place.writeMood(
                "m", (old: "\"learningRate\": 0.1", new: "\"learningRate\": 1e30, \"weightDecay\": 1e30"))
            let ending = try place.repro("run", "--config", "m/mood.json", "--seed", "1")
            expectRefusal(ending, 4, naming: "step 000000: element ", "infinity", "learningRate")
            #expect(!place.exists(".repro"))
            expectRefusal(
                try place.repro(
                    "bless", "--config", "m/mood.json", "--seed", "1", "--goldens", "g", "--reason", "x", "--by", "me",
                    "--yes"), 4, naming: "step 000000")
            #expect(!place.exists("g"))
        }
    }

    /// What would be passed over without a word is refused.
    @Test func anOptionWithoutEffectIsRefused() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("a.npy", "x")
            let lines: [([String], String)] = [
                (["random", "--seed", "1", "--count", "1", "--threads", "banana"], "--threads"),
                (["random", "--seed", "1", "--count", "1", "--kernels", "avx999"], "--kernels"),
                (["completion", "bash", "--threads", "banana"], "--threads"),
                (["diff", "a.npy", "a.npy", "--threads", "banana"], "--threads"),
                (["help", "check", "foo"], "one command at a time"), (["--version", "junk"], "'junk' follows"),
                (["--help", "junk"], "'junk' follows"),
                (["run", "--config", "m/mood.json", "--seed", "1", "--goldens", "X"], "--goldens says nothing"),
            ]
            for (words, part) in lines {
                let ending = try place.run([try #require(Built.path)] + words)
                expectRefusal(ending, 64, naming: part)
                #expect(ending.out.isEmpty, "\(ending)")
            }
        }
    }
}
