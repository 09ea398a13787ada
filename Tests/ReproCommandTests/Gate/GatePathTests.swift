import Foundation
import Repro
import Testing

/// Paths in goldens and in what is said of them, wherever one stands and however a folder is written.
@Suite(.enabled(if: Built.exists, Built.absence)) struct GatePathTests {
    private func bless(_ place: Workplace, _ goldens: String, in folder: String = "") throws -> Ending {
        let config = folder.isEmpty ? "m/mood.json" : "mood.json"
        return try place.repro(
            "bless", "--config", config, "--seed", "7", "--goldens", goldens, "--reason", "x", "--by", "me", "--yes",
            in: folder)
    }

    /// A slash at the end and folders that are yet to be made change no path.
    @Test(arguments: ["m/Goldens/", "m/Goldens//", "./m/Goldens/", "m/./Goldens/", "m/deep/../Goldens/"])
    func aFolderThatIsYetToBeMadeIsNamedAlike(goldens: String) throws {
        try withWorkplace { place in
            try place.writeMood("m")
            if goldens.contains("deep") { try place.write("m/deep/x", "") }
            expectSuccess(try bless(place, goldens))
            let golden = try JSONValue.read(path: place("m/Goldens/mood.json"))
            #expect(golden["data"]?.elements?.map { $0["path"]?.string } == ["../train.tsv", "../test.tsv"])
            #expect(golden["config"]?.string == "../mood.json")
            let bytes = try place.contents("m/Goldens")
            for again in [goldens, "m/Goldens"] { expectSuccess(try place.repro("check", "--goldens", again)) }
            // What was written does not depend on whether the folder was there.
            expectSuccess(try bless(place, "m/Goldens"))
            #expect(try place.contents("m/Goldens") == bytes)
        }
    }

    @Test func foldersBelowOthersThatAreYetToBeMadeAndLinksAreFollowed() throws {
        try withWorkplace { place in
            try place.writeMood("m")
            expectSuccess(try bless(place, "a/b/Goldens/"))
            var golden = try JSONValue.read(path: place("a/b/Goldens/mood.json"))
            #expect(golden["config"]?.string == "../../../m/mood.json")
            expectSuccess(try place.repro("check", "--goldens", "a/b/Goldens/"))
            try FileManager.default.createSymbolicLink(atPath: place("link"), withDestinationPath: "a/b")
            expectSuccess(try bless(place, "link/more/"))
            golden = try JSONValue.read(path: place("a/b/more/mood.json"))
            #expect(golden["config"]?.string == "../../../m/mood.json")
            expectSuccess(try place.repro("check", "--goldens", "link/more"))
        }
    }

    /// A file to restore is named from where one stands, a golden as its folder was named.
    @Test func whatIsNamedCanBeOpenedFromWhereOneStands() throws {
        try withWorkplace { place in
            try place.blessMood("m")
            try place.replace("grey day", "gray day", in: "m/train.tsv")
            let remedies = [
                ("", "m/Goldens/", "m/train.tsv"), ("m", "Goldens/", "train.tsv"), ("m/Goldens", ".", "../train.tsv"),
            ]
            for (folder, goldens, file) in remedies {
                let ending = try place.repro("check", "--goldens", goldens, in: folder)
                #expect(ending.code == 1, "\(ending)")
                #expect(ending.out.contains("else restore \(file)\n"), "\(ending)")
                #expect(place.exists((folder.isEmpty ? "" : folder + "/") + file))
            }
            let github = try place.repro("check", "--goldens", "m/Goldens/", "--format", "github")
            #expect(github.out.contains("file=m/Goldens/mood.json,"), "\(github)")
            try place.write("m/train.tsv", Mood.train)
            try place.replace("0.1", "0.2", in: "m/mood.json")
            for (folder, goldens, file) in [("", "m/Goldens/", "m/mood.json"), ("m", "Goldens/", "mood.json")] {
                let ending = try place.repro("check", "--goldens", goldens, in: folder)
                #expect(ending.out.contains("else restore \(file)\n"), "\(ending)")
            }
        }
    }
}
