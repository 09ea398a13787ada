import ReproFormats

/// Reads the options of one JSON object: each at most once, every one known, errors with file, line and key.
struct OptionReader {
    let path: String
    /// Dotted keys of the objects around this one, with a dot at the end.
    private let prefix: String
    private let members: [JSONValue.Member]
    private let line: Int?
    private var known: [String] = []

    init(_ value: JSONValue, path: String, prefix: String = "", line: Int? = nil) throws(FormatError) {
        guard let members = value.members else {
            throw FormatError(
                .badData, path: path, line: line, key: prefix.isEmpty ? nil : String(prefix.dropLast()),
                problem: "expected an object and found \(value.kind)", remedy: "write options as {\"key\": value, …}")
        }
        self.path = path
        self.prefix = prefix
        self.members = members
        self.line = line
    }

    private func member(_ key: String) -> JSONValue.Member? { members.first { Text.areSame($0.key, key) } }

    /// Whether the object has the option, which counts as known from now on.
    mutating func has(_ key: String) -> Bool {
        if !known.contains(key) { known.append(key) }
        return member(key) != nil
    }

    /// Whether the option is there and not null.
    mutating func isSet(_ key: String) -> Bool {
        _ = has(key)
        return member(key).map { !$0.value.isNull } ?? false
    }

    func error(_ key: String, _ problem: String, remedy: String) -> FormatError {
        FormatError(
            .badData, path: path, line: member(key)?.line ?? line, key: prefix + OptionReader.excerpt(key),
            problem: problem, remedy: remedy)
    }

    /// What stands in a file, as a message quotes it.
    private static func excerpt(_ text: String) -> String { Text.excerpt(text, 60) }

    mutating func value(_ key: String) throws(FormatError) -> JSONValue {
        guard has(key), let member = member(key) else {
            if let mistyped = members.first(where: { member in
                NearestName.of(member.key, among: [key]) != nil && !known.contains { Text.areSame($0, member.key) }
            }) {
                throw error(mistyped.key, "unknown option", remedy: "did you mean '\(key)'? It is missing")
            }
            throw error(key, "the option is missing", remedy: "add \"\(key)\"")
        }
        return member.value
    }

    /// Names options that are asked for later, so that none of them is taken for a mistyped one.
    mutating func expect(_ keys: String...) { known += keys }

    private func mismatch(_ key: String, _ expected: String) -> FormatError {
        error(
            key,
            "expected \(expected) and found \(member(key).map { OptionReader.excerpt($0.value.text(.compact)) } ?? "nothing")",
            remedy: "correct the value")
    }

    mutating func string(_ key: String) throws(FormatError) -> String {
        guard let string = try value(key).string, !string.isEmpty else { throw mismatch(key, "a string") }
        return string
    }

    mutating func bool(_ key: String, default fallback: Bool) throws(FormatError) -> Bool {
        guard has(key) else { return fallback }
        guard let bool = try value(key).bool else { throw mismatch(key, "true or false") }
        return bool
    }

    mutating func integer(
        _ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>
    ) throws(FormatError) -> Int {
        if let fallback, !has(key) { return fallback }
        guard let integer = try value(key).int, range.contains(integer) else {
            throw mismatch(key, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    mutating func number(
        _ key: String, default fallback: Double? = nil, in range: ClosedRange<Double>
    ) throws(FormatError) -> Double {
        if let fallback, !has(key) { return fallback }
        guard let number = try value(key).double, range.contains(number) else {
            throw mismatch(key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of an enumeration's names.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice? = nil
    ) throws(FormatError) -> Choice where Choice.RawValue == String {
        if let fallback, !has(key) { return fallback }
        let name = try string(key)
        return try choice(name, key)
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ key: String
    ) throws(FormatError) -> Choice where Choice.RawValue == String {
        Choice(rawValue: try self.choice(name, key, among: Choice.allCases.map(\.rawValue)))!
    }

    /// One of these names.
    mutating func choice(_ key: String, among names: [String]) throws(FormatError) -> String {
        let name = try string(key)
        return try choice(name, key, among: names)
    }

    private func choice(_ name: String, _ key: String, among names: [String]) throws(FormatError) -> String {
        if names.contains(where: { Text.areSame($0, name) }) { return name }
        let nearest = NearestName.of(name, among: names).map { "did you mean '\($0)'? " } ?? ""
        throw error(
            key, "unknown value '\(OptionReader.excerpt(name))'",
            remedy: nearest + "valid: " + names.joined(separator: ", "))
    }

    mutating func object(_ key: String) throws(FormatError) -> OptionReader {
        let value = try value(key)
        return try OptionReader(value, path: path, prefix: prefix + key + ".", line: member(key)?.line)
    }

    /// To be called when every option has been asked for: refuses the others, naming the nearest valid one.
    func finish() throws(FormatError) {
        for member in members where !known.contains(where: { Text.areSame($0, member.key) }) {
            let nearest = NearestName.of(member.key, among: known).map { "did you mean '\($0)'? " } ?? ""
            var valid: [String] = []
            for name in known where !valid.contains(where: { Text.areSame($0, name) }) { valid.append(name) }
            throw error(member.key, "unknown option", remedy: nearest + "valid here: " + valid.joined(separator: ", "))
        }
    }
}
