import ReproFormats

/// The name of a golden, made by parsing alone: the same bytes in its file's name, in the manifest, in the golden and in its
/// experiment. Never a path, so that nothing outside the folder is reached through one.
///
/// 1 to 100 ASCII characters of `a-z A-Z 0-9 . _ -`, of which the first is a letter or a digit and the last no `.`; not
/// `index`, which is the manifest's, in whatever case.
public struct GoldenName: Sendable, Hashable, CustomStringConvertible, JSONRepresentable {
    /// The name as it was parsed.
    public let text: String

    /// What a name may be, for messages.
    public static let rule =
        "1 to 100 characters of a-z, A-Z, 0-9, '.', '_' and '-', a letter or digit first, no '.' last, and not 'index'"
    private static let greatestByteCount = 100

    /// Nil for a text that is no name.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= GoldenName.greatestByteCount,
            GoldenName.isAlphanumeric(first), last != UInt8(ascii: "."),
            bytes.allSatisfy({ GoldenName.isAlphanumeric($0) || "._-".utf8.contains($0) }),
            Text.lowercase(bytes) != Array("index".utf8)
        else { return nil }
        self.text = text
    }

    /// The name of an experiment that is to become a golden.
    ///
    /// - Throws: ``Unfit``.
    public init(experiment name: String) throws(Unfit) {
        guard let parsed = GoldenName(name) else { throw Unfit(name: name) }
        self = parsed
    }

    /// An experiment whose name no golden can have.
    public struct Unfit: Error, CustomStringConvertible {
        /// The experiment's name.
        public let name: String

        public var description: String {
            "'\(name)' cannot be the name of a golden, which is \(GoldenName.rule); rename the experiment"
        }
    }

    public var description: String { text }
    public var json: JSONValue { .string(text) }

    /// Whether two names are one on file systems that ignore case; a folder holds only one of such.
    public func collides(with other: GoldenName) -> Bool {
        Text.lowercase(text.utf8) == Text.lowercase(other.text.utf8)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension GoldenName: Comparable {
    /// The order of bytes.
    public static func < (left: GoldenName, right: GoldenName) -> Bool {
        Text.precedes(left.text.utf8, right.text.utf8)
    }
}

extension GoldenName: ExpressibleByStringLiteral {
    /// - Precondition: the literal is a name.
    public init(stringLiteral text: String) {
        guard let name = GoldenName(text) else { preconditionFailure("'\(text)' is no name of a golden") }
        self = name
    }
}
