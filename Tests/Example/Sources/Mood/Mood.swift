import Repro

/// Tells good moods from bad ones: `Mood FOLDER` trains and evaluates, `Mood FOLDER bless BY REASON` vouches for the result.
@main
public struct Mood {
    public static let seed: UInt64 = 42
    public static let experiment = Experiment(
        name: "mood", task: .classification,
        data: .tsv(.init(train: "Data/train.tsv", test: "Data/test.tsv", lowercase: true)),
        model: ModelOptions(embedding: 8, hidden: 8),
        training: TrainingOptions(
            optimizer: .adam, learningRate: 0.02, batchSize: 4, epochs: 20, schedule: .step(every: 10, factor: 0.5)))

    /// Trains on the data below a folder.
    public static func train(in folder: String, engine: Engine) throws -> RunResult {
        let options = RunOptions(resolve: { Paths.resolve($0, against: folder) })
        return try experiment.run(seed: seed, engine: engine, options: options)
    }

    public static func main() throws {
        let arguments = CommandLine.arguments
        let folder = arguments.count > 1 ? arguments[1] : "."
        let engine = try Engine(threads: 2)
        if arguments.count == 5, arguments[2] == "bless" {
            let goldens = GoldenFolder(path: folder + "/Goldens")
            let blessing = Blessing(folder: goldens, engine: engine, by: arguments[3], reason: arguments[4])
            try goldens.commit([blessing.proposal(for: experiment, seed: seed, base: folder).change])
        }
        let result = try train(in: folder, engine: engine)
        for (name, value) in result.metrics { print(name, value) }
        print("digest", result.trace.root)
    }
}
