import Foundation
import Repro
import Testing

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
            #expect(loud.out.hasSuffix("\n" + quiet.out) && quiet.out.contains("\ndigest "), "\(quiet)")
            #expect(!quiet.out.contains("experiment ") && !quiet.out.contains("init "), "\(quiet)")
            let again = try place.repro("run", "outputs", "--seed", "42")
            #expect(again.err == "wrote .repro/outputs, in place of the run that was there\n")
        }
    }
}
