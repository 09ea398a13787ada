import Foundation
import Repro
import Testing

/// A small run with checkpoints: twelve steps in four epochs, on a file of labelled texts.
enum LongRun {
    static let config = """
        {"name": "mood", "task": "classification", "data": {"format": "tsv", "train": "train.tsv", "test": "test.tsv"},
         "model": {"layers": 2, "embedding": 4, "hidden": 5, "dropout": 0.25},
         "training": {"optimizer": "adam", "learningRate": 0.01, "batchSize": 4, "epochs": 4}}
        """
    /// The same with a validation after each epoch.
    static let validated = config.replacingOccurrences(
        of: "\"test\": \"test.tsv\"", with: "\"validation\": \"test.tsv\", \"test\": \"test.tsv\""
    ).replacingOccurrences(of: "\"epochs\"", with: "\"validate\": \"epoch\", \"epochs\"")
    static let train = (0..<12).map { "\($0 % 2 == 0 ? "even" : "odd")\tw\($0) w\($0 % 3) x\n" }.joined()

    /// Puts the configuration and its data into a folder.
    static func prepare(_ place: Workplace, epochs: Int = 4, validating: Bool = false) throws {
        let config = validating ? validated : config
        try place.write("mood.json", config.replacingOccurrences(of: "\"epochs\": 4", with: "\"epochs\": \(epochs)"))
        try place.write("train.tsv", train)
        try place.write("test.tsv", "even\tw0 x\nodd\tw1 w2\n")
    }

    /// `repro run` of it into a folder.
    static func words(_ output: String, _ more: String...) throws -> [String] {
        [try #require(Built.path), "run", "--config", "mood.json", "--seed", "7", "--output", output, "--quiet"]
            + more
    }
}

extension Workplace {
    /// Waits until a file is there, ten seconds at most.
    func await(_ name: String) { for _ in 0..<2000 where !exists(name) { usleep(5000) } }
}
