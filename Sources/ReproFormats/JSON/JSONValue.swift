import ReproNumerics

/// A JSON text as it was written: keys in their order, numbers as their digits.
///
/// Two values are equal where they hold the same members in the same order, byte for byte.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A key with its value.
    public struct Member: Sendable, Equatable {
        /// The member's name.
        public let key: String
        /// What stands under the name.
        public let value: JSONValue
        /// The line of the key in the text that was parsed; nil for a value made otherwise. No part of equality.
        public let line: Int?

        public init(_ key: String, _ value: JSONValue, line: Int? = nil) {
            self.key = key
            self.value = value
            self.line = line
        }

        public static func == (left: Member, right: Member) -> Bool {
            Text.areSame(left.key, right.key) && left.value == right.value
        }
    }

    /// A number, exact.
    public static func number(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(value)) }
    /// A number in the shortest digits that read back as the same binary64 number.
    ///
    /// - Precondition: the value is finite; JSON has no other numbers.
    public static func number(_ value: Double) -> JSONValue { .number(JSONNumber(value)) }
    /// A number in the shortest digits that read back as the same binary32 number.
    ///
    /// - Precondition: the value is finite.
    public static func number(_ value: Float) -> JSONValue { .number(JSONNumber(value)) }

    /// The value of a key; nil where there is none, or this is no object.
    public subscript(_ key: String) -> JSONValue? { member(key)?.value }

    /// The key and its value; nil where there is none, or this is no object.
    public func member(_ key: String) -> Member? { members?.first { Text.areSame($0.key, key) } }

    /// The members of an object.
    public var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
    /// The elements of an array.
    public var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
    /// The string; nil for every other kind of value.
    public var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }
    /// The truth value; nil for every other kind of value.
    public var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }
    /// Whether the value is `null`.
    public var isNull: Bool {
        if case .null = self { return true }
        return false
    }
    /// The number where it is written as an integer and fits.
    public var int64: Int64? { asNumber?.int64 }
    /// The number where it is written as an integer and fits.
    public var uint64: UInt64? { asNumber?.uint64 }
    /// The number where it is written as an integer and fits.
    public var int: Int? { asNumber?.int64.flatMap(Int.init(exactly:)) }
    /// The nearest binary64 number; nil beyond the finite ones.
    public var double: Double? { asNumber?.double }

    private var asNumber: JSONNumber? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    /// The kind in words, for messages: "expected a string and found an array".
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: Equatable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): Text.areSame(left, right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

/// A number in JSON, kept as its text, so that nothing is lost before it is known what it is for.
public struct JSONNumber: Sendable, Equatable {
    /// As written, such as `18446744073709551615` or `1e-3`.
    public let text: String

    public init(_ value: some BinaryInteger) { text = String(value) }

    /// - Precondition: the value is finite.
    public init(_ value: Double) {
        require(value.isFinite, "JSON has no number for \(value)")
        text = value.description
    }

    /// - Precondition: the value is finite.
    public init(_ value: Float) {
        require(value.isFinite, "JSON has no number for \(value)")
        text = value.description
    }

    /// A text that follows JSON's grammar.
    init(checked text: String) { self.text = text }

    /// The number as a 64-bit integer; nil where it is none or too large.
    public var int64: Int64? { Int64(text) }
    /// The number as an unsigned 64-bit integer; nil where it is none, negative or too large.
    public var uint64: UInt64? { UInt64(text) }
    /// The number as the nearest binary64 number; nil where that is not finite.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
