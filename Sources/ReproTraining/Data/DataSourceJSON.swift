import ReproFormats

extension DataSource {
    /// The names of `data.format`.
    enum Format: String, CaseIterable {
        case tsv, conllu, npy, safetensors, roman, ends, balance, values, uniform

        /// What a task can read.
        static func valid(for task: Experiment.Task) -> [Format] {
            switch task {
            case .classification: [.tsv, .npy, .safetensors, .ends, .balance]
            case .tagging: [.conllu, .npy, .safetensors, .roman]
            case .inspection: [.values, .uniform]
            }
        }
    }

    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        let format: Format = try options.choice("format")
        guard Format.valid(for: task).contains(format) else {
            throw options.error(
                "format", "\(task.rawValue) does not read '\(format.rawValue)'",
                remedy: "valid: " + Format.valid(for: task).map(\.rawValue).joined(separator: ", "))
        }
        switch format {
        case .tsv, .conllu:
            let files = TextFiles(
                train: try options.string("train"),
                validation: options.has("validation") ? try options.string("validation") : nil,
                test: options.has("test") ? try options.string("test") : nil,
                lowercase: try options.bool("lowercase", default: false))
            self = format == .tsv ? .tsv(files) : .conllu(files)
        case .npy, .safetensors:
            let kind: TensorFiles.Format = format == .npy ? .npy : .safetensors
            self = .tensors(
                TensorFiles(
                    format: kind, train: try DataSource.paths("train", kind, &options),
                    validation: options.has("validation") ? try DataSource.paths("validation", kind, &options) : nil,
                    test: options.has("test") ? try DataSource.paths("test", kind, &options) : nil,
                    classes: try options.integer("classes", in: 2...1_000_000)))
        case .roman: self = .roman
        case .ends:
            let sizes = try GeneratedSequences(&options)
            self = .ends(
                sizes, classes: try options.integer("classes", in: 2...10),
                letters: try options.integer("letters", in: 2...26))
        case .balance:
            let sizes = try GeneratedSequences(&options)
            let features = try options.integer("features", in: 1...100_000)
            guard (sizes.train + sizes.test) * sizes.maximumLength * features <= Experiment.greatestElementCount else {
                throw options.error(
                    "features", "more than \(Experiment.greatestElementCount) elements may come of these sizes",
                    remedy: "make train, test, maximumLength or features smaller")
            }
            self = .balance(sizes, features: features)
        case .values:
            let values = try options.value("input").tensorOfDoubles
            guard let values else {
                throw options.error(
                    "input", "not numbers [sequence][step][feature], finite and of equal sizes",
                    remedy: "write [[[0.1, 0.2], [0.3, 0.4]]]")
            }
            self = .values(
                values, lengths: try DataSource.lengths(batch: values.count, steps: values[0].count, &options))
        case .uniform:
            let batch = try options.integer("batch", in: 1...100_000)
            let steps = try options.integer("steps", in: 1...100_000)
            let features = try options.integer("features", in: 1...100_000)
            guard batch * steps * features <= Experiment.greatestElementCount else {
                throw options.error(
                    "features",
                    "\(batch) × \(steps) × \(features) elements are more than \(Experiment.greatestElementCount)",
                    remedy: "make batch, steps or features smaller")
            }
            self = .uniform(
                batch: batch, steps: steps, features: features,
                lengths: try DataSource.lengths(batch: batch, steps: steps, &options))
        }
    }

    /// Sets of lengths; one of all steps where the option is absent.
    private static func lengths(
        batch: Int, steps: Int, _ options: inout OptionReader
    ) throws(FormatError) -> [[Int]] {
        guard options.has("lengths") else { return [[Int](repeating: steps, count: batch)] }
        let sets = try options.value("lengths").elements?.map { $0.integers ?? [] } ?? []
        guard !sets.isEmpty, sets.allSatisfy({ $0.count == batch && $0.allSatisfy { (1...steps).contains($0) } }) else {
            throw options.error(
                "lengths", "not sets of \(batch) lengths from 1 to \(steps)", remedy: "write [[3, 3], [3, 2]]")
        }
        return sets
    }

    private static func paths(
        _ key: String, _ format: TensorFiles.Format, _ options: inout OptionReader
    ) throws(FormatError) -> [String] {
        if format == .safetensors { return [try options.string(key)] }
        var files = try options.object(key)
        var paths: [String] = []
        for name in Dataset.tensorNames { paths.append(try files.string(name)) }
        try files.finish()
        return paths
    }

    /// The same source with every path changed.
    public func mappingPaths(_ transform: (String) -> String) -> DataSource {
        func mapped(_ files: TextFiles) -> TextFiles {
            TextFiles(
                train: transform(files.train), validation: files.validation.map(transform),
                test: files.test.map(transform), lowercase: files.lowercase)
        }
        switch self {
        case .tsv(let files): return .tsv(mapped(files))
        case .conllu(let files): return .conllu(mapped(files))
        case .tensors(let files):
            return .tensors(
                TensorFiles(
                    format: files.format, train: files.train.map(transform),
                    validation: files.validation?.map(transform), test: files.test?.map(transform),
                    classes: files.classes))
        case .roman, .ends, .balance, .values, .uniform: return self
        }
    }

    /// The paths of all files, in the order of the splits.
    public var paths: [String] {
        switch self {
        case .tsv(let files), .conllu(let files): files.splits.map(\.path)
        case .tensors(let files): files.splits.flatMap(\.paths)
        case .roman, .ends, .balance, .values, .uniform: []
        }
    }

    var json: JSONValue {
        func object(_ format: Format, _ members: [JSONValue.Member]) -> JSONValue {
            .object([.init("format", .string(format.rawValue))] + members)
        }
        func text(_ files: TextFiles) -> [JSONValue.Member] {
            files.splits.map { .init($0.split.rawValue, .string($0.path)) } + [
                .init("lowercase", .bool(files.lowercase))
            ]
        }
        func sets(_ lengths: [[Int]]) -> JSONValue { .array(lengths.map { .array($0.map { .number($0) }) }) }
        switch self {
        case .tsv(let files): return object(.tsv, text(files))
        case .conllu(let files): return object(.conllu, text(files))
        case .tensors(let files):
            let splits = files.splits.map { split, paths in
                JSONValue.Member(
                    split.rawValue,
                    files.format == .safetensors
                        ? .string(paths[0])
                        : .object(zip(Dataset.tensorNames, paths).map { .init($0, .string($1)) }))
            }
            return object(
                files.format == .npy ? .npy : .safetensors, splits + [.init("classes", .number(files.classes))])
        case .roman: return object(.roman, [])
        case .ends(let sizes, let classes, let letters):
            return object(.ends, sizes.json + [.init("classes", .number(classes)), .init("letters", .number(letters))])
        case .balance(let sizes, let features):
            return object(.balance, sizes.json + [.init("features", .number(features))])
        case .values(let values, let lengths):
            let input = JSONValue.array(values.map { .array($0.map { .array($0.map { .number($0) }) }) })
            return object(.values, [.init("input", input), .init("lengths", sets(lengths))])
        case .uniform(let batch, let steps, let features, let lengths):
            return object(
                .uniform,
                [
                    .init("batch", .number(batch)), .init("steps", .number(steps)),
                    .init("features", .number(features)), .init("lengths", sets(lengths)),
                ])
        }
    }
}

