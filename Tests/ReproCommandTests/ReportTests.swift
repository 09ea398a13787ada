import Foundation
import Repro
import Testing

/// A pseudo-terminal for a command, from util-linux's `script`.
enum Terminals {
    static let exist: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "script --version | grep -q util-linux"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
    static let absence: Comment = "needs the command `script` of util-linux for a terminal"

    /// A line for bash that runs a command on a terminal, answers once and ends with the command's exit code.
    static func script(_ command: String, answer: String = "", terminal: String = "xterm") -> String {
        "(sleep 0.5; echo '\(answer)'; sleep 1) | TERM=\(terminal) script -qec '\(command)' /dev/null"
    }
}

@Suite(.enabled(if: Built.exists, Built.absence)) struct ReportTests {
    private func isDigest(_ value: JSONValue?) -> Bool { value?.string.flatMap { Digest(hexadecimal: $0) } != nil }

    // MARK: JSON

    @Test func runPrintsTheDocumentedKeys() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let ending = try place.repro("run", "--config", "m/mood.json", "--seed", "7", "--format", "json")
            let json = try ending.json()
            #expect(json["schema"]?.int == 1)
            #expect(json["experiment"]?.string == "mood")
            #expect(json["seed"]?.uint64 == 7)
            #expect(isDigest(json["digest"]))
            let stages = try #require(json["stages"]?.elements)
            #expect(stages.allSatisfy { $0["name"]?.string != nil && isDigest($0["digest"]) })
            let names = stages.compactMap { $0["name"]?.string }
            #expect(
                names == [
                    "init", "data", "step 000000", "step 000001", "epoch 000", "step 000002", "step 000003",
                    "epoch 001", "evaluation", "final",
                ])
            #expect(try #require(json["metrics"]?["trainLoss"]?.double) > 0)
            #expect((0...1).contains(try #require(json["metrics"]?["testAccuracy"]?.double)))
            for key in ["kernels", "threads", "processor", "architecture", "system", "compiler", "contract"] {
                #expect(json["environment"]?[key] != nil, "\(key)")
            }
            #expect(json["options"]?["model"]?["hidden"]?.int == 4)
            // The same stands in the run directory.
            #expect(try place.bytes(".repro/mood/run.json") == Array(ending.out.utf8))
        }
    }

    @Test func runReportsThreadsAndKernelsAsUsed() throws {
        try withWorkplace { place in
            let json = try place.repro(
                "run", "outputs", "--seed", "1", "--threads", "3", "--kernels", "reference", "--format", "json"
            ).json()
            #expect(json["environment"]?["threads"]?.int == 3)
            #expect(json["environment"]?["kernels"]?.string == "reference")
            let environment = ["REPRO_THREADS": "2", "REPRO_KERNELS": "portable"]
            let other = try place.repro("run", "outputs", "--seed", "1", "--format", "json", environment: environment)
                .json()
            #expect(other["environment"]?["threads"]?.int == 2)
            #expect(other["environment"]?["kernels"]?.string == "portable")
            #expect(json["digest"] == other["digest"])
            #expect(isDigest(json["digest"]))
        }
    }

    @Test func traceListsEveryTensor() throws {
        try withWorkplace { place in
            let json = try place.repro("run", "outputs", "--seed", "1", "--trace", "tensor", "--format", "json").json()
            let tensors = try #require(json["stages"]?.elements).flatMap { $0["leaves"]?.elements ?? [] }
            #expect(tensors.contains { $0["name"]?.string == "lstm.weight_ih_l0_reverse" })
            #expect(tensors.allSatisfy { isDigest($0["digest"]) && $0["shape"]?.elements != nil })
        }
    }

    @Test func checkPrintsTheDocumentedKeys() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let good = try place.repro("check", "--goldens", "m/Goldens", "--format", "json").json()
            #expect(good["schema"]?.int == 1)
            #expect(good["exitCode"]?.int == 0)
            let fine = try #require(good["cases"]?.elements?.first)
            #expect(fine["name"]?.string == "mood")
            #expect(fine["verdict"]?.string == "reproduced")
            #expect(isDigest(fine["expected"]) && fine["expected"] == fine["found"])
            #expect(good["environment"]?["kernels"] != nil)

            let drift = try place.repro(
                "check", "--goldens", "m/Goldens", "--format", "json", "--perturb", "step 000000/logits:0:0")
            #expect(drift.code == 1)
            let json = try drift.json()
            #expect(json["exitCode"]?.int == 1)
            let moved = try #require(json["cases"]?.elements?.first)
            #expect(moved["verdict"]?.string == "drift")
            #expect(moved["exitCode"]?.int == 1)
            #expect(isDigest(moved["found"]) && moved["expected"] != moved["found"])
            #expect(moved["drift"]?["stage"]?.string == "step 000000")
            #expect(moved["drift"]?["streamsAgree"]?.bool == true)
            #expect(moved["drift"]?["tensor"]?["name"]?.string == "logits")
            let element = moved["drift"]?["tensor"]?["elements"]?.elements?.first
            #expect(element?["offset"]?.int == 0 && element?["ulps"]?.int == 1)
            #expect(moved["changedData"]?.elements?.isEmpty == true)
        }
    }

    @Test func theOtherCommandsPrintJSONWithASchema() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let list = try place.repro("list", "--goldens", "m/Goldens", "--format", "json").json()
            let experiments = try #require(list["experiments"]?.elements)
            #expect(
                experiments.compactMap { $0["name"]?.string } == [
                    "roman", "outputs", "layers", "last-states", "classifier", "sigmoid-classifier", "mood",
                ])
            #expect(isDigest(experiments.last?["golden"]) && experiments[0]["golden"]?.isNull == true)
            #expect(experiments.last?["shipped"]?.bool == false)
            try place.write("m/Goldens/mood.json", "{}")
            let damaged = try place.repro("list", "--goldens", "m/Goldens", "--format", "json").json()
            #expect(damaged["experiments"]?.elements?.last?["problem"]?.string?.contains("malformed") == true)

            let doctor = try place.repro("doctor", "--format", "json").json()
            #expect(doctor["kernels"]?.elements?.count == KernelPath.allCases.count)
            #expect(doctor["floatingPointFaults"]?.elements?.isEmpty == true)
            let table = try place.repro("table", "exp", "--stride", "100000000", "--format", "json").json()
            #expect(isDigest(table["digest"]))
            let random = try place.repro("random", "--seed", "42", "--count", "2", "--format", "json").json()
            #expect(random["draws"]?.elements?.count == 2)
            for json in [list, doctor, table, random] { #expect(json["schema"]?.int == 1) }
        }
    }

    // MARK: Text

    private static let texts: [[String]] = [
        ["run", "outputs", "--seed", "42"], ["run", "--config", "m/mood.json", "--seed", "7"],
        ["run", "--config", "m/mood.json", "--seed", "7", "--trace", "tensor"],
        ["check", "--goldens", "m/Goldens"], ["check", "--goldens", "m/Goldens", "--perturb", "final/linear.bias"],
        ["bless", "--goldens", "m/Goldens", "--reason", "x", "--by", "me", "--yes"],
        ["list", "--goldens", "m/Goldens"], ["doctor"], ["table", "exp", "--stride", "1000000"], ["help"],
    ]

    @Test func pipesGetNeitherColoursNorProgress() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            for words in Self.texts {
                let ending = try place.run(
                    [try #require(Built.path)] + words, environment: ["TERM": "xterm-256color", "CLICOLOR_FORCE": "1"])
                #expect(ending.code <= 1, "\(ending)")
                #expect(!ending.out.isEmpty)
                for text in [ending.out, ending.err] {
                    #expect(!text.utf8.contains(0x1b) && !text.utf8.contains(0x0d), "\(words): \(ending)")
                }
            }
        }
    }

    @Test(.enabled(if: Terminals.exist, Terminals.absence))
    func terminalsGetColoursUnlessTheyAreDeclined() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let check = "repro check --goldens m/Goldens"
            let coloured = try place.bash(Terminals.script(check))
            #expect(coloured.code == 0, "\(coloured)")
            #expect(coloured.out.contains("\u{1b}[32mreproduced\u{1b}[0m"), "\(coloured)")
            for plain in [
                "export NO_COLOR=1; " + Terminals.script(check), Terminals.script(check, terminal: "dumb"),
                Terminals.script(check + " --no-color"),
            ] {
                let ending = try place.bash(plain)
                #expect(ending.code == 0, "\(ending)")
                #expect(ending.out.contains("reproduced") && !ending.out.contains("\u{1b}[3"), "\(ending)")
            }
        }
    }

    @Test func quietSilencesMessagesAndNotResults() throws {
        try withWorkplace { place in
            let loud = try place.repro("run", "outputs", "--seed", "42")
            let quiet = try place.repro("run", "outputs", "--seed", "42", "--quiet")
            #expect(loud.err == "wrote .repro/outputs\n")
            #expect(quiet.err.isEmpty)
            #expect(loud.out == quiet.out)
        }
    }

    // MARK: Random numbers

    /// The check values of the numerical contract, made by NumPy 2.4.
    @Test func randomGivesTheCheckValuesOfTheContract() throws {
        try withWorkplace { place in
            for (arguments, expected) in [
                ("--count 4", "c621fbcd16d92688 705a5661a791ffc1 dbcd12c26eda1624 b286b60e1600888d"),
                ("--count 4 --as float32", "0x1.6d926p-4 0x1.8c43f6p-1 0x1.4f23fep-1 0x1.c16958p-2"),
                ("--count 10 --as permutation", "5 6 0 7 3 2 4 9 1 8"),
                // PCG64(SeedSequence(42, spawn_key=(D, K))).random_raw(2)
                ("--count 2 --stream 0,0", "d8b61f283428f198 7df3c1b539b224ae"),
                ("--count 2 --stream 0", "d8b61f283428f198 7df3c1b539b224ae"),
                ("--count 2 --stream 2,0", "ce524bf485ace467 b7d595ee18009f84"),
                ("--count 2 --stream 4,7", "e7cbceea0c9d2c13 80ce69a844d19725"), ("--count 0", ""),
            ] {
                let words = arguments.split(separator: " ").map(String.init)
                let ending = try place.run([try #require(Built.path), "random", "--seed", "42"] + words)
                expectSuccess(ending)
                #expect(ending.out.split(separator: "\n").joined(separator: " ") == expected, "\(arguments)")
            }
        }
    }

    @Test func aWrongStreamIsRefused() throws {
        try withWorkplace { place in
            for text in ["5", "-1", "0,4294967296", "0,0,0", "x"] {
                expectRefusal(
                    try place.repro("random", "--seed", "1", "--count", "1", "--stream", text), 64, naming: "--stream",
                    "'\(text)'")
            }
            expectRefusal(try place.repro("random", "--seed", "1"), 64, naming: "--count")
            expectRefusal(try place.repro("random", "--count", "1"), 64, naming: "--seed")
        }
    }

    // MARK: Help and completion

    /// The commands that the overview lists.
    private func commands(_ place: Workplace) throws -> [String] {
        let overview = try place.repro("--help").out
        let names = overview.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { line in
            String(line.dropFirst(2).prefix { $0 != " " })
        }
        for name in ["run", "check", "bless", "list", "random", "table", "doctor", "completion"] {
            try #require(names.contains(name), "no '\(name)' in: \(overview)")
        }
        return names
    }

    @Test func everyCommandIsExplained() throws {
        try withWorkplace { place in
            let overview = try place.repro("--help")
            expectSuccess(overview)
            #expect(try place.repro("help").out == overview.out)
            for command in try commands(place) {
                let help = try place.repro("help", command)
                expectSuccess(help)
                #expect(help.out.contains("usage: repro \(command)"))
                for option in ["--format", "--threads", "--kernels", "--quiet", "--help"] {
                    #expect(help.out.contains(option), "\(command) \(option)")
                }
                #expect(try place.repro(command, "--help").out == help.out)
                #expect(try place.repro(command, "-h").out == help.out)
            }
            #expect(try place.contents().isEmpty)
        }
    }

    @Test func theVersionNamesTheContracts() throws {
        try withWorkplace { place in
            let ending = try place.repro("--version")
            expectSuccess(ending)
            #expect(
                ending.out == "repro \(ReproVersion.release) (numerical contract \(ReproVersion.contract))\n")
        }
    }

    @Test func bashCompletesCommandsOptionsAndExperiments() throws {
        try withWorkplace { place in
            let script = try place.repro("completion", "bash")
            expectSuccess(script)
            try place.write("repro.bash", script.out)
            let syntax = try place.bash("bash -n repro.bash")
            #expect(syntax.code == 0 && syntax.err.isEmpty, "\(syntax)")
            func completions(_ words: String...) throws -> [String] {
                let line = words.map { "'\($0)'" }.joined(separator: " ")
                let ending = try place.bash(
                    "source repro.bash; COMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1); _repro; printf '%s\\n' \"${COMPREPLY[@]}\""
                )
                #expect(ending.code == 0 && ending.err.isEmpty, "\(ending)")
                return ending.out.split(separator: "\n").map(String.init)
            }
            #expect(try completions("repro", "che") == ["check"])
            #expect(try completions("repro", "") == commands(place) + ["help", "--help", "--version"])
            #expect(try completions("repro", "run", "--see") == ["--seed"])
            #expect(try completions("repro", "run", "sig") == ["sigmoid-classifier"])
            #expect(try completions("repro", "help", "ran") == ["random"])
            #expect(try completions("repro", "completion", "z") == ["zsh"])
            #expect(try completions("repro", "check", "--s") == ["--shard", "--seed"])
            #expect(try completions("repro", "matrix", "--b") == ["--builds"])
            #expect(
                try completions("repro", "diff", "--format", "") == [
                    "text", "json", "junit", "tap", "github", "markdown",
                ])
            #expect(try completions("repro", "run", "outputs", "--trace", "t") == ["tensor"])
        }
    }

    @Test(arguments: ["zsh", "fish"])
    func theScriptsOfOtherShellsParse(shell: String) throws {
        try withWorkplace { place in
            let script = try place.repro("completion", shell)
            expectSuccess(script)
            try place.write("script", script.out)
            for command in try commands(place) { #expect(script.out.contains(command)) }
            if shell == "fish" {
                // Without the shell itself: in every line the quotes close, a backslash taking the next character along.
                for line in script.out.split(separator: "\n") {
                    var isOpen = false
                    var isEscaped = false
                    for character in line {
                        if isEscaped {
                            isEscaped = false
                        } else if character == "\\" {
                            isEscaped = true
                        } else if character == "'" {
                            isOpen.toggle()
                        }
                    }
                    #expect(!isOpen, "\(line)")
                }
            } else {
                #expect(script.out.hasPrefix("#compdef repro\n"))
            }
            let syntax = try place.bash("command -v \(shell) >/dev/null || exit 0; \(shell) -n script")
            #expect(syntax.code == 0 && syntax.err.isEmpty, "\(syntax)")
        }
    }

    @Test func anUnknownShellIsRefused() throws {
        try withWorkplace { place in
            expectRefusal(try place.repro("completion", "tcsh"), 64, naming: "bash, zsh or fish")
            expectRefusal(try place.repro("completion"), 64, naming: "bash, zsh or fish")
        }
    }
}
