import ReproFormats
import ReproNumerics
import ReproRandom

/// Where an experiment's data comes from, with every option that decides it: one type per value of `data.format`.
public protocol DataSource: Sendable, Equatable {
    /// `data` as the experiment's JSON has it: the format, then every option.
    var json: JSONValue { get }
    /// The paths of all files, in the order of the splits; none where the data is generated or written out.
    var paths: [String] { get }
    /// The same source with every path changed.
    func mappingPaths(_ transform: (String) -> String) -> Self
}

extension DataSource {
    public var paths: [String] { [] }
    public func mappingPaths(_ transform: (String) -> String) -> Self { self }

    func isEqual(to other: any DataSource) -> Bool { other as? Self == self }
}

/// A source that an experiment's JSON can name. Each is a file of the folder `Sources` beside this one, and an element of
/// ``DataSources/all``.
protocol NamedSource: DataSource {
    /// The value of `data.format`.
    static var format: String { get }
    /// The tasks that can read it.
    static var tasks: [Experiment.Task] { get }
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError)
    /// Every option but the format, in the order of the documentation.
    var options: JSONValue { get }
}

extension NamedSource {
    public var json: JSONValue { (["format": Self.format] as JSONValue).adding(options) }
}

/// A source of splits to train and evaluate with.
protocol TrainingSource: NamedSource {
    /// Reads the files or draws the data.
    ///
    /// - Throws: `FormatError` for files, and for labels that the training split lacks.
    func dataset(_ request: DataRequest) throws -> Dataset
}

/// What a run asks of its data.
struct DataRequest {
    /// What the data is for.
    let task: Experiment.Task
    /// The sizes of the affixes that tokens are to be numbered by as well.
    let affixes: [Int]
    let streams: RandomStreams
    let reader: DataReader

    /// Whether there is one label per position.
    var tagging: Bool { task == .tagging }
}

/// How the files that an experiment names are found and read.
struct DataReader {
    /// Makes a path of the experiment one that can be opened.
    let resolve: (String) -> String
    /// Gives the bytes of a file that was read already; nil where none was.
    let read: ((String) throws -> [UInt8])?
    /// How many tokens of a text file are kept in memory.
    let greatestTokenCount: Int

    /// A file of the experiment, which holds a byte at least.
    func file(_ path: String) throws -> ByteFile {
        let path = resolve(path)
        let file = try read.map { ByteFile(bytes: try $0(path), path: path) } ?? ByteFile(path: path)
        try file.verifyFilled()
        return file
    }

    /// The bytes of a file of the experiment.
    func contents(of path: String) throws -> [UInt8] {
        let file = try file(path)
        let bytes = try file.read(at: 0, count: file.byteCount)
        try file.verifyUnchanged()
        return bytes
    }
}

/// A source of one input to look at.
protocol InspectionSource: NamedSource {
    /// The input `[B, T, I]`, and sets of lengths to look at it with.
    func input(from streams: RandomStreams) -> (input: Tensor, lengths: [[Int]])
}

package enum DataSources {
    /// The values of `data.format`.
    package static var formats: [String] { all.map { $0.format } }

    /// Every source, in the order in which errors list them.
    static let all: [any NamedSource.Type] = [
        TextSource<TSVFormat>.self, TextSource<CSVFormat>.self, TextSource<JSONLinesFormat>.self,
        TextSource<CoNLLUFormat>.self, TextSource<ColumnsFormat>.self, NPYSource.self, SafetensorsSource.self,
        RomanSource.self, EndsSource.self,
        BalanceSource.self, ValuesSource.self, UniformSource.self,
    ]

    /// Reads `data`.
    static func read(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) -> any DataSource {
        let format = try options.choice("format", among: formats)
        let valid = all.filter { $0.tasks.contains(task) }
        guard let source = valid.first(where: { $0.format == format }) else {
            throw options.error(
                "format", "\(task.rawValue) does not read '\(format)'",
                remedy: "valid: " + valid.map { $0.format }.joined(separator: ", "))
        }
        return try source.init(&options, task: task)
    }
}
