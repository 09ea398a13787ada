import Foundation
import Repro

// Answers of optimisers, schedules, scores, runs and the chain of states.
extension ConformanceAnswers {
    func optimiser(_ asked: ConformanceCase) throws -> String {
        let options = ConformanceCase(try asked.value("options"))
        guard let name = TrainingOptions.OptimizerName(rawValue: try asked.text("optimiser")) else {
            throw asked.malformed("there is no such optimiser")
        }
        func number(_ key: String, default usual: Double) -> Double { options.optional(key)?.double ?? usual }
        var training = TrainingOptions(
            optimizer: name, learningRate: try options.number("rate"), momentum: number("momentum", default: 0),
            beta1: number("beta1", default: 0.9), beta2: number("beta2", default: 0.999),
            epsilon: number("epsilon", default: 1e-8), weightDecay: number("decay", default: 0),
            clipNorm: asked.optional("clip")?.double, batchSize: 1, epochs: 1)
        training.additions.clipValue = asked.optional("clip_value")?.double
        var parameters = try asked.members("parameters").map {
            Parameter(name: $0.key, value: try asked.tensor($0.value))
        }
        var optimizer = Optimizer(training, parameters: parameters)
        for step in try asked.array("steps") {
            let gradients = try parameters.map { try asked.tensor(try ConformanceCase(step).value($0.name)) }
            try optimizer.apply(gradients, to: &parameters, engine: engine)
        }
        let state = optimizer.tensors.map { (name: $0.name, value: Result.floats($0.value)) }
        return digest(
            parameters.map { (name: $0.name, value: Result.floats($0.value)) } + state
                + [("optimizer.step", .integers([Int64(optimizer.step)], shape: []))])
    }

    func rates(_ asked: ConformanceCase) throws -> String {
        var training = TrainingOptions(
            optimizer: .sgd, learningRate: try asked.number("rate"), batchSize: 1, epochs: 1)
        training.additions.warmup = asked.optional("warmup")?.int ?? 0
        if asked.optional("schedule") != nil { training.schedule = try schedule(asked) }
        var (found, step): ([Int64], Int) = ([], 0)
        for epoch in 0..<(try asked.int("epochs")) {
            for _ in 0..<(asked.optional("steps")?.int ?? 1) {
                let rate = try training.learningRate(epoch: epoch, step: step)
                found.append(Int64(bitPattern: rate.bitPattern))
                step += 1
            }
        }
        return digest([("rates", .integers(found, shape: [found.count]))])
    }

    private func schedule(_ asked: ConformanceCase) throws -> Schedule {
        let options = ConformanceCase(try asked.value("schedule"))
        switch try options.text("kind") {
        case "step": return .step(every: try options.int("every"), factor: try options.number("factor"))
        case "exponential": return .exponential(factor: try options.number("factor"))
        case "linear":
            return .linear(
                start: try options.number("start"), end: try options.number("end"), epochs: try options.int("epochs"))
        default: return .cosine(epochs: try options.int("epochs"), end: try options.number("end"))
        }
    }

    func score(_ asked: ConformanceCase) throws -> String {
        let which = try asked.text("score")
        let found: Double
        switch which {
        case "accuracy", "macroF1":
            let (targets, predictions) = (try asked.ints("targets"), try asked.ints("predictions"))
            let matrix = ConfusionMatrix(
                targets: targets, predictions: predictions, classes: 1 + (targets + predictions).reduce(0, max))
            found = which == "accuracy" ? matrix.accuracy : matrix.macro.f1
        case "spanF1":
            func labels(_ key: String) throws -> [[UInt8]] {
                try asked.array(key).map { Array(($0.string ?? "").utf8) }
            }
            found =
                SpanScores(
                    targets: try labels("targets"), predictions: try labels("predictions"),
                    lengths: try asked.ints("lengths")
                ).micro.f1
        default:
            let scores = RegressionScores(
                targets: Array(try asked.tensor(try asked.value("targets")).elements),
                predictions: Array(try asked.tensor(try asked.value("predictions")).elements))
            found =
                switch which {
                case "mae": scores.meanAbsoluteError
                case "rmse": scores.rootMeanSquaredError
                default: scores.r2 ?? .nan
                }
        }
        return digest([("score", .integers([Int64(bitPattern: found.bitPattern)], shape: [1]))])
    }

