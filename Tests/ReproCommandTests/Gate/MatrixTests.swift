import Foundation
import Repro
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct MatrixTests {
    private static let matrix = [
        "matrix", "outputs", "--seed", "1", "--threads", "1,2", "--kernels", "reference,portable",
    ]

    private func matrix(_ place: Workplace, _ more: String...) throws -> Ending {
        try place.run([try #require(Built.path)] + Self.matrix + more)
    }

    /// A program that stands for another build.
    private func writeBuild(_ place: Workplace, _ name: String, _ script: String) throws {
        try place.write(name, "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place(name))
    }

    @Test func oneBuildGivesOneDigest() throws {
        try withWorkplace { place in
            let run = try place.repro("run", "outputs", "--seed", "1", "--format", "json").json()
            let ending = try matrix(place)
            expectSuccess(ending)
            let digest = try #require(run["digest"]?.string)
            #expect(ending.out.contains("one digest over 4 combinations: \(digest)\n"), "\(ending)")
        }
    }

    @Test func anotherBuildIsComparedOverEveryCombination() throws {
        try withWorkplace { place in
            try writeBuild(place, "twin", "echo \"$@\" >> words; exec repro \"$@\"")
            let ending = try matrix(place, "--builds", "./twin", "--format", "json")
            expectSuccess(ending)
            let json = try ending.json()
            #expect(json["distinctDigests"]?.int == 1)
            let combinations = try #require(json["combinations"]?.elements)
            let other = combinations.filter { $0["build"]?.string == "./twin" }
            #expect(combinations.count == 8 && other.count == 4)
            #expect(Set(other.compactMap { $0["kernels"]?.string }) == ["reference", "portable"])
            #expect(Set(other.compactMap { $0["threads"]?.int }) == [1, 2])
            // It was asked as documented, with the same experiment and seed.
            let words = String(decoding: try place.bytes("words"), as: UTF8.self).split(separator: "\n")
            #expect(words.count == 4)
            #expect(words.allSatisfy { $0.hasPrefix("run outputs --seed 1 ") && $0.contains("--format json") })
        }
    }

    @Test func aBuildThatGivesAnotherDigestIsDrift() throws {
        try withWorkplace { place in
            try writeBuild(place, "other", "exec repro \"$@\" --perturb final/lstm.bias_ih_l0")
            let ending = try matrix(place, "--builds", "./other")
            #expect(ending.code == 1, "\(ending)")
            #expect(ending.out.contains("2 digests over 8 combinations"), "\(ending)")
            // And one that cannot repeat itself is worse.
            try writeBuild(
                place, "loose",
                "case \"$*\" in *'--threads 2'*) set -- \"$@\" --perturb final/lstm.bias_ih_l0;; esac; exec repro \"$@\""
            )
            #expect(try matrix(place, "--builds", "./loose").code == 3)
        }
    }

    @Test(arguments: [
        ("repro \"$@\" | sed 's/\"contract\": 2/\"contract\": 3/'", "version 3 of the numerical contract"),
        ("echo out of memory >&2; exit 70", "exit code 70: out of memory"),
        ("kill -9 $$", "signal 9"), ("echo '{}'", "not what `repro run --format json` prints"),
        ("exit 0", "not what `repro run --format json` prints"),
    ])
    func aBuildThatCannotBeComparedIsNamed(script: String, reason: String) throws {
        try withWorkplace { place in
            try writeBuild(place, "odd", script)
            let ending = try matrix(place, "--builds", "./odd")
            #expect(ending.code == 2, "\(ending)")
            #expect(ending.out.contains("./odd") && ending.out.contains(reason), "\(ending)")
            #expect(ending.out.contains("one digest over 4 combinations: "), "\(ending)")
            #expect(ending.out.contains("; 4 could not be compared"), "\(ending)")
            // A digest that differs weighs more than one that is lacking.
            try writeBuild(place, "other", "exec repro \"$@\" --perturb final/lstm.bias_ih_l0")
            #expect(try matrix(place, "--builds", "./odd,./other").code == 1)
        }
    }

    @Test func aPathThatIsNoProgramIsRefusedAtOnce() throws {
        try withWorkplace { place in
            try place.write("text", "x")
            for path in ["absent", "text", ".", "./absent"] {
                expectRefusal(try matrix(place, "--builds", path), 66, naming: path, "--builds")
            }
            expectRefusal(try matrix(place, "--builds", "a,,b"), 64, naming: "--builds", "'a,,b'")
        }
    }

    @Test func servicesGetOneCaseACombination() throws {
        try withWorkplace { place in
            try writeBuild(place, "other", "exec repro \"$@\" --perturb final/lstm.bias_ih_l0")
            try writeBuild(place, "odd", "exit 70")
            let builds = ["--builds", "./other,./odd"]
            let tap = try matrix(place, builds[0], builds[1], "--format", "tap")
            #expect(tap.code == 1 && tap.out.contains("\n1..12\n"), "\(tap)")
            #expect(tap.out.split(separator: "\n").count { $0.hasPrefix("ok ") } == 4)
            let junit = try matrix(place, builds[0], builds[1], "--format", "junit")
            #expect(junit.out.contains("<testsuites tests=\"12\" failures=\"4\" errors=\"4\""), "\(junit)")
            let github = try matrix(place, builds[0], builds[1], "--format", "github")
            #expect(github.out.split(separator: "\n").count { $0.hasPrefix("::error title=repro matrix%3A ") } == 8)
        }
    }

    /// The variables stand for the options here too, and other builds are asked for the same golden's experiment.
    @Test func variablesAndOtherBuildsSayTheSame() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let own = try #require(Built.path)
            let ending = try place.repro(
                "matrix", "mood", "--goldens", "m/Goldens", "--builds", own, "--format", "json",
                environment: ["REPRO_THREADS": "2,1", "REPRO_KERNELS": "portable"])
            expectSuccess(ending)
            let combinations = try #require(try ending.json()["combinations"]?.elements)
            #expect(combinations.map { $0["threads"]?.int } == [2, 2, 2, 1, 1, 1, 2, 1], "\(ending)")
            #expect(combinations.allSatisfy { $0["kernels"]?.string == "portable" && $0["digest"]?.string != nil })
            expectRefusal(
                try place.repro("matrix", "outputs", "--seed", "1", environment: ["REPRO_THREADS": "banana"]), 64,
                naming: "REPRO_THREADS", "banana")
            #expect(try place.repro("help", "matrix").out.contains("--threads N[,N…]"))
        }
    }
}
