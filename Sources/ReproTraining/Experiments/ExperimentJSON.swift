import ReproFormats
import ReproNN

extension Experiment {
    /// Reads an experiment and, where the file has one, its seed.
    ///
    /// - Throws: `FormatError` with line and key for what is missing, unknown, of another kind or out of range.
    public static func read(path: String) throws(FormatError) -> (experiment: Experiment, seed: UInt64?) {
        try decode(try JSONValue.read(path: path), path: path)
    }

    public static func decode(
        _ value: JSONValue, path: String
    ) throws(FormatError) -> (experiment: Experiment, seed: UInt64?) {
        var options = try OptionReader(value, path: path)
        let name = try options.string("name")
        guard isValidName(name) else {
            throw options.error(
                "name", "'\(name)' cannot name a file",
                remedy: "use letters, digits, '-', '_' and '.', a letter or digit first, and not 'index'")
        }
        let task: Task = try options.choice("task")
        var dataOptions = try options.object("data")
        let data = try DataSource(&dataOptions, task: task)
        try dataOptions.finish()
        var modelOptions = try options.object("model")
        let model = try ModelOptions(&modelOptions, task: task)
        try modelOptions.finish()
        var training: TrainingOptions?
        var digest = DigestDetail.step
        if task != .inspection {
            var trainingOptions = try options.object("training")
            training = try TrainingOptions(&trainingOptions)
            try trainingOptions.finish()
            digest = try options.choice("digest", default: .step)
        }
        var seed: UInt64?
        if options.has("seed") {
            guard let number = try options.value("seed").uint64 else {
                throw options.error("seed", "not an integer from 0 to 2^64−1", remedy: "correct the value")
            }
            seed = number
        }
        try options.finish()
        let experiment = Experiment(
            name: name, task: task, data: data, model: model, training: training, digest: digest)
        return (experiment, seed)
    }

    /// Whether a name can stand in a file name: ASCII letters, digits, `-`, `_`, `.`, a letter or digit first.
    static func isValidName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        let isLetterOrDigit = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard let first = bytes.first, isLetterOrDigit(first), bytes.count <= 100,
            Text.lowercase(bytes) != Array("index".utf8)
        else { return false }
        return bytes.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
    }

    /// Every option spelled out, in the order of the documentation.
    public var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("task", .string(task.rawValue)), .init("data", data.json),
            .init("model", model.json(task: task)),
        ]
        if let training {
            members.append(.init("training", training.json))
            members.append(.init("digest", .string(digest.rawValue)))
        }
        return .object(members)
    }
}

