import ReproFormats
import ReproRandom

/// A format of text files that an experiment's JSON can name.
public protocol TextFormat: Sendable {
    /// What each record is.
    static var records: RecordFormat { get }
    /// The tasks that can read it.
    static var tasks: [Experiment.Task] { get }
}

/// Lines of a label and a text.
public enum TSVFormat: TextFormat {
    /// What each record is.
    public static let records = RecordFormat.tsv
    /// The tasks that can read it.
    public static let tasks = [Experiment.Task.classification, .regression]
}

/// Rows of a table, with quotes.
public enum CSVFormat: TextFormat {
    /// What each record is.
    public static let records = RecordFormat.csv
    /// The tasks that can read it.
    public static let tasks = [Experiment.Task.classification, .regression]
}

/// Lines of JSON objects with a text and a label, or a list of words and one of labels.
public enum JSONLinesFormat: TextFormat {
    /// What each record is.
    public static let records = RecordFormat.jsonl
    /// The tasks that can read it.
    public static let tasks = [Experiment.Task.classification, .tagging, .regression]
}

/// Sentences whose words are tagged.
public enum CoNLLUFormat: TextFormat {
    /// What each record is.
    public static let records = RecordFormat.conllu
    /// The tasks that can read it.
    public static let tasks = [Experiment.Task.tagging]
}

/// Sentences in columns, with blank lines between.
public enum ColumnsFormat: TextFormat {
    /// What each record is.
    public static let records = RecordFormat.columns
    /// The tasks that can read it.
    public static let tasks = [Experiment.Task.tagging]
}

/// A source that reads text files.
package protocol TextReadingSource {
    /// What each record of its files is.
    var records: RecordFormat { get }
    /// The files, and what is read of them.
    var files: TextFiles { get }
}

/// Text files of one format.
public struct TextSource<Format: TextFormat>: TrainingSource, TextReadingSource {
    static var format: String { Format.records.rawValue }
    static var tasks: [Experiment.Task] { Format.tasks }

    /// The files, and what is read of them.
    public var files: TextFiles

    package var records: RecordFormat { Format.records }
    var options: JSONValue { files.json }
    public var paths: [String] { files.splits.map(\.path) }

    public func mappingPaths(_ transform: (String) -> String) -> TextSource {
        TextSource(files: files.mappingPaths(transform))
    }

    func dataset(_ request: DataRequest) throws -> Dataset { try files.dataset(Format.records, request) }
}

extension TextSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        files = try TextFiles(&options, Format.records, task: task)
    }
}

extension DataSource where Self == TextSource<TSVFormat> {
    /// Data read by this source.
    public static func tsv(_ files: TextFiles) -> Self { TextSource(files: files) }
}

extension DataSource where Self == TextSource<CSVFormat> {
    /// Data read by this source.
    public static func csv(_ files: TextFiles) -> Self { TextSource(files: files) }
}

extension DataSource where Self == TextSource<JSONLinesFormat> {
    /// Data read by this source.
    public static func jsonl(_ files: TextFiles) -> Self { TextSource(files: files) }
}

extension DataSource where Self == TextSource<CoNLLUFormat> {
    /// Data read by this source.
    public static func conllu(_ files: TextFiles) -> Self { TextSource(files: files) }
}

extension DataSource where Self == TextSource<ColumnsFormat> {
    /// Data read by this source.
    public static func columns(_ files: TextFiles) -> Self { TextSource(files: files) }
}