extension DataSource.GeneratedSequences {
    init(_ options: inout OptionReader) throws(FormatError) {
        let sizes = 1...10_000_000
        options.expect("maximumLength")
        let minimum = try options.integer("minimumLength", in: 1...10_000)
        self.init(
            minimumLength: minimum, maximumLength: try options.integer("maximumLength", in: minimum...10_000),
            train: try options.integer("train", in: sizes), test: try options.integer("test", in: sizes))
    }

    var json: [JSONValue.Member] {
        [
            .init("minimumLength", .number(minimumLength)), .init("maximumLength", .number(maximumLength)),
            .init("train", .number(train)), .init("test", .number(test)),
        ]
    }
}

extension JSONValue {
    /// The elements of an array of integers; nil where one of them is none.
    fileprivate var integers: [Int]? {
        guard let elements else { return nil }
        let integers = elements.compactMap(\.int)
        return integers.count == elements.count ? integers : nil
    }

    /// Numbers three deep, finite as binary32, every level of one size and none empty; nil for anything else.
    fileprivate var tensorOfDoubles: [[[Double]]]? {
        guard let sequences = elements, !sequences.isEmpty else { return nil }
        var result: [[[Double]]] = []
        for sequence in sequences {
            guard let steps = sequence.elements, !steps.isEmpty else { return nil }
            var rows: [[Double]] = []
            for step in steps {
                let numbers = step.elements?.compactMap(\.double) ?? []
                guard !numbers.isEmpty, numbers.count == step.elements?.count,
                    numbers.allSatisfy({ Float($0).isFinite }),
                    numbers.count == (result.first ?? rows).first?.count ?? numbers.count
                else { return nil }
                rows.append(numbers)
            }
            guard rows.count == (result.first?.count ?? rows.count) else { return nil }
            result.append(rows)
        }
        return result
    }
}
