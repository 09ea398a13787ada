import ReproFormats
import ReproRandom

/// Words of letters, labelled by the sum of their first and last letter's numbers modulo the classes.
public struct EndsSource: TrainingSource {
    static let format = "ends"
    static let tasks = [Experiment.Task.classification]

    /// How many sequences there are, and how long they are.
    public var sizes: GeneratedSequences
    /// How many classes there are.
    public var classes: Int
    /// How many letters words are made of, the first ones of a–z.
    public var letters: Int

    var options: JSONValue { sizes.json.adding(["classes": classes, "letters": letters]) }

    func dataset(_ request: DataRequest) throws -> Dataset {
        let splits = sizes.generate(from: request.streams) { length, generator in
            let values = (0..<length).map { _ in generator.pick(letters) }
            let label = (values[0] + values[length - 1]) % classes
            return LabelledSequence(
                tokens: values.map { [UInt8(ascii: "a") + UInt8($0)] }, labels: [Array(String(label).utf8)])
        }
        return try Dataset(splits, for: request)
    }
}

extension EndsSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        self.init(
            sizes: try GeneratedSequences(&options), classes: try options.integer("classes", in: 2...10),
            letters: try options.integer("letters", in: 2...26))
    }
}

extension DataSource where Self == EndsSource {
    /// Data made by this source.
    public static func ends(_ sizes: GeneratedSequences, classes: Int, letters: Int) -> EndsSource {
        EndsSource(sizes: sizes, classes: classes, letters: letters)
    }
}
