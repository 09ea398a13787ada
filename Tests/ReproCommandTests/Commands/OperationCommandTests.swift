import Foundation
import Repro
import ReproTrace
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct OperationCommandTests {
    @Test func aTraceOfOperationsStandsInTheRunDirectory() throws {
        try withWorkplace { place in
            let plain = try place.repro("run", "layers", "--seed", "42", "--format", "json").json()
            let traced = try place.repro(
                "run", "layers", "--seed", "42", "--trace", "operation", "--keep", "evaluation/lstm.l1*[2].?",
                "--output", "out", "--format", "json"
            ).json()
            #expect(traced["digest"]?.string == plain["digest"]?.string)
            var operations: [TracedOperation] = []
            var trace = try OperationTrace(path: place("out/trace.tsv"))
            while let operation = try trace.next() { operations.append(operation) }
            #expect(operations.contains { $0.stage == "evaluation" && $0.name == "lstm.l0_reverse[5].c" })
            // Every kept tensor hashes to its line of the trace.
            let kept = try SafetensorsFile(path: place("out/kept.safetensors"))
            let names = ["lstm.l1[2].", "lstm.l1_reverse[2]."].flatMap { name in
                ["c", "f", "g", "h", "i", "o"].map { "evaluation/" + name + $0 }
            }
            #expect(kept.entries.map(\.name).sorted() == names)
            let hashing = Hashing()
            for entry in kept.entries {
                let operation = try #require(operations.first { $0.place == entry.name })
                let tensor = try #require(try kept.value(named: entry.name).tensor)
                #expect(hashing.tensor(name: operation.name, tensor) == operation.digest, "\(entry.name)")
            }
        }
    }

    @Test func aRunEndsAfterTheStageThatIsAskedFor() throws {
        try withWorkplace { place in
            let run = try place.repro(
                "run", "classifier", "--seed", "42", "--stage", "step 000002", "--trace", "operation", "--output",
                "out",
                "--format", "json"
            ).json()
            #expect(run["stages"]?.elements?.last?["name"]?.string == "step 000002")
            var trace = try OperationTrace(path: place("out/trace.tsv"))
            while let operation = try trace.next() { #expect(operation.stage == "step 000002") }
            let missing = try place.repro("run", "classifier", "--seed", "42", "--stage", "step 999999")
            #expect(missing.code == 64 && missing.err.contains("step 999999"), "\(missing)")
            #expect(!place.exists(".repro/classifier"))
            // What was asked for is recorded, so that a part is never taken for the whole.
            #expect(run["lastStage"]?.string == "step 000002" && run["perturbation"] == nil)
            for option in [["--contrast"], ["--export", "w.safetensors"]] {
                let words = ["run", "classifier", "--seed", "42", "--stage", "init"] + option
                let refused = try place.run([try #require(Built.path)] + words)
                #expect(refused.code == 64 && refused.err.contains("--stage"), "\(refused)")
            }
            let nothing = try place.repro(
                "run", "outputs", "--seed", "42", "--keep", "nothing*", "--output", "kept")
            #expect(nothing.code == 0 && nothing.err.contains("--keep matched nothing"), "\(nothing)")
        }
    }

    @Test func aDamagedTraceIsRefusedWithItsLine() throws {
        try withWorkplace { place in
            expectSuccess(
                try place.repro("run", "outputs", "--seed", "42", "--trace", "operation", "--output", "out"))
            let text = String(decoding: try place.bytes("out/trace.tsv"), as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for (line, replacement) in [
                (0, "# something else"), (4, "evaluation\tonly two"), (5, lines[5] + "\tmore"),
                (6, lines[6].replacingOccurrences(of: "F32", with: "F33")), (7, String(lines[7].dropLast())),
            ] {
                var damaged = lines
                damaged[line] = replacement
                try place.write("damaged.tsv", damaged.joined(separator: "\n"))
                let error = try #require(throws: FormatError.self) {
                    var trace = try OperationTrace(path: place("damaged.tsv"))
                    while try trace.next() != nil {}
                }
                #expect(error.line == line + 1, "\(error)")
            }
        }
    }

    @Test func diffNamesTheFirstOperationOfTwoTraces() throws {
        try withWorkplace { place in
            for (name, fault) in [("one", nil), ("two", "step 000002/lstm.l0[1].f:7:12"), ("same", nil)] {
                let words = ["run", "classifier", "--seed", "42", "--trace", "operation", "--output", name]
                let keep = ["--keep", "step 000002/lstm.l0[1].*"]
                let perturb = fault.map { ["--perturb", $0] } ?? []
                expectSuccess(try place.run([try #require(Built.path)] + words + keep + perturb))
            }
            for (a, b) in [("one", "two"), ("one/trace.tsv", "two/trace.tsv")] {
                let ending = try place.repro("diff", a, b, "--format", "json")
                #expect(ending.code == 1, "\(ending)")
                let operation = try #require(try ending.json()["operation"])
                #expect(operation["stage"]?.string == "step 000002")
                #expect(operation["operation"]?.string == "lstm.l0[1].f")
            }
            let kept = try #require(
                try place.repro("diff", "one", "two", "--format", "json").json()["tensors"]?.elements)
            let gate = try #require(kept.first { $0["name"]?.string == "step 000002/lstm.l0[1].f" })
            #expect(gate["file"]?.string == "kept.safetensors" && gate["offset"]?.int == 7 && gate["ulps"]?.int == 4096)
            #expect(try place.repro("diff", "one", "same").code == 0)
            // One stage of a run against the whole of another.
            let words = ["run", "classifier", "--seed", "42", "--trace", "operation", "--stage", "step 000001"]
            expectSuccess(try place.run([try #require(Built.path)] + words + ["--output", "part"]))
            #expect(try place.repro("diff", "one/trace.tsv", "part/trace.tsv").code == 0)
            let whole = try place.repro("diff", "one", "part")
            #expect(whole.code == 1 && whole.out.contains("ended after 'step 000001'"), "\(whole)")
            #expect(!whole.out.contains("model.safetensors"), "\(whole)")
        }
    }

    @Test func plantedFaultsAreLocatedAndCleanRunsAreSilent() throws {
        try withWorkplace { place in
            let goldens = Built.package + "/Goldens"
            let words = ["check", "sigmoid-classifier", "last-states", "--goldens", goldens, "--canary", "24"]
            let ending = try place.run([try #require(Built.path)] + words + ["--seed", "5", "--format", "json"])
            #expect(ending.code == 0, "\(ending)")
            let report = try ending.json()
            #expect(report["planted"]?.int == 24 && report["located"]?.int == 24)
            #expect(report["cleanRuns"]?.int == 24 && report["falsePositives"]?.elements?.isEmpty == true)
            let faults = try #require(report["faults"]?.elements)
            for fault in faults {
                let planted = try #require(fault["fault"]?.string.flatMap { Perturbation($0) })
                #expect(fault["stage"]?.string == planted.stage.description)
                #expect(fault["operation"]?.string == planted.tensor)
                #expect(fault["elements"]?.elements?.compactMap(\.int) == [planted.element])
                let died = fault["ending"]?.string == "died out"
                #expect(died == (fault["reason"]?.string != nil))
            }
            for phase in ["forward", "backward", "optimiser"] {
                #expect(faults.contains { $0["phase"]?.string == phase })
            }
            let seedless = try place.run([try #require(Built.path)] + words)
            #expect(seedless.code == 64 && seedless.err.contains("--seed"))
            for more in [["--format", "junit"], ["--results", "left"], ["--perturb", "init/a"]] {
                let refused = try place.run([try #require(Built.path)] + words + ["--seed", "5"] + more)
                #expect(refused.code == 64, "\(more): \(refused)")
            }
            let odd = try place.run([try #require(Built.path), "check", "--goldens", goldens, "--seed", "5"])
            #expect(odd.code == 64 && odd.err.contains("--canary"), "\(odd)")
        }
    }
}

/// A build that differs from this one by what a script adds to its command line.
private func wrapper(_ place: Workplace, _ script: String) throws -> String {
    let path = place("baseline.sh")
    try place.write("baseline.sh", "#!/bin/bash\n" + script + "\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
}

@Suite(.enabled(if: Built.exists, Built.absence)) struct BisectTests {
    private func bisect(_ place: Workplace, _ script: String, _ more: String...) throws -> Ending {
        try place.run(
            [try #require(Built.path), "bisect", "--baseline", try wrapper(place, script), "--format", "json"] + more)
    }

    @Test func aBuildIsEqualToItself() throws {
        try withWorkplace { place in
            let ending = try bisect(place, "exec repro \"$@\"", "layers", "outputs", "--seed", "7")
            #expect(ending.code == 0, "\(ending)")
            let cases = try #require(try ending.json()["cases"]?.elements)
            #expect(cases.map { $0["experiment"]?.string } == ["layers", "outputs"])
            #expect(cases.allSatisfy { $0["levels"]?.elements?.first?["comparisons"]?.int == 1 })
        }
    }

    /// The baseline has a fault in one element of one operation, which no digest of the tree covers.
    @Test(arguments: [
        ("step 000004", "lstm.l0_reverse[3].f", 21), ("step 000004", "grad.lstm.l0[2].c", 3),
        ("step 000001", "exp_avg.linear.weight", 5), ("evaluation", "test[0].lstm.l0[1].g", 40),
    ])
    func theOperationAndTheElementAreNamed(_ stage: String, _ operation: String, _ element: Int) throws {
        try withWorkplace { place in
            let ending = try bisect(
                place, "exec repro \"$@\" --perturb '\(stage)/\(operation):\(element):19'", "classifier", "--seed", "42"
            )
            #expect(ending.code == 1, "\(ending)")
            let result = try #require(try ending.json()["cases"]?.elements?.first)
            #expect(result["stage"]?.string == stage)
            #expect(result["streamsAgree"]?.bool == true)
            let levels = try #require(result["levels"]?.elements)
            #expect(levels.map { $0["level"]?.string } == ["stages", "tensors", "operations"])
            #expect(levels.last?["first"]?.string == operation)
            for level in levels {
                let count = Double(try #require(level["count"]?.int))
                let comparisons = Double(try #require(level["comparisons"]?.int))
                #expect(comparisons <= 2 + log2(count), "\(level.text(.compact))")
            }
            let difference = try #require(result["difference"])
            #expect(difference["offset"]?.int == element && difference["count"]?.int == 1)
            #expect(difference["ulps"]?.int == 1 << 19)
        }
    }

    /// A baseline that cannot trace operations still gives stage and tensor.
    @Test func anOlderBaselineIsFollowedAsFarAsItGoes() throws {
        try withWorkplace { place in
            let script = """
                for word; do [ "$word" = --stage ] && { echo "repro: unknown option '--stage'" >&2; exit 64; }; done
                exec repro "$@" --perturb 'step 000003/grad.lstm.weight_hh_l0:17:9'
                """
            let ending = try bisect(place, script, "sigmoid-classifier", "--seed", "42")
            #expect(ending.code == 1, "\(ending)")
            let result = try #require(try ending.json()["cases"]?.elements?.first)
            #expect(result["stage"]?.string == "step 000003")
            #expect(result["levels"]?.elements?.last?["first"]?.string == "grad.lstm.weight_hh_l0")
            #expect(result["remark"]?.string?.contains("older") == true)
        }
    }

    @Test func aBaselineThatCannotBeComparedIsNoVerdict() throws {
        try withWorkplace { place in
            for (script, words) in [
                ("echo no >&2; exit 3", "exit code 3: no"), ("echo '{}'", "is not what"),
                ("repro \"$@\" | sed 's/\"contract\": 2/\"contract\": 3/'", "version 3"),
            ] {
                let ending = try bisect(place, script, "outputs", "--seed", "1")
                #expect(ending.code == 2 && ending.err.contains(words), "\(script): \(ending)")
            }
            let missing = try place.repro("bisect", "--baseline", "nowhere", "outputs", "--seed", "1")
            #expect(missing.code == 66, "\(missing)")
            #expect(try place.repro("bisect").code == 64)
        }
    }

    /// One experiment without an answer does not hide another's.
    @Test func aFailureLeavesTheOtherVerdicts() throws {
        try withWorkplace { place in
            let script = """
                case "$*" in *outputs*) echo broken >&2; exit 3 ;; esac
                grep -qs '"outputs"' "$3" && { echo broken >&2; exit 3; }
                exec repro "$@" --perturb "evaluation/lstm.output:5:ulp"
                """
            let ending = try bisect(place, script, "outputs", "layers", "--seed", "1")
            #expect(ending.code == 1, "\(ending)")
            let report = try ending.json()
            #expect(report["failures"]?.elements?.first?["experiment"]?.string == "outputs")
            #expect(report["cases"]?.elements?.first?["experiment"]?.string == "layers")
        }
    }

    /// Builds are processes in groups of their own: an interruption ends them too, and leaves no folder behind.
    @Test func anInterruptionEndsTheOtherBuild() throws {
        try withWorkplace { place in
            let baseline = try wrapper(place, "echo $$ >\"$HOME/pid\"; exec sleep 30")
            try FileManager.default.createDirectory(atPath: place("scratch"), withIntermediateDirectories: false)
            let ending = try place.run(
                [try #require(Built.path), "bisect", "--baseline", baseline, "outputs", "--seed", "1"],
                environment: ["TMPDIR": place("scratch")]
            ) { process, _ in
                for _ in 0..<200 where !place.exists("pid") { usleep(50_000) }
                usleep(100_000)
                process.interrupt()
            }
            #expect(ending.code == 130, "\(ending)")
            let text = String(decoding: try place.bytes("pid"), as: UTF8.self)
            let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            for _ in 0..<100 where kill(child, 0) == 0 { usleep(20_000) }
            #expect(kill(child, 0) != 0, "the baseline still runs")
            #expect(try FileManager.default.contentsOfDirectory(atPath: place("scratch")).isEmpty)
        }
    }

    /// A baseline whose runs differ among themselves is not judged by one of them.
    @Test func aBaselineThatDoesNotRepeatItselfIsNamed() throws {
        try withWorkplace { place in
            let script = """
                count=$(cat "$HOME/count" 2>/dev/null || echo 0)
                echo $((count + 1)) >"$HOME/count"
                exec repro "$@" --perturb "step 000003/logits:$count:9"
                """
            let ending = try bisect(place, script, "sigmoid-classifier", "--seed", "42")
            #expect(ending.code == 3 && ending.err.contains("step 000003"), "\(ending)")
        }
    }
}
