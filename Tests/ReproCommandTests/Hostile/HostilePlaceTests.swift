import Foundation
import Repro
import Testing

/// Places and streams that are not what a command needs end in a message and an exit code.
@Suite(.enabled(if: Built.exists, Built.absence)) struct HostilePlaceTests {
    @Test func aNULInAPathIsRefused() throws {
        try withWorkplace { place in
            try place.writeMood("m", (old: "\"train.tsv\"", new: "\"train.tsv\\u0000.old\""))
            expectRefusal(
                try place.repro("run", "--config", "m/mood.json", "--seed", "1"), 66, naming: "train.tsv\\u{0}.old",
                "the path holds a NUL")
        }
    }

    /// Services are known by variables that some of them set to nothing.
    @Test(arguments: ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "JENKINS_URL"])
    func anEmptyVariableOfAServiceIsAService(variable: String) throws {
        try withWorkplace { place in
            let command = [
                try #require(Built.path), "bless", "outputs", "--seed", "1", "--reason", "x", "--by", "me", "--yes",
            ]
            for value in ["", "true", "false"] {
                expectRefusal(try place.run(command, environment: [variable: value]), 69, naming: variable)
            }
            #expect(try place.contents().isEmpty)
        }
    }

    @Test func closedStreamsEndInAMessageAndNoFileTakesTheirPlace() throws {
        try withWorkplace { place in
            let run = "repro run outputs --seed 1 --force --output"
            #expect(try place.bash("\(run) a <&- >&- 2>&-").code == 74)
            expectRefusal(try place.bash("\(run) b >&-"), 74, naming: "standard output")
            expectSuccess(try place.bash("\(run) c <&-"))
            expectSuccess(try place.bash("\(run) d 2>&-"))
            expectSuccess(try place.bash("repro diff c d <&- 2>&-"))
            #expect(try place.bytes("c/model.safetensors") == place.bytes("d/model.safetensors"))
            expectRefusal(try place.bash("repro bless outputs --seed 1 --reason x --by me <&-"), 64, naming: "--yes")
        }
    }

    @Test func aPipeThatNobodyReadsIsRefused() throws {
        try withWorkplace { place in
            let script = "mkfifo page.html && repro run outputs --seed 1 --quiet --output a > log && "
            expectRefusal(
                try place.bash(script + "repro report a --output page.html"), 73, naming: "page.html",
                "nothing reads this pipe")
            // With a reader it is written.
            let read = try place.bash("cat page.html > copy & sleep 0.5; repro report a --output page.html; wait")
            expectSuccess(read)
            #expect(try place.bytes("copy").starts(with: Array("<!DOCTYPE html>".utf8)))
        }
    }

    @Test func aFolderThatHoldsNoGoldensForEverybodyIsRefused() throws {
        try withWorkplace { place in
            try place.write("g/outputs.JSON", "{}")
            expectRefusal(try place.repro("check", "--goldens", "g"), 2, naming: "g/outputs.JSON", "ends in .json")
            expectRefusal(try place.repro("list", "--goldens", "g"), 2, naming: "g/outputs.JSON")
            try place.write("file", "")
            expectRefusal(try place.repro("check", "--goldens", "file"), 2, naming: "file: not a folder")
            // The superuser lists every folder.
            if getuid() != 0 {
                let ending = try place.bash("mkdir closed && chmod 000 closed && repro check --goldens closed")
                expectRefusal(ending, 2, naming: "closed: the folder cannot be listed")
            }
        }
    }
}
