import ReproFormats
import ReproNN
import ReproNumerics
import ReproRandom

/// Sequences of numbers, labelled 1 where the sum of their first feature is above 0, else 0.
public struct BalanceSource: TrainingSource {
    static let format = "balance"
    static let tasks = [Experiment.Task.classification]

    /// How many sequences there are, and how long they are.
    public var sizes: GeneratedSequences
    /// How many features a position has.
    public var features: Int

    var options: JSONValue { sizes.json.adding(["features": features]) }

    func dataset(_ request: DataRequest) throws -> Dataset {
        let splits = sizes.generate(from: request.streams) { length, generator in
            let values = generator.uniforms(length * features, from: -1, to: 1)
            var sum: Float = 0
            for step in 0..<length { sum += values[step * features] }
            return (values: values, label: [UInt8(ascii: sum > 0 ? "1" : "0")])
        }
        let classes = Classes(ofTraining: splits[0].sequences.lazy.map(\.label))
        let numbered = try splits.map { split, sequences in
            let elements = sequences.flatMap(\.values)
            let batch = SequenceBatch(
                inputs: .features(Tensor(shape: [elements.count / features, features], elements: elements)),
                lengths: sequences.map { $0.values.count / features },
                targets: try sequences.map { try classes.number(of: $0.label, in: split, seed: request.streams.seed) })
            return (split: split, sequences: SequenceSet(batch, tagging: false))
        }
        return Dataset(
            input: .features(features), classes: classes.labels.count, labels: classes.labels, splits: numbered)
    }
}

extension BalanceSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        let features = try options.integer("features", in: 1...100_000)
        self.init(sizes: try GeneratedSequences(&options, features: features), features: features)
    }
}

extension DataSource where Self == BalanceSource {
    /// Data made by this source.
    public static func balance(_ sizes: GeneratedSequences, features: Int) -> BalanceSource {
        BalanceSource(sizes: sizes, features: features)
    }
}
