import ReproFormats
import ReproTraining
import Testing

/// What holds for every data source.
@Suite struct DataSourceTests {
    private let sources: [(task: Experiment.Task, data: any DataSource)] = {
        let text = TextFiles(train: "a", validation: "b", lowercase: true)
        var divided = TextFiles(train: "a", test: "b")
        divided.division = Division(validation: 0.25, stratified: true)
        divided.tokenization = Tokenization(level: .bytes, maxLength: 5)
        (divided.layout.header, divided.layout.separator) = (false, UInt8(ascii: ";"))
        var keyed = TextFiles(train: "a")
        (keyed.layout.text, keyed.layout.label) = (.name("words"), .name("tags"))
        (keyed.unseenLabels, keyed.limits) = (.skip, Vocabulary.Limits(minimumCount: 2, greatestCount: 9))
        var columns = TextFiles(train: "a", validation: "b")
        (columns.layout.text, columns.layout.label, columns.layout.encoding) = (.number(1), .number(-2), .latin1)
        let tensors = TensorFiles(train: ["i", "l", "t"], test: ["x", "y", "z"], classes: 3)
        let sizes = GeneratedSequences(minimumLength: 3, maximumLength: 3, train: 2, test: 3)
        return [
            (.classification, .tsv(text)), (.classification, .csv(divided)), (.tagging, .jsonl(keyed)),
            (.tagging, .conllu(columns)), (.tagging, .columns(columns)), (.tagging, .npy(tensors)),
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