    // Runs.

    func run(_ asked: ConformanceCase) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in asked.optional("files")?.members ?? [] {
            try Data(asked.content(of: file.value)).write(to: folder.appendingPathComponent(file.key))
        }
        do {
            return try answer(asked, folder.path)
        } catch let error as NotFiniteError {
            return "not finite: \(error.stage?.description ?? "?"): \(error.tensor): \(error.element)"
        } catch is ExperimentError {
            return "refused"
        } catch let error as FormatError where error.category == .badData && error.path != ConformanceCase.source {
            return "refused"
        }
    }

    private func answer(_ asked: ConformanceCase, _ folder: String) throws -> String {
        let (experiment, seed) = try Experiment.decode(try asked.value("config"), path: folder + "/experiment.json")
        guard let seed else { throw asked.malformed("its experiment has no seed") }
        let name = asked.optional("stage")?.string
        let leaf = asked.optional("leaf")?.string
        let options = RunOptions(
            detail: leaf == nil ? .stage : .tensor, lastStage: name.flatMap { StageID($0) },
            resolve: { folder + "/" + $0 })
        let trace = try experiment.run(seed: seed, engine: engine, options: options).trace
        guard name != nil, let stage = trace.stages.last else { return trace.root.hexadecimal }
        if let leaf {
            guard let found = stage.leaves?.first(where: { $0.name == leaf }) else {
                throw asked.malformed("the stage has no leaf '\(leaf)'")
            }
            return found.digest.hexadecimal
        }
        return (asked.optional("part") == nil ? stage.digest : stage.streams).hexadecimal
    }

    // Committed states.

    func state(_ asked: ConformanceCase) throws -> String {
        let arrays = try asked.members("tensors").map { member -> NamedArray in
            guard let parts = member.value.elements, parts.count == 3, let type = parts[0].string,
                let shape = parts[1].elements?.compactMap(\.int)
            else { throw asked.malformed("a tensor is a type, a shape and bytes") }
            let bytes = try asked.bytes(of: parts[2].string ?? "")
            func word(_ at: Int, _ size: Int) -> UInt64 {
                (0..<size).reduce(0) { $0 | UInt64(bytes[at * size + $1]) << UInt64(8 * $1) }
            }
            if type == "F32" {
                let elements = (0..<bytes.count / 4).map { Float(bitPattern: UInt32(word($0, 4))) }
                return NamedArray(member.key, .float(Tensor(shape: shape, elements: elements)))
            }
            let elements = (0..<bytes.count / 8).map { Int64(bitPattern: word($0, 8)) }
            return NamedArray(member.key, .int(shape: shape, elements: elements))
        }
        let metadata = try asked.members("metadata").filter { $0.key != "digest" }.map {
            (key: $0.key, value: $0.value.string ?? "")
        }
        return Checkpoint.digest(arrays, metadata, hashing).hexadecimal
    }

    func chain(_ asked: ConformanceCase) throws -> String {
        let manifest = try JSONValue.parse(try asked.text("manifest"), path: ConformanceCase.source)
        var chain = StateChain(
            contract: try ConformanceCase(manifest).value("contract"),
            options: try ConformanceCase(manifest).value("options"), seed: try ConformanceCase(manifest).value("seed"),
            hashing: hashing)
        for state in asked.optional("states")?.elements ?? [] {
            guard let pair = state.elements, pair.count == 2, let step = pair[0].int else {
                throw asked.malformed("a state is a step and a digest")
            }
            chain.append(step: step, state: try asked.digest(pair[1]))
        }
        if let root = asked.optional("root") { chain.finish(root: try asked.digest(root)) }
        return (chain.end?.head ?? chain.links.last?.link ?? chain.run).hexadecimal
    }
}
