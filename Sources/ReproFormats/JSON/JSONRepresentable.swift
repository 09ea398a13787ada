/// A value with one form in JSON, so that objects are written as `["seed": seed, "digest": root]`.
public protocol JSONRepresentable {
    var json: JSONValue { get }
}

extension JSONValue: JSONRepresentable {
    public var json: JSONValue { self }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// An object whose members stand in the order of the literal.
    ///
    /// An object inside another literal needs its type: `["model": ["hidden": 4] as JSONValue]`.
    ///
    /// - Precondition: no key occurs twice.
    public init(dictionaryLiteral members: (String, any JSONRepresentable)...) {
        self = .object(members.map { Member($0, $1.json) })
        precondition(firstRepeated(members.map(\.0)) == nil, "a key stands twice: \(members.map(\.0))")
    }

    /// This object with the members of another behind its own.
    ///
    /// - Precondition: both are objects.
    public func adding(_ other: JSONValue) -> JSONValue {
        guard let own = members, let more = other.members else {
            preconditionFailure("\(other.kind) cannot be added to \(kind)")
        }
        return .object(own + more)
    }

    /// Adds a member to an object where there is a value; leaves the object alone where there is none.
    ///
    /// - Precondition: this is an object.
    public mutating func add<Value: JSONRepresentable>(_ key: String, ifPresent value: Value?) {
        if let value { self = adding([key: value]) }
    }
}

extension Bool: JSONRepresentable {
    public var json: JSONValue { .bool(self) }
}

extension String: JSONRepresentable {
    public var json: JSONValue { .string(self) }
}

extension BinaryInteger where Self: JSONRepresentable {
    public var json: JSONValue { .number(self) }
}

extension Int: JSONRepresentable {}
extension Int32: JSONRepresentable {}
extension Int64: JSONRepresentable {}
extension UInt64: JSONRepresentable {}

extension Double: JSONRepresentable {
    /// Null for an infinity or a NaN, for which JSON has no number.
    public var json: JSONValue { isFinite ? .number(self) : .null }
}

extension Float: JSONRepresentable {
    /// Null for an infinity or a NaN, for which JSON has no number.
    public var json: JSONValue { isFinite ? .number(self) : .null }
}

extension Optional: JSONRepresentable where Wrapped: JSONRepresentable {
    /// Null where there is no value.
    public var json: JSONValue { self?.json ?? .null }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
    public var json: JSONValue { .array(map(\.json)) }
}
