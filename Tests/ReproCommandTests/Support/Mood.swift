import Foundation
import Repro
import Testing

/// A small experiment of one's own.
enum Mood {
    static let train = "good\ta fine day\nbad\ta grey day\ngood\tfine weather\nbad\tgrey rain\n"
    static let test = "good\tfine rain\nbad\tgrey weather\n"

    /// Its configuration; `edits` replace texts in it, each of which has to be there.
    static func config(_ edits: (old: String, new: String)...) throws -> String {
        var text = """
            {
              "name": "mood",
              "task": "classification",
              "data": {"format": "tsv", "train": "train.tsv", "test": "test.tsv", "lowercase": true},
              "model": {"cell": "lstm", "bidirectional": true, "layers": 1, "embedding": 4, "hidden": 4,
                        "dropout": 0, "pooling": "concat", "head": "softmax"},
              "training": {"optimizer": "sgd", "learningRate": 0.1, "batchSize": 2, "epochs": 2},
              "digest": "step"
            }

            """
        for (old, new) in edits {
            try #require(text.contains(old), "no '\(old)' in the configuration")
            text = text.replacingOccurrences(of: old, with: new)
        }
        return text
    }
}

extension Workplace {
    /// Puts the small experiment into a folder.
    func writeMood(_ folder: String, _ edits: (old: String, new: String)...) throws {
        var config = try Mood.config()
        for (old, new) in edits {
            try #require(config.contains(old), "no '\(old)' in the configuration")
            config = config.replacingOccurrences(of: old, with: new)
        }
        try write(folder + "/mood.json", config)
        try write(folder + "/train.tsv", Mood.train)
        try write(folder + "/test.tsv", Mood.test)
    }

    /// Takes the config file out of the golden `mood` and its entry, as somebody could who wants the gate to look away.
    func dropConfig(_ goldens: String) throws {
        let index = goldens + "/index.json"
        try replace("  \"config\": \"../mood.json\",\n", "", in: goldens + "/mood.json")
        try replace("\"config\":\"../mood.json\",", "", in: index)
        let entries = try JSONValue.read(path: self(index))["goldens"]?.elements ?? []
        let old = try #require(entries.first { $0["name"]?.string == "mood" }?["sha256"]?.string)
        try replace(old, Hashing().digest(of: try bytes(goldens + "/mood.json")).hexadecimal, in: index)
    }

    /// The same, with a golden in `Goldens` below the folder.
    func blessMood(_ folder: String) throws {
        try writeMood(folder)
        let ending = try repro(
            "bless", "--config", folder + "/mood.json", "--seed", "7", "--goldens", folder + "/Goldens", "--reason",
            "first result", "--by", "tester", "--yes")
        try #require(ending.code == 0, "\(ending)")
    }
}
