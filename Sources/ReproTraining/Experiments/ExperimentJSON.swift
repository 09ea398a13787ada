import ReproFormats

// Converts an experiment to and from its JSON, which holds every option spelled out.

extension Experiment {
    /// Reads an experiment and, where the file has one, its seed.
    ///
    /// - Throws: `FormatError` with line and key for what is missing, unknown, of another kind or out of range.
    public static func read(path: String) throws(FormatError) -> (experiment: Experiment, seed: UInt64?) {
        try decode(try JSONValue.read(path: path), path: path)
    }

    /// Reads an experiment and, where it has one, its seed from parsed JSON.
    ///
    /// - Throws: `FormatError` with line and key for what is missing, unknown, of another kind or out of range.
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
        let data = try DataSources.read(&dataOptions, task: task)
        try dataOptions.finish()
        var modelOptions = try options.object("model")
        let model = try ModelOptions(&modelOptions, task: task)
        try modelOptions.finish()
        var training: TrainingOptions?
        var digest = DigestDetail.step
        if task != .inspection {
            var trainingOptions = try options.object("training")
            training = try TrainingOptions(&trainingOptions, task: task, head: model.head)
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
        var json: JSONValue = [
            "name": name, "task": task.rawValue, "data": data.json, "model": model.json(task: task),
        ]
        if let training { json = json.adding(["training": training.json, "digest": digest.rawValue]) }
        return json
    }
}
