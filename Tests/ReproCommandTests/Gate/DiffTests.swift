import Foundation
import Repro
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct DiffTests {
    /// Runs the small experiment into a folder.
    private func run(
        _ place: Workplace, _ name: String, _ edits: (old: String, new: String)..., perturb: String? = nil
    ) throws {
        var config = try Mood.config()
        for (old, new) in edits { config = config.replacingOccurrences(of: old, with: new) }
        try place.writeMood("m")
        try place.write("m/mood.json", config)
        let fault = perturb.map { ["--perturb", $0] } ?? []
        let command = ["run", "--config", "m/mood.json", "--seed", "7", "--trace", "tensor", "--output", name]
        expectSuccess(try place.run([try #require(Built.path)] + command + fault))
    }

    @Test func equalRunsAreEqual() throws {
        try withWorkplace { place in
            try run(place, "one")
            try run(place, "two")
            let text = try place.repro("diff", "one", "two")
            expectSuccess(text)
            #expect(text.out == "equal, bit for bit\n")
            let json = try place.repro("diff", "one", "two", "--format", "json").json()
            #expect(json["equal"]?.bool == true && json["stages"]?.elements?.isEmpty == true)
        }
    }

    @Test func everyStageFromTheFaultOnIsTold() throws {
        try withWorkplace { place in
            try run(place, "one")
            try run(place, "two", perturb: "step 000001/grad.linear.weight:0:20")
            let ending = try place.repro("diff", "one", "two", "--format", "json")
            #expect(ending.code == 1, "\(ending)")
            let stages = try #require(try ending.json()["stages"]?.elements)
            #expect(
                stages.compactMap { $0["stage"]?.string } == [
                    "step 000001", "epoch 000", "step 000002", "step 000003", "epoch 001", "evaluation", "final",
                ])
            // The planted bit, the twentieth of the significand, is 2^20 steps; and the weight that the gradient moves.
            let first = try #require(stages.first)
            #expect(
                first["tensors"]?.elements?.compactMap { $0["name"]?.string } == [
                    "grad.linear.weight", "linear.weight",
                ])
            #expect(first["tensors"]?.elements?[0]["greatestULP"]?.int == 1 << 20)
            #expect(first["differing"]?.int == 2 && first["streamsAgree"]?.bool == true)
            // Of the last stage the run directory has whole tensors, and the greatest distance is over all of them.
            let before = try SafetensorsFile(path: place("one/model.safetensors"))
            let after = try SafetensorsFile(path: place("two/model.safetensors"))
            var greatest = 0.0
            for entry in before.entries {
                let pair = try (before.value(named: entry.name).tensor, after.value(named: entry.name).tensor)
                let (x, y) = (try #require(pair.0), try #require(pair.1))
                for (a, b) in zip(x.elements, y.elements) {
                    greatest = max(greatest, (Double(a) - Double(b)).magnitude)
                }
            }
            #expect(greatest > 0 && stages.last?["greatestDistance"]?.double == greatest)

            let text = try place.repro("diff", "one", "two")
            #expect(text.code == 1)
            #expect(text.out.contains("the random streams agree in every stage that both have"), "\(text)")
            // Three of the batch, logits and loss; eleven parameters, each with its gradient.
            let row = text.out.split(separator: "\n").first { $0.hasPrefix("  step 000001") }
            #expect(
                row?.split(separator: " ").map(String.init).prefix(6) == ["step", "000001", "2", "of", "27", "1048576"])
        }
    }

    @Test func anotherSeedIsToldByItsStreams() throws {
        try withWorkplace { place in
            for (name, seed) in [("one", "1"), ("two", "2")] {
                expectSuccess(try place.repro("run", "outputs", "--seed", seed, "--output", name))
            }
            let ending = try place.repro("diff", "one", "two")
            #expect(ending.out.contains("the random streams differ in 1 of these stages, first in init"), "\(ending)")
        }
    }

    /// Causes stand before what they cause, in every format.
    @Test func anOptionThatDiffersIsNamedFirst() throws {
        try withWorkplace { place in
            try run(place, "one")
            try run(place, "two", ("\"learningRate\": 0.1", "\"learningRate\": 0.2"))
            let change = "training.learningRate 0.1 → 0.2"
            let ending = try place.repro("diff", "one", "two")
            #expect(
                ending.code == 1 && ending.out.hasPrefix("  option        \(change)\n  first stage   "), "\(ending)")
            #expect(ending.out.contains("agree: the options differ, so that the numbers have to"), "\(ending)")
            let json = try place.repro("diff", "one", "two", "--format", "json").json()
            #expect(json["cause"]?.string == "options" && json["drift"]?["cause"]?.string == "options")
            let option = try #require(json["conditions"]?["options"]?.elements?.first)
            #expect(option["name"]?.string == "training.learningRate" && option["before"]?.double == 0.1)
            for kind in ["data", "seed", "environment"] {
                #expect(json["conditions"]?[kind]?.elements?.isEmpty == true, "\(kind)")
            }
            for format in ["junit", "tap", "github", "markdown"] {
                let text = try place.repro("diff", "one", "two", "--format", format).out
                let option = text.range(of: "training.learningRate 0.1")
                let stage = text.range(of: "first stage")
                #expect(option != nil && stage != nil && option!.lowerBound < stage!.lowerBound, "\(text)")
            }
        }
    }

    @Test func dataSeedAndEnvironmentThatDifferAreNamed() throws {
        try withWorkplace { place in
            try run(place, "one")
            try place.write("m/train.tsv", Mood.train + "good\tsunshine\n")
            let command = ["run", "--config", "m/mood.json", "--seed", "8", "--threads", "5", "--output", "other"]
            expectSuccess(try place.run([try #require(Built.path)] + command))
            let lines = try place.repro("diff", "one", "other").out.split(separator: "\n")
            #expect(lines[0].hasPrefix("  data          train.file \""), "\(lines)")
            #expect(lines[1] == "  seed          7 → 8", "\(lines)")
            #expect(lines[2].hasPrefix("  environment   threads ") && lines[2].hasSuffix(" → 5"), "\(lines)")
            let json = try place.repro("diff", "one", "other", "--format", "json").json()
            #expect(json["cause"]?.string == "data")
        }
    }

    @Test func structureThatDiffersIsSaidAsSuch() throws {
        try withWorkplace { place in
            try run(place, "one")
            try run(place, "wide", ("\"hidden\": 4", "\"hidden\": 5"))
            let wide = try place.repro("diff", "one", "wide")
            #expect(
                wide.code == 1 && wide.out.contains("lstm.weight_ih_l0  shape [16, 4] expected, [20, 4] found"),
                "\(wide)")
            try run(place, "long", ("\"epochs\": 2", "\"epochs\": 3"))
            let long = try place.repro("diff", "one", "long")
            #expect(long.out.contains("'step 000004' was found and is not expected"), "\(long)")
            let back = try place.repro("diff", "long", "one")
            #expect(back.out.contains("'epoch 002' is expected and was not found"), "\(back)")
        }
    }

    /// Of hundreds of stages a person sees a dozen, the first and the last among them; a machine sees all.
    @Test func aLongDriftIsShortToRead() throws {
        try withWorkplace { place in
            try run(place, "one", ("\"epochs\": 2", "\"epochs\": 30"))
            try run(place, "two", ("\"epochs\": 2", "\"epochs\": 30"), perturb: "step 000000/grad.linear.weight:0:22")
            let text = try place.repro("diff", "one", "two").out.split(separator: "\n")
            let rows = text.filter { $0.hasPrefix("  step ") || $0.hasPrefix("  epoch ") || $0.hasPrefix("  final ") }
            #expect((8...12).contains(rows.count), "\(rows)")
            #expect(rows.first?.hasPrefix("  step 000000") == true && rows.last?.hasPrefix("  final ") == true)
            let hidden = text.filter { $0.hasPrefix("  … ") }.compactMap { Int($0.split(separator: " ")[1]) }.reduce(
                0, +)
            let json = try place.repro("diff", "one", "two", "--format", "json").json()
            let count = try #require(json["stages"]?.elements?.count)
            let evaluations = text.filter { $0.hasPrefix("  evaluation ") }.count
            #expect(count > 80 && count == rows.count + hidden + evaluations)
        }
    }

    /// Two runs of which one was ended early have no file that could be compared, and still differ for every service.
    @Test func runsOfUnlikeLengthDifferInEveryFormat() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            for more in [["--output", "whole"], ["--output", "part", "--stage", "init"]] {
                let command = [try #require(Built.path), "run", "--config", "m/mood.json", "--seed", "1"]
                expectSuccess(try place.run(command + more))
            }
            let tap = try place.repro("diff", "whole", "part", "--format", "tap")
            #expect(tap.code == 1 && tap.out.hasPrefix("TAP version 14\n1..1\nnot ok 1 - stages\n"), "\(tap)")
        }
    }

    @Test func filesOfTensorsAreComparedElementByElement() throws {
        try withWorkplace { place in
            try Safetensors.write(
                [NamedArray("x", .float(Tensor(shape: [2, 2], elements: [1, 2, 3, 4])))], to: place("a.safetensors"))
            try Safetensors.write(
                [NamedArray("x", .float(Tensor(shape: [2, 2], elements: [1, 2, 3, 5])))], to: place("b.safetensors"))
            let ending = try place.repro("diff", "a.safetensors", "b.safetensors")
            #expect(ending.code == 1)
            #expect(
                ending.out.contains(
                    "1 of 4 differ, by up to 2097152 ulp (1.0); first [1, 1] 40800000 → 40a00000  4.0 → 5.0  2097152 ulp (1.0)"
                ), "\(ending)")
            let tap = try place.repro("diff", "a.safetensors", "b.safetensors", "--format", "tap")
            #expect(
                tap.code == 1 && tap.out.hasPrefix("TAP version 14\n1..1\nnot ok 1 - a.safetensors and b.safetensors\n")
            )
            let markdown = try place.repro("diff", "a.safetensors", "a.safetensors", "--format", "markdown")
            expectSuccess(markdown)
            #expect(markdown.out.contains("### repro diff: equal, bit for bit"), "\(markdown)")
        }
    }
}
