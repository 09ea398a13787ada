import ReproFormats

/// The paths of text files, and every option that decides what a model reads of them.
public struct TextFiles: Sendable, Equatable {
    /// The file of the training split, or of all splits that the division makes.
    public var train: String
    /// The file of the validation split; nil for none.
    public var validation: String?
    /// The file of the test split; nil for none.
    public var test: String?
    /// The splits that are drawn from the training file; nil for none.
    public var division: Division?
    /// Which columns are read, and how their bytes become characters.
    public var layout = RecordLayout()
    /// How a text becomes tokens.
    public var tokenization: Tokenization
    /// Which tokens have a number of their own.
    public var limits = Vocabulary.Limits()
    /// What becomes of labels that the training split lacks.
    public var unseenLabels = UnseenLabels.error

    /// What becomes of a label of another split that the training split lacks.
    public enum UnseenLabels: String, Sendable, CaseIterable {
        /// It ends the run.
        case error
        /// Its sequence is left out.
        case skip
        /// No prediction of it is right, and no loss is taken of it.
        case wrong
    }

    public init(train: String, validation: String? = nil, test: String? = nil, lowercase: Bool = false) {
        self.train = train
        self.validation = validation
        self.test = test
        tokenization = Tokenization(lowercase: lowercase)
    }

    /// Whether A–Z are read as a–z.
    public var lowercase: Bool { tokenization.lowercase }

    /// The splits that have a file of their own, with their files.
    public var splits: [(split: Split, path: String)] {
        [(.train, train)]
            + [(Split.validation, validation), (.test, test)].compactMap { split, path in path.map { (split, $0) } }
    }

    func mappingPaths(_ transform: (String) -> String) -> TextFiles {
        var files = self
        files.train = transform(train)
        files.validation = validation.map(transform)
        files.test = test.map(transform)
        return files
    }
}
