import ReproFormats
import ReproTraining
import Testing

/// What holds for every data source.
@Suite struct DataSourceTests {
    private let sources: [(task: Experiment.Task, data: any DataSource)] = {
        let text = TextFiles(train: "a", validation: "b", lowercase: true)
        let tensors = TensorFiles(train: ["i", "l", "t"], test: ["x", "y", "z"], classes: 3)
        let sizes = GeneratedSequences(minimumLength: 3, maximumLength: 3, train: 2, test: 3)
        return [
            (.classification, .tsv(text)), (.tagging, .conllu(text)), (.tagging, .npy(tensors)),
            (.classification, .safetensors(TensorFiles(train: ["i"], classes: 2))), (.tagging, .roman),
            (.classification, .ends(sizes, classes: 2, letters: 5)),
            (.classification, .balance(sizes, features: 7)),
            (.inspection, .values([[[0.5, 1], [2, 3]]], lengths: [[2], [1]])),
            (.inspection, .uniform(batch: 1, steps: 2, features: 3, lengths: [[2]])),
        ]
    }()

    @Test func everySourceIsInTheListAbove() {
        #expect(sources.map { $0.data.json["format"]?.string } == DataSources.formats)
    }

    @Test func everySourceIsReadBackFromItsJSON() throws {
        for (task, source) in sources {
            let experiment = Experiment(
                name: "source", task: task, data: source, model: ModelOptions(hidden: 2),
                training: task == .inspection
                    ? nil : TrainingOptions(optimizer: .sgd, learningRate: 1, batchSize: 1, epochs: 1))
            let read = try Experiment.decode(experiment.json, path: "source.json").experiment
            #expect(read == experiment, "\(source)")
            #expect(read.data.mappingPaths { $0 + "/" }.paths == source.paths.map { $0 + "/" })
        }
    }
}
