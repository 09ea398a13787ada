import Foundation
import Repro
import Testing

/// A checkout that turns line endings changes the bytes that were hashed: bless says how to keep it from that, and check what
/// happened.
@Suite(.enabled(if: Built.exists, Built.absence)) struct LineEndingTests {
    @Test func blessNamesTheFilesThatGitMayTurn() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            let command =
                "repro bless --config m/mood.json --seed 7 --goldens m/Goldens --reason x --by me --yes"
            let ending = try place.bash("git init -q m && \(command)")
            expectSuccess(ending)
            for file in ["train.tsv", "test.tsv"] {
                #expect(
                    ending.err.contains("add to m/.gitattributes: \(file) -text"), "no \(file): \(ending)")
            }
            // What bless wrote covers the goldens.
            #expect(!ending.err.contains("*.json"), "\(ending)")
            try place.write("m/.gitattributes", "*.tsv -text\n")
            try place.write("m/Goldens/.gitattributes", "# mine\n")
            try place.replace("\"epochs\": 2", "\"epochs\": 3", in: "m/mood.json")
            let again = try place.bash(command)
            #expect(!again.err.contains(".tsv"), "\(again)")
            for file in ["index.json", "mood.json"] {
                #expect(again.err.contains("m/Goldens/\(file): its bytes are hashed"), "\(again)")
            }
        }
    }

    /// A clone with `core.autocrlf`, as on Windows.
    @Test func checkSaysThatOnlyTheEndingsDiffer() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            let ending = try place.bash(
                """
                cd m && git init -q . && git add -A && git -c user.name=x -c user.email=x@x commit -qm x && cd ..
                git -c core.autocrlf=true clone -q m clone && repro check --goldens clone/Goldens
                """)
            #expect(ending.code == 1, "\(ending)")
            #expect(
                ending.out.contains(
                    "../train.tsv: only its line endings differ; where git turned them, 'train.tsv -text'"),
                "\(ending)")
        }
    }

    /// The other way round too.
    @Test func endingsThatBecameLFAreSaid() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            try place.write("m/train.tsv", Mood.train.replacingOccurrences(of: "\n", with: "\r\n"))
            expectSuccess(
                try place.repro(
                    "bless", "--config", "m/mood.json", "--seed", "7", "--goldens", "m/Goldens", "--reason", "x",
                    "--by", "me", "--yes"))
            try place.write("m/train.tsv", Mood.train)
            let ending = try place.repro("check", "--goldens", "m/Goldens")
            #expect(ending.code == 1 && ending.out.contains("../train.tsv: only its line endings differ"), "\(ending)")
        }
    }
}
