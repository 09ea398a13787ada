import Foundation
import Repro
import Testing

/// `repro audit` on small programs of the shell: verdicts, causes, formats, and what is left behind.
@Suite(.enabled(if: Built.exists, Built.absence)) struct AuditCommandTests {
    /// Audits a script of the shell that writes `out.txt`.
    private func audit(_ script: String, _ options: String..., in place: Workplace) throws -> Ending {
        try place.write("work/program.sh", script)
        let words = ["audit", "--output", "out.txt", "--format", "json"] + options + ["--", "sh", "program.sh"]
        return try place.run([try #require(Built.path)] + words, in: "work", seconds: 300)
    }

    private func causes(_ ending: Ending) throws -> [[String]] {
        let causes = try ending.json()["causes"]?.elements ?? []
        return causes.map { ($0["variations"]?.elements ?? []).compactMap(\.string) }
    }

    @Test func aRepeatableProgramTakesThreeRuns() throws {
        try withWorkplace { place in
            let ending = try audit("echo 1 >out.txt", in: place)
            #expect(ending.code == 0, "\(ending)")
            let json = try ending.json()
            #expect(json["verdict"]?.string == "repeatable" && json["runs"]?.int == 3 && json["distinct"]?.int == 1)
            #expect(json["causes"]?.elements?.isEmpty == true && (json["harmless"]?.elements?.count ?? 0) > 8)
        }
    }

    @Test(arguments: [
        ("date +%Z >out.txt", "time-zone"), ("umask >out.txt", "umask"), ("echo $HOME >out.txt", "home"),
        ("test -t 1 && echo 1 >out.txt || echo 2 >out.txt", "standard-streams"),
        ("echo ${OMP_NUM_THREADS:-2} >out.txt", "threads"),
    ])
    func aSingleCauseIsNamedAndConfirmed(script: String, cause: String) throws {
        try withWorkplace { place in
            let ending = try audit(script, in: place)
            #expect(ending.code == 3)
            #expect(try causes(ending) == [[cause]], "\(ending)")
            let json = try ending.json()
            #expect(json["causes"]?.elements?.first?["confirmed"]?.bool == true, "\(ending)")
            #expect(json["causes"]?.elements?.first?["outputs"]?.elements?.first?["path"]?.string == "out.txt")
        }
    }

    @Test func aPairThatMattersOnlyTogetherIsNamedAsAPair() throws {
        try withWorkplace { place in
            let ending = try audit(
                "if [ \"$(date +%Z)$(umask)\" = +13450077 ]; then echo 1 >out.txt; else echo 2 >out.txt; fi",
                in: place)
            #expect(try causes(ending) == [["time-zone", "umask"]], "\(ending)")
        }
    }

    @Test func aProgramThatDiffersFromItselfIsSaidTo() throws {
        try withWorkplace { place in
            let ending = try audit("echo $$ >out.txt", in: place)
            #expect(ending.code == 3)
            #expect(try causes(ending) == [["itself"]], "\(ending)")
        }
    }

    @Test func aVariableAndAWordOfTheCommandAreVariedByName() throws {
        try withWorkplace { place in
            var ending = try audit(
                "echo $LEVEL >out.txt", "--vary", "LEVEL=1,2", "--vary", "umask", in: place)
            #expect(try causes(ending) == [["LEVEL"]], "\(ending)")
            #expect(try ending.json()["harmless"]?.elements?.compactMap(\.string) == ["umask"])
            ending = try place.repro(
                "audit", "--vary", "workers=1,3", "--vary", "umask", "--format", "json", "--", "echo", "{workers}")
            #expect(ending.code == 3)
            #expect(try causes(ending) == [["workers"]], "\(ending)")
        }
    }

    @Test(arguments: [
        ("echo no; echo the data are missing >&2; exit 4", "exit code 4: the data are missing"),
        (":", "wrote no file of out.txt"), ("sleep 60", "longer than 1 s"), ("kill -9 $$", "signal 9"),
        ("echo 1 >out.txt; sleep 60 &", "left a process behind"), ("rm -r \"$PWD\"", "removed its working directory"),
        ("yes", "printed more than"),
    ])
    func whatCannotBeJudgedIsSaid(script: String, reason: String) throws {
        try withWorkplace { place in
            let ending = try audit(script, "--timeout", reason.contains("1 s") ? "1" : "60", in: place)
            #expect(ending.code == 2, "\(ending)")
            let json = try ending.json()
            #expect(json["verdict"]?.string == "could not judge")
            #expect(json["reason"]?.string?.contains(reason) == true, "\(ending)")
        }
    }

    @Test func theUsersFilesAreGivenBackAndNothingElseStays() throws {
        try withWorkplace { place in
            try place.write("work/out.txt", "the user's")
            try FileManager.default.createDirectory(atPath: place("tmp"), withIntermediateDirectories: true)
            try place.write("work/program.sh", "[ -e out.txt ] && exit 1; echo 1 >out.txt")
            let ending = try place.run(
                [try #require(Built.path), "audit", "--output", "out.txt", "--", "sh", "program.sh"],
                environment: ["TMPDIR": place("tmp")], in: "work", seconds: 300)
            #expect(ending.code == 0, "\(ending)")
            #expect(try place.bytes("work/out.txt") == Array("the user's".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: place("tmp")).isEmpty)
        }
    }

    @Test func anInterruptionKeepsWhatWasFoundAndEndsTheProgram() throws {
        try withWorkplace { place in
            try place.write("work/program.sh", "date +%s%N >out.txt; echo >>../ran; sleep 0.3")
            try place.write("work/out.txt", "the user's")
            let ending = try place.run(
                [
                    try #require(Built.path), "audit", "--output", "out.txt", "--format", "json", "--", "sh",
                    "program.sh",
                ], in: "work", seconds: 120
            ) { process, _ in
                let deadline = Date(timeIntervalSinceNow: 60)
                while (try? place.bytes("ran").count) ?? 0 < 4 {
                    try #require(Date() < deadline, "it never ran")
                    usleep(20_000)
                }
                kill(process.processIdentifier, SIGINT)
            }
            #expect(ending.code == 130, "\(ending)")
            let json = try ending.json()
            #expect(json["verdict"]?.string == "not repeatable" && json["exitCode"]?.int == 130, "\(ending)")
            #expect(try place.bytes("work/out.txt") == Array("the user's".utf8))
        }
    }

    @Test func everyFormatTellsTheCause() throws {
        try withWorkplace { place in
            for (format, cause) in [
                ("text", "cause  umask"), ("junit", "umask changes the result"),
                ("markdown", "umask changes the result"), ("github", "umask changes the result"),
            ] {
                let ending = try place.repro(
                    "audit", "--vary", "umask", "--format", format, "--", "sh", "-c", "umask")
                #expect(ending.code == 3 && ending.out.contains(cause), "\(format): \(ending)")
            }
        }
    }

    @Test func requestsThatMakeNoSenseAreRefused() throws {
        try withWorkplace { place in
            for (words, sentence) in [
                (["--vary", "treads"], "did you mean 'threads'?"), (["--vary", "workers"], "{workers}"),
                (["--vary", "umask=9,1"], "an octal number"), (["--output", "/etc"], "below the folder"),
                (["--no-vary", "nothing-like-it"], "no variation is called"),
            ] {
                let ending = try place.run([try #require(Built.path), "audit"] + words + ["--", "true"])
                #expect(ending.code == 64 && ending.err.contains(sentence), "\(words): \(ending)")
            }
            let ending = try place.repro("audit")
            #expect(ending.code == 64 && ending.err.contains("name the command"), "\(ending)")
        }
    }
}
