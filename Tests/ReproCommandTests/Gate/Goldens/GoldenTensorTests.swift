import Foundation
import Repro
import Testing

/// The tensors beside a golden: they explain a drift, and decide nothing.
@Suite(.enabled(if: Built.exists, Built.absence)) struct GoldenTensorTests {
    private static let file = "m/Goldens/mood.safetensors"
    private static let check = ["check", "--goldens", "m/Goldens"]

    private func check(_ place: Workplace, _ more: String...) throws -> Ending {
        try place.run([try #require(Built.path)] + Self.check + more)
    }

    /// The digest of each tensor, by the contract's formula from the bytes in the file, is the one that the golden lists.
    @Test func everyTensorThatAGoldenListsLiesBesideIt() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let hashing = Hashing()
            let golden = try GoldenFolder(path: place("m/Goldens")).golden(named: "mood")
            let file = try SafetensorsFile(path: place(Self.file))
            var names: [String] = []
            for stage in golden.stages {
                for leaf in stage.leaves ?? [] where leaf.elementType != .byte {
                    let entry = try #require(file.entry(named: "\(stage.name)/\(leaf.name)"))
                    names.append(entry.name)
                    let bytes = Array(try place.bytes(Self.file)[entry.byteRange])
                    let digest = hashing.tensor(
                        name: leaf.name, elementType: leaf.elementType, shape: entry.shape, bytes: bytes)
                    #expect(digest == leaf.digest, "\(entry.name)")
                }
            }
            #expect(names.sorted() == file.entries.map(\.name).sorted())
            #expect(names.contains("step 000000/batch.inputs") && names.contains("final/linear.bias"))
        }
    }

    @Test func aDriftShowsTheFirstElementThatDiffers() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            expectSuccess(try place.repro("run", "--config", "m/mood.json", "--seed", "7", "--output", "run"))
            let weight = try #require(
                try SafetensorsFile(path: place("run/model.safetensors")).value(named: "lstm.weight_hh_l0").tensor)
            #expect(weight.shape == [16, 4])
            let before = weight[offset: 6].bitPattern
            let after = before ^ 1 << 20
            let (x, y) = (Float(bitPattern: before), Float(bitPattern: after))
            let distance = (Double(x) - Double(y)).magnitude
            let ending = try check(place, "--perturb", "final/lstm.weight_hh_l0:6:20")
            #expect(ending.code == 1, "\(ending)")
            #expect(
                ending.out.contains(
                    "elements      1 of 64 differ, by up to 1048576 ulp (\(distance)) in lstm.weight_hh_l0\n"),
                "\(ending)")
            #expect(
                ending.out.contains(
                    "first element [1, 2] \(hexadecimal(before)) → \(hexadecimal(after))  \(x) → \(y)  1048576 ulp (\(distance))"
                ), "\(ending)")

            let json = try check(place, "--perturb", "final/lstm.weight_hh_l0:6:20", "--format", "json").json()
            let whole = json["cases"]?.elements?.first?["drift"]?["tensor"]?["whole"]
            #expect(whole?["offset"]?.int == 6 && whole?["index"]?.elements?.map(\.int) == [1, 2])
            #expect(whole?["before"]?.string == String(before, radix: 16))
            #expect(whole?["after"]?.string == String(after, radix: 16))
            #expect(whole?["ulps"]?.int == 1 << 20 && whole?["distance"]?.double == distance)
            #expect(whole?["count"]?.int == 1 && whole?["of"]?.int == 64)
        }
    }

    /// The bytes of data files lie in the repository; they are not kept a second time.
    @Test func aMovedDataFileIsNamedWithoutItsBytes() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/train.tsv", "bad\ta fine day\nbad\ta grey day\ngood\tfine weather\nbad\tgrey rain\n")
            let ending = try check(place, "--results", "r")
            #expect(ending.code == 1 && ending.out.contains("first tensor  train.file"), "\(ending)")
            #expect(!ending.out.contains("first element"), "\(ending)")
        }
    }

    /// Whatever became of the file, the digests decide, and the check says what it could not use.
    @Test(arguments: [
        "missing", "empty", "cut off", "a bit of a tensor", "a bit of the header", "another golden's", "a tensor more",
        "a tensor less", "another shape", "folder",
    ])
    func damageIsSaidAndNeverChangesTheVerdict(damage: String) throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let bytes = try place.bytes(Self.file)
            let file = try SafetensorsFile(path: place(Self.file))
            var arrays = try file.entries.map { NamedArray($0.name, try file.read($0)) }
            // As the golden's own are marked, so that they may be replaced.
            let metadata = file.metadata.map { ($0.key, $0.value.string ?? "") }
            switch damage {
            case "missing", "folder": try FileManager.default.removeItem(atPath: place(Self.file))
            case "empty": try place.write(Self.file, bytes: [])
            case "cut off": try place.write(Self.file, bytes: Array(bytes.dropLast(1)))
            case "a bit of a tensor":
                try place.write(Self.file, bytes: bytes.dropLast(1) + [bytes[bytes.count - 1] ^ 1])
            case "a bit of the header": try place.write(Self.file, bytes: bytes[..<9] + [bytes[9] ^ 1] + bytes[10...])
            case "another golden's":
                expectSuccess(
                    try place.repro("bless", "outputs", "--seed", "1", "--by", "a", "--reason", "b", "--yes"))
                try place.write(Self.file, bytes: try place.bytes("Goldens/outputs.safetensors"))
            case "a tensor more":
                arrays.append(NamedArray("final/more", .float(Tensor(zeros: [1]))))
                try Safetensors.write(arrays, metadata: metadata, to: place(Self.file))
            case "a tensor less":
                try Safetensors.write(Array(arrays.dropLast()), metadata: metadata, to: place(Self.file))
            default:
                let shape = arrays[0].value.shape
                try #require(shape.count == 1, "\(arrays[0].name)")
                let elements = try #require(arrays[0].value.integers)
                arrays[0] = NamedArray(arrays[0].name, .int(shape: [1] + shape, elements: elements))
                try Safetensors.write(arrays, metadata: metadata, to: place(Self.file))
            }
            if damage == "folder" {
                try FileManager.default.createDirectory(atPath: place(Self.file), withIntermediateDirectories: false)
            }
            let before = try place.contents()
            let good = try check(place)
            expectSuccess(good)
            #expect(good.out.contains("1 of 1 reproduced"))
            #expect(good.out.contains("  tensors       m/Goldens/mood.safetensors: "), "\(good)")
            #expect(good.out.contains("`repro bless --tensors mood --goldens m/Goldens`"), "\(good)")
            let drift = try check(place, "--perturb", "final/linear.bias:0:4")
            #expect(drift.code == 1, "\(drift)")
            #expect(drift.out.contains("  tensors       m/Goldens/mood.safetensors: "), "\(drift)")
            #expect(!drift.out.contains("first element"), "\(drift)")
            #expect(drift.out.contains("recorded differ"), "\(drift)")
            #expect(try place.contents() == before)
            if damage != "folder" {
                expectSuccess(try place.repro("bless", "--tensors", "--goldens", "m/Goldens"))
                #expect(try place.bytes(Self.file) == bytes)
                #expect(try !check(place).out.contains("tensors"))
            }
        }
    }

    @Test func anOlderGoldenGetsItsTensorsWithoutAChangedByte() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let before = try place.contents("m/Goldens")
            try FileManager.default.removeItem(atPath: place(Self.file))
            let ending = try place.repro(
                "bless", "mood", "--tensors", "--goldens", "m/Goldens", "--threads", "1", "--kernels", "portable")
            expectSuccess(ending)
            #expect(ending.out.contains("m/Goldens/mood.safetensors"), "\(ending)")
            #expect(try place.contents("m/Goldens") == before)
        }
    }

    @Test func tensorsOfAnotherResultAreNotKept() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try FileManager.default.removeItem(atPath: place(Self.file))
            try place.write("m/train.tsv", "good\tx\nbad\ty\n")
            let before = try place.contents()
            let command = ["bless", "--tensors", "--goldens", "m/Goldens"]
            let executable = [try #require(Built.path)]
            expectRefusal(try place.run(executable + command), 1, naming: "'mood'", "repro check mood")
            for option in [["--reason", "x"], ["--seed", "7"], ["--by", "me"], ["--config", "m/mood.json"]] {
                expectRefusal(try place.run(executable + command + option), 64, naming: "--tensors", option[0])
            }
            expectRefusal(try place.run(executable + command, environment: ["CI": "1"]), 69, naming: "CI")
            expectRefusal(try place.repro("bless", "--tensors", "--goldens", "absent"), 2, naming: "'absent'")
            #expect(try place.contents() == before)
        }
    }

    @Test func anothersTensorsAreNotReplaced() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try FileManager.default.createDirectory(atPath: place("m/Goldens"), withIntermediateDirectories: true)
            try Safetensors.write([NamedArray("mine", .float(Tensor(zeros: [2])))], to: place(Self.file))
            let before = try place.contents()
            expectRefusal(
                try place.repro(
                    "bless", "--config", "m/mood.json", "--seed", "7", "--goldens", "m/Goldens", "--reason", "x",
                    "--by", "me", "--yes"), 73, naming: "mood.safetensors", "not a golden's")
            #expect(try place.contents() == before)
        }
    }

    @Test func largeTensorsAreNotKeptAndNotMissed() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/mood.json", try Mood.config(("\"hidden\": 4", "\"hidden\": 200")))
            expectSuccess(
                try place.repro(
                    "bless", "--config", "m/mood.json", "--goldens", "m/Goldens", "--reason", "wider", "--by", "me",
                    "--yes"))
            #expect(!place.exists(Self.file))
            let ending = try check(place)
            expectSuccess(ending)
            #expect(!ending.out.contains("tensors"), "\(ending)")
            let kept = try place.repro("bless", "--tensors", "--goldens", "m/Goldens")
            expectSuccess(kept)
            #expect(kept.out.contains("not kept"), "\(kept)")
            #expect(!place.exists(Self.file))
        }
    }

    /// A review of a golden sees by how much it moved.
    @Test func blessShowsTheFirstElementThatMoved() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.write("m/mood.json", try Mood.config(("\"learningRate\": 0.1", "\"learningRate\": 0.2")))
            let ending = try place.repro(
                "bless", "--config", "m/mood.json", "--goldens", "m/Goldens", "--reason", "faster", "--by", "me",
                "--yes")
            expectSuccess(ending)
            #expect(ending.out.contains("first stage   step 000000 "), "\(ending)")
            #expect(ending.out.contains("first element ["), "\(ending)")
            #expect(ending.out.contains(" ulp ("), "\(ending)")
            #expect(try !check(place).out.contains("tensors"))
        }
    }
}
