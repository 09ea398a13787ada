import ReproFormats
import ReproNumerics
import ReproRandom

/// Numbers drawn from U(0, 1), `[B, T, I]`.
public struct UniformSource: InspectionSource {
    static let format = "uniform"
    static let tasks = [Experiment.Task.inspection]

    /// How many sequences there are.
    public var batch: Int
    /// How many steps a sequence has.
    public var steps: Int
    /// How many features a step has.
    public var features: Int
    /// The valid steps of each sequence, one list per view.
    public var lengths: [[Int]]

    var options: JSONValue { ["batch": batch, "steps": steps, "features": features, "lengths": lengths] }

    func input(from streams: RandomStreams) -> (input: Tensor, lengths: [[Int]]) {
        let elements = streams.draw(.generatedData, key: 0) { $0.uniforms(batch * steps * features) }
        return (Tensor(shape: [batch, steps, features], elements: elements), lengths)
    }
}

extension UniformSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        let batch = try options.integer("batch", in: 1...100_000)
        let steps = try options.integer("steps", in: 1...100_000)
        let features = try options.integer("features", in: 1...100_000)
        guard batch * steps * features <= Experiment.greatestElementCount else {
            throw options.error(
                "features",
                "\(batch) × \(steps) × \(features) elements are more than \(Experiment.greatestElementCount)",
                remedy: "make batch, steps or features smaller")
        }
        self.init(
            batch: batch, steps: steps, features: features, lengths: try options.lengths(batch: batch, steps: steps))
    }
}

extension DataSource where Self == UniformSource {
    /// Data made by this source.
    public static func uniform(batch: Int, steps: Int, features: Int, lengths: [[Int]]) -> UniformSource {
        UniformSource(batch: batch, steps: steps, features: features, lengths: lengths)
    }
}