extension ModelOptions {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        let cells: [Cell]
        if task == .inspection, options.has("cells") {
            let elements = try options.value("cells").elements ?? []
            var found: [Cell] = []
            for name in elements.compactMap(\.string) {
                let cell: Cell = try options.choice(name, "cells")
                if !found.contains(cell) { found.append(cell) }
            }
            guard !found.isEmpty, found.count == elements.count else {
                throw options.error("cells", "not a list of different cells", remedy: "write [\"gru\", \"lstm\"]")
            }
            cells = found
        } else {
            cells = [try options.choice("cell", default: Cell.lstm)]
        }
        let sizes = 1...1_000_000
        let hidden = try options.integer("hidden", in: sizes)
        self.init(
            cells: cells,
            bidirectional: try options.bool("bidirectional", default: true),
            layers: try options.integer("layers", default: 1, in: 1...1000),
            embedding: task == .inspection ? 0 : try options.integer("embedding", default: 0, in: 0...1_000_000),
            hidden: hidden,
            projection: try options.integer("projection", default: 0, in: 0...1_000_000),
            bias: try options.bool("bias", default: true),
            nonlinearity: try options.choice("nonlinearity", default: .tanh),
            dropout: task == .inspection ? 0 : try options.number("dropout", default: 0, in: 0...1),
            pooling: task == .inspection ? .concat : try options.choice("pooling", default: .concat),
            head: task == .inspection ? .softmax : try options.choice("head", default: .softmax),
            initialization: try options.choice("init", default: .repro))
        if initialization == .torch && embedding > 0 {
            throw options.error(
                "init",
                "an embedding cannot start from PyTorch's numbers, which pass through the platform's log and cos",
                remedy: "use \"repro\", or data of features without an embedding")
        }
        if projection > 0 && (projection >= hidden || cells != [.lstm]) {
            throw options.error(
                "projection", "a projection of \(projection) does not fit",
                remedy: "use an LSTM, and a projection smaller than its \(hidden) hidden units")
        }
        if head == .sigmoid && task == .tagging {
            throw options.error("head", "tagging has no sigmoid head", remedy: "use \"softmax\"")
        }
    }

    func json(task: Experiment.Task) -> JSONValue {
        var members: [JSONValue.Member] =
            task == .inspection
            ? [.init("cells", .array(cells.map { .string($0.rawValue) }))]
            : [.init("cell", .string(cells[0].rawValue))]
        members += [
            .init("bidirectional", .bool(bidirectional)), .init("layers", .number(layers)),
        ]
        if task != .inspection { members.append(.init("embedding", .number(embedding))) }
        members += [
            .init("hidden", .number(hidden)), .init("projection", .number(projection)), .init("bias", .bool(bias)),
            .init("nonlinearity", .string(nonlinearity.rawValue)),
        ]
        if task != .inspection {
            members += [
                .init("dropout", .number(dropout)), .init("pooling", .string(pooling.rawValue)),
                .init("head", .string(head.rawValue)),
            ]
        }
        // Left out where it is the default, so that goldens from before the option stay as they are.
        if initialization != .repro { members.append(.init("init", .string(initialization.rawValue))) }
        return .object(members)
    }
}

extension TrainingOptions {
    init(_ options: inout OptionReader) throws(FormatError) {
        let fraction = 0.0...(1.0).nextDown
        let positive = Double.leastNormalMagnitude...1e30
        self.init(
            optimizer: try options.choice("optimizer"),
            learningRate: try options.number("learningRate", in: positive),
            momentum: try options.number("momentum", default: 0, in: fraction),
            beta1: try options.number("beta1", default: 0.9, in: fraction),
            beta2: try options.number("beta2", default: 0.999, in: fraction),
            epsilon: try options.number("epsilon", default: 1e-8, in: positive),
            weightDecay: try options.number("weightDecay", default: 0, in: 0...1e30),
            batchSize: try options.integer("batchSize", in: 1...1_000_000_000),
            epochs: try options.integer("epochs", in: 1...100_000),
            shards: try options.integer("shards", default: 1, in: 1...1_000_000))
        if options.has("clipNorm"), !(try options.value("clipNorm").isNull) {
            clipNorm = try options.number("clipNorm", in: positive)
        }
        if options.has("microBatch"), !(try options.value("microBatch").isNull) {
            microBatch = try options.integer("microBatch", in: 1...1_000_000_000)
        }
        if options.has("schedule"), !(try options.value("schedule").isNull) {
            var scheduleOptions = try options.object("schedule")
            schedule = try Schedule(&scheduleOptions)
            try scheduleOptions.finish()
        }
    }

    /// Micro-batches and a schedule are named where there are any, so that experiments without them read as they always did.
    var json: JSONValue {
        .object(
            [
                .init("optimizer", .string(optimizer.rawValue)), .init("learningRate", .number(learningRate)),
                .init("momentum", .number(momentum)), .init("beta1", .number(beta1)), .init("beta2", .number(beta2)),
                .init("epsilon", .number(epsilon)), .init("weightDecay", .number(weightDecay)),
                .init("clipNorm", clipNorm.map { .number($0) } ?? .null), .init("batchSize", .number(batchSize)),
                .init("epochs", .number(epochs)), .init("shards", .number(shards)),
            ] + (microBatch.map { [.init("microBatch", .number($0))] } ?? [])
                + (schedule.map { [.init("schedule", $0.json)] } ?? []))
    }
}
