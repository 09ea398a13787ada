import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTraining
import Testing

/// Generated data follows the rules of text: classes are the training split's labels.
@Suite struct GeneratedDataTests {
    private func run(_ data: any DataSource, seed: UInt64) throws -> RunResult {
        let experiment = Experiment(
            name: "generated", task: .classification, data: data,
            model: ModelOptions(embedding: data is EndsSource ? 2 : 0, hidden: 3),
            training: TrainingOptions(optimizer: .sgd, learningRate: 0.1, batchSize: 4, epochs: 1))
        return try experiment.run(seed: seed, engine: try engine(.best, workers: 1))
    }

    private func sizes(train: Int, test: Int) -> GeneratedSequences {
        GeneratedSequences(minimumLength: 3, maximumLength: 3, train: train, test: test)
    }

    /// One training sequence has one label; among forty others both occur, but for a chance of 2^-40.
    @Test func aLabelThatTrainingLacksIsAnErrorThatNamesTheSeed() throws {
        for data: any DataSource in [
            .balance(sizes(train: 1, test: 40), features: 2), .ends(sizes(train: 1, test: 40), classes: 2, letters: 4),
        ] {
            #expect {
                _ = try run(data, seed: 17)
            } throws: { error in
                let text = "\(error)"
                return error is FormatError && text.contains("test") && text.contains("seed 17")
            }
        }
    }

    @Test func oneLabelIsOneClass() throws {
        let data: any DataSource = .balance(sizes(train: 1, test: 1), features: 1)
        let results = (0..<UInt64(16)).compactMap { try? run(data, seed: $0) }
        // Half of the seeds draw the same label twice.
        #expect((2...14).contains(results.count), "\(results.count) of 16 seeds")
        for result in results {
            let weight = try #require(result.parameters.first { $0.name == "linear.weight" })
            #expect(weight.value.shape[0] == 1)
        }
    }

    /// Sizes that no memory holds are an error of the options, before anything is drawn.
    @Test(arguments: [
        ("\"format\": \"ends\", \"classes\": 2, \"letters\": 3", "train"),
        ("\"format\": \"balance\", \"features\": 1", "train"),
        ("\"format\": \"balance\", \"features\": 1000", "features"),
    ])
    func moreElementsThanThereMayBeAreRefused(_ source: String, _ key: String) throws {
        func decode(train: Int) throws {
            let text = """
                {"name": "g", "task": "classification",
                 "data": {\(source), "minimumLength": 1, "maximumLength": 10000, "train": \(train), "test": 1},
                 "model": {"hidden": 3},
                 "training": {"optimizer": "sgd", "learningRate": 0.1, "batchSize": 4, "epochs": 1}}
                """
            _ = try Experiment.decode(try JSONValue.parse(Array(text.utf8), path: "g.json"), path: "g.json")
        }
        // 2^30 ÷ 10^4 is 107 374.18.
        let greatest = key == "features" ? 106 : 107_373
        let error = try thrown(FormatError.self) { try decode(train: greatest + 1) }
        #expect(error.key == "data.\(key)" && error.problem.contains("more than 1073741824 elements"), "\(error)")
        #expect(throws: Never.self) { try decode(train: greatest) }
    }
}
