import Foundation
import Repro
import ReproTestSupport
import Testing

/// Whether file systems can be mounted here, which takes privileges.
private let canMount: Bool = {
    let mounted = try? withTemporaryDirectory { shell("mount -t tmpfs -o size=16k tmpfs '\($0)' && umount '\($0)'") }
    return mounted ?? false
}()

@discardableResult
private func shell(_ script: String) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}

@Suite(.enabled(if: Built.exists, Built.absence)) struct RunDirectoryTests {
    private static let files = ["metrics.csv", "model.safetensors", "outputs.safetensors", "run.json"]

    private func run(_ place: Workplace, _ more: String...) throws -> Ending {
        try place.run([try #require(Built.path), "run", "outputs", "--seed", "42"] + more)
    }

    @Test func aRunLeavesItsFourFilesAndNothingElse() throws {
        try withWorkplace { place in
            expectSuccess(try run(place, "--output", "deep/er/out"))
            #expect(
                try place.contents().keys.sorted() == ["deep", "deep/er", "deep/er/out"]
                    + Self.files.map { "deep/er/out/" + $0 })
            let json = try JSONValue.read(path: place("deep/er/out/run.json"))
            #expect(json["experiment"]?.string == "outputs")
        }
    }

    @Test func theDefaultPlaceIsReplaced() throws {
        try withWorkplace { place in
            expectSuccess(try run(place))
            let first = try place.contents(".repro")
            #expect(first.keys.contains("outputs/run.json"))
            expectSuccess(try run(place))
            #expect(try place.contents(".repro") == first)
        }
    }

    @Test func anExistingRunIsRefusedWithoutForce() throws {
        try withWorkplace { place in
            expectSuccess(try run(place, "--output", "out"))
            let before = try place.contents()
            expectRefusal(try run(place, "--output", "out"), 73, naming: "out: exists already", "--force")
            #expect(try place.contents() == before)
            expectSuccess(try run(place, "--output", "out", "--force"))
            #expect(try place.contents() == before)
            // A file that no run writes is somebody's, and stays.
            try place.write("out/notes.txt", "x")
            let withNotes = try place.contents()
            expectRefusal(try run(place, "--output", "out", "--force"), 73, naming: "more than a run's files")
            #expect(try place.contents() == withNotes)
        }
    }

    @Test func whatIsNoRunDirectoryIsRefusedEvenWithForce() throws {
        try withWorkplace { place in
            try place.write("thesis/chapter1.tex", "years of work")
            try place.write("file", "x")
            let before = try place.contents()
            for force in [[], ["--force"]] {
                let command = [try #require(Built.path), "run", "outputs", "--seed", "42", "--output"]
                expectRefusal(try place.run(command + ["thesis"] + force), 73, naming: "thesis: ")
                expectRefusal(try place.run(command + ["file"] + force), 73, naming: "file: is a file")
                expectRefusal(try place.run(command + ["file/below"] + force), 73, naming: "file/below")
                expectRefusal(try place.run(command + ["."] + force), 73, naming: ".: ")
            }
            #expect(try place.contents() == before)
        }
    }

    /// As a shell completes it.
    @Test func aSlashAtTheEndMeansNothing() throws {
        try withWorkplace { place in
            for more in [[], ["--force"]] {
                let command = [try #require(Built.path), "run", "outputs", "--seed", "42", "--output", "out//"]
                expectSuccess(try place.run(command + more))
                #expect(try place.contents().keys.sorted() == ["out"] + Self.files.map { "out/" + $0 })
            }
        }
    }

    /// A training of hours must not end at a place that refuses its result, so nothing is computed first.
    @Test func aPlaceThatCannotBeWrittenToIsRefusedBeforeTheRun() throws {
        try withWorkplace { place in
            try place.write("file", "x")
            for output in ["/proc/repro/out", "file/below/out"] {
                let ending = try run(place, "--output", output)
                expectRefusal(ending, 73, naming: output, "--output")
                #expect(ending.out.isEmpty, "\(ending)")
            }
            let inProc = try place.run(
                [try #require(Built.path), "run", "outputs", "--seed", "42"], in: "/proc")
            expectRefusal(inProc, 73, naming: ".repro/outputs", "--output")
            #expect(inProc.out.isEmpty)
            #expect(try place.contents().keys.sorted() == ["file"])
        }
    }

    @Test(.enabled(if: canMount, "needs the privilege to mount a small file system"))
    func aFullDiskLeavesTheOldRun() throws {
        try withWorkplace { place in
            try FileManager.default.createDirectory(atPath: place("disk"), withIntermediateDirectories: false)
            try #require(shell("mount -t tmpfs -o size=1m tmpfs '\(place("disk"))'"))
            defer { shell("umount '\(place("disk"))'") }
            expectSuccess(try run(place, "--output", "disk/out"))
            try #require(!shell("cat /dev/zero >'\(place("disk/filling"))'"), "the disk did not fill up")
            let before = try place.contents()
            let ending = try run(place, "--output", "disk/out", "--force")
            expectRefusal(ending, 74, naming: "disk/out", "No space left", "free some space")
            #expect(try place.contents() == before)
            // And where nothing stood before, nothing stands after.
            expectRefusal(try run(place, "--output", "disk/other"), 74, naming: "disk/other")
            #expect(try place.contents() == before)
        }
    }

    /// What every machine can imitate: a limit on the size of files.
    @Test func aFileThatCannotGrowLeavesTheOldRun() throws {
        try withWorkplace { place in
            expectSuccess(try run(place, "--output", "out"))
            let before = try place.contents()
            let script =
                "trap '' XFSZ; ulimit -f 1; repro run outputs --seed 42 --output out --force 2>&1 >/dev/null | cat"
            let ending = try place.bash("set -o pipefail; " + script)
            #expect(ending.code == 74, "\(ending)")
            #expect(ending.out.contains("File too large"), "\(ending)")
            #expect(try place.contents() == before)
        }
    }

    @Test func aFullDiskBehindStandardOutputIsAnError() throws {
        try withWorkplace { place in
            for command in ["run outputs --seed 42", "random --seed 1 --count 3", "list", "--version", "--help"] {
                let ending = try place.bash("repro \(command) >/dev/full")
                expectRefusal(ending, 74, naming: "standard output", "No space left")
            }
        }
    }

    @Test func aClosedPipeEndsQuietly() throws {
        try withWorkplace { place in
            let script = "repro random --seed 1 --count 5000000 | head -n 1; echo ${PIPESTATUS[0]}"
            for trap in ["", "trap '' PIPE; "] {
                let ending = try place.bash(trap + script)
                let lines = ending.out.split(separator: "\n")
                #expect(lines.count == 2 && (lines.last == "141" || lines.last == "0"), "\(ending)")
                #expect(ending.err.isEmpty, "\(ending)")
            }
        }
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func anInterruptionLeavesARunToGoOnWithAndNoHalfFile(signal: Int32, code: Int32) throws {
        try withWorkplace { place in
            try place.write(
                "long.json",
                """
                {"name": "long", "task": "tagging", "data": {"format": "roman"},
                 "model": {"embedding": 16, "hidden": 32},
                 "training": {"optimizer": "adam", "learningRate": 0.01, "batchSize": 64, "epochs": 1000}}
                """)
            expectSuccess(try run(place, "--output", "out"))
            let command = [
                try #require(Built.path), "run", "--config", "long.json", "--seed", "1", "--output", "out", "--force",
            ]
            let ending = try place.run(command, seconds: 30) { process, out in
                let deadline = Date(timeIntervalSinceNow: 30)
                while !(try out().contains("epoch 1 of")) {
                    try #require(Date() < deadline, "the run did not begin")
                    usleep(20_000)
                }
                kill(process.processIdentifier, signal)
            }
            #expect(!ending.isSignal && ending.code == code, "\(ending)")
            #expect(ending.err.contains("to go on: repro resume out"), "\(ending)")
            // The run that was there is replaced, as was asked for; what stands there now is a checkpoint, whole, and the losses.
            let left = try place.contents("out").keys.sorted()
            #expect(
                left.prefix(3) == ["checkpoints", "checkpoints/chain.json", "checkpoints/experiment.json"]
                    && left.count == 5 && left[4] == "metrics.csv", "\(left)")
            #expect(left[3].hasSuffix(".safetensors"), "\(left)")
        }
    }
}
