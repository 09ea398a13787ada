import ReproFormats

/// One option of an experiment with another value, as `--set model.hidden=64` gives it.
public struct OptionSetting: Sendable, Equatable, CustomStringConvertible {
    /// The option's key, with dots between the objects around it: `training.learningRate`.
    public let key: String
    /// The value that it is to have.
    public let value: JSONValue

    public init(key: String, value: JSONValue) {
        self.key = key
        self.value = value
    }

    /// Reads `KEY=VALUE`. The value is JSON; a word that is none, such as `adam`, is a string.
    ///
    /// - Returns: nil where there is no `=`, or the key or a part of it is empty.
    public init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let value = OptionSetting.value(parts[1]) else { return nil }
        self.init(key: parts[0], value: value)
        guard keys.allSatisfy({ !$0.isEmpty }) else { return nil }
    }

    /// A value as a command line gives it: JSON, else a string; nil for an empty text.
    public static func value(_ text: String) -> JSONValue? {
        guard !text.isEmpty else { return nil }
        return (try? JSONValue.parse(Array(text.utf8), path: "")) ?? .string(text)
    }

    /// Values with commas between them; a comma inside an array, an object or quotes does not part two. None where one is empty.
    public static func values(_ text: String) -> [JSONValue] {
        var parts = [[UInt8]()]
        var (depth, isQuoted, isEscaped) = (0, false, false)
        for byte in text.utf8 {
            if byte == UInt8(ascii: ","), depth == 0, !isQuoted {
                parts.append([])
                continue
            }
            parts[parts.count - 1].append(byte)
            if isQuoted {
                if byte == UInt8(ascii: "\""), !isEscaped { isQuoted = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isQuoted = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        let values = parts.map { value(String(decoding: $0, as: UTF8.self)) }
        return values.contains { $0 == nil } ? [] : values.compactMap { $0 }
    }

    private var keys: [String] {
        key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    public var description: String { "\(key)=\(value.string ?? value.text(.compact))" }

    /// The JSON with the option set: in its place where it stands there, else behind the others. What stands in the way of an
    /// object is replaced by one, so that reading the experiment reports it under its key.
    func applied(to json: JSONValue) -> JSONValue { OptionSetting.set(json, keys[...], value) }

    private static func set(_ json: JSONValue, _ keys: ArraySlice<String>, _ value: JSONValue) -> JSONValue {
        guard let key = keys.first else { return value }
        let rest = keys.dropFirst()
        var members = json.members ?? []
        if let index = members.firstIndex(where: { Text.areSame($0.key, key) }) {
            members[index] = JSONValue.Member(key, set(members[index].value, rest, value), line: nil)
        } else {
            members.append(JSONValue.Member(key, set(.object([]), rest, value)))
        }
        return .object(members)
    }
}

extension Experiment {
    /// The experiment with other values of some options, read as a config is.
    ///
    /// - Parameter path: what errors name as the place of the options.
    /// - Throws: `FormatError` with the key for an option that is unknown or has a value that it cannot have.
    public func setting(_ settings: [OptionSetting], path: String) throws(FormatError) -> Experiment {
        guard !settings.isEmpty else { return self }
        return try Experiment.decode(settings.reduce(json) { $1.applied(to: $0) }, path: path).experiment
    }
}
