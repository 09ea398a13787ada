/// A file that could not be read or written: which, where in it, what is wrong, and what to do next.
public struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of fault it is.
    public enum Category: Sendable {
        /// The file's contents break its format's rules.
        case badData
        /// The file is missing, not readable, or not a file.
        case noInput
        /// The file, or its place, does not allow writing.
        case cannotCreate
        /// Reading or writing began and then failed: a full disk, a broken device.
        case inputOutput

        /// The exit code of a command that ends with the error.
        public var exitCode: ExitCode {
            switch self {
            case .badData: .badData
            case .noInput: .noInput
            case .cannotCreate: .cannotCreate
            case .inputOutput: .inputOutput
            }
        }
    }

    /// What kind of fault it is.
    public let category: Category
    /// The path as it was given.
    public let path: String
    /// The line, from 1, in a file of lines.
    public let line: Int?
    /// The offset of the first wrong byte, from the file's start.
    public let byteOffset: Int?
    /// The tensor, column or JSON key that is meant.
    public let key: String?
    /// What is wrong, in words.
    public let problem: String
    /// What to do next.
    public let remedy: String

    public init(
        _ category: Category, path: String, line: Int? = nil, byteOffset: Int? = nil, key: String? = nil,
        problem: String, remedy: String
    ) {
        self.category = category
        self.path = path
        self.line = line
        self.byteOffset = byteOffset
        self.key = key
        self.problem = problem
        self.remedy = remedy
    }

    package static let missingFile = "no such file"

    /// Whether there is no file at the path, as opposed to one that cannot be read.
    public var isMissingFile: Bool { category == .noInput && problem == FormatError.missingFile }

    /// `PATH:LINE: KEY: PROBLEM (byte OFFSET); REMEDY`
    public var description: String {
        let place = path + (line.map { ":\($0)" } ?? "") + ": " + (key.map { "\($0): " } ?? "")
        return place + problem + (byteOffset.map { " (byte \($0))" } ?? "") + "; " + remedy
    }
}
