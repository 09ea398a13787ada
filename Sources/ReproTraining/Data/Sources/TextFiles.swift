import ReproFormats

/// The paths of text files, one per split, and how they are read.
public struct TextFiles: Sendable, Equatable {
    /// The file of the training split.
    public var train: String
    /// The file of the validation split; nil for none.
    public var validation: String?
    /// The file of the test split; nil for none.
    public var test: String?
    /// Whether A–Z are read as a–z.
    public var lowercase: Bool

    public init(train: String, validation: String? = nil, test: String? = nil, lowercase: Bool = false) {
        self.train = train
        self.validation = validation
        self.test = test
        self.lowercase = lowercase
    }

    /// The splits that there are, with their files.
    public var splits: [(split: Split, path: String)] {
        [(.train, train)]
            + [(Split.validation, validation), (.test, test)].compactMap { split, path in path.map { (split, $0) } }
    }
}

extension TextFiles {
    init(_ options: inout OptionReader) throws(FormatError) {
        self.init(
            train: try options.string("train"),
            validation: options.has("validation") ? try options.string("validation") : nil,
            test: options.has("test") ? try options.string("test") : nil,
            lowercase: try options.bool("lowercase", default: false))
    }

    var json: JSONValue {
        .object(splits.map { .init($0.split.rawValue, $0.path.json) } + [.init("lowercase", lowercase.json)])
    }

    func mappingPaths(_ transform: (String) -> String) -> TextFiles {
        TextFiles(
            train: transform(train), validation: validation.map(transform), test: test.map(transform),
            lowercase: lowercase)
    }

    /// Reads every split and numbers it by the training split.
    func dataset(
        _ request: DataRequest, parse: ([UInt8], String) throws -> [LabelledSequence]
    ) throws -> Dataset {
        var read: [(split: Split, sequences: [LabelledSequence])] = []
        var contents: [(split: Split, contents: [[UInt8]])] = []
        for (split, path) in splits {
            let bytes = try ByteFile.contents(of: request.resolve(path))
            let sequences = try parse(bytes, request.resolve(path))
            read.append((split, lowercase ? sequences.map(\.lowercased) : sequences))
            contents.append((split, [bytes]))
        }
        return try Dataset(
            read, origins: splits.map { .file(request.resolve($0.path)) }, for: request, files: contents)
    }
}
