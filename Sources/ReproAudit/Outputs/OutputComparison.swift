/// The first place where two runs part, and how far.
public struct OutputDifference: Sendable, Equatable {
    /// What kind of difference it is.
    public enum Kind: String, Sendable, Equatable {
        case content, container, missing, unreadable
    }

    /// The file, relative to the working directory.
    public let path: String
    /// Its name, where the file holds several.
    public var tensor: String?
    /// The place in the flattened tensor.
    public var element: Int?
    /// The place, one number for each axis.
    public var index: [Int]?
    /// The two values, as text.
    public var a = "", b = ""
    /// The distance of two binary32 or binary64 numbers.
    public var ulp: UInt64?
    /// How many elements differ.
    public var different = 0
    /// What kind of difference it is.
    public let kind: Kind

    public init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

/// What two runs' outputs came to beside each other.
public enum OutputComparison: Sendable, Equatable {
    case equal
    case sameContentOtherContainer([String])
    case different([OutputDifference])
}

/// A part of the outputs that is not compared.
public struct OutputMask: Sendable, Equatable {
    /// As it was given.
    public let pattern: String
    public init(pattern: String) { self.pattern = pattern }
}

/// Compares what two runs left behind, but for what the masks hide.
public func compare(_ a: OutputSnapshot, _ b: OutputSnapshot, hiding masks: [OutputMask]) -> OutputComparison {
    var differences: [OutputDifference] = []
    var paths = a.files.map(\.path)
    paths += b.files.map(\.path).filter { path in !paths.contains(path) }
    for path in paths {
        let (left, right) = (a.files.first { $0.path == path }, b.files.first { $0.path == path })
        guard left?.contentDigest != right?.contentDigest else { continue }
        differences.append(OutputDifference(path: path, kind: left == nil || right == nil ? .missing : .content))
    }
    return differences.isEmpty ? .equal : .different(differences)
}
