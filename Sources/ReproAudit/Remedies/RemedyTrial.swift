import ReproFormats

/// What came of trying remedies against a cause.
public struct RemedyTrial: Sendable {
    /// The one that made the difference go; nil where none did.
    public let remedy: Remedy?
    /// Those that did not, by their names.
    public let others: [String]
    /// How long a run takes with the remedy and without, in seconds.
    public let seconds: Double?, usualSeconds: Double?

    public init(remedy: Remedy?, others: [String], seconds: Double? = nil, usualSeconds: Double? = nil) {
        self.remedy = remedy
        self.others = others
        self.seconds = seconds
        self.usualSeconds = usualSeconds
    }

    /// How many times as long a run takes with the remedy; nil where that is not known.
    public var cost: Double? {
        guard let seconds, let usualSeconds, usualSeconds > 0 else { return nil }
        return seconds / usualSeconds
    }
}

extension RemedyTrial: JSONRepresentable {
    public var json: JSONValue {
        var json = (remedy?.json ?? ([:] as JSONValue)).adding(["helps": remedy != nil, "triedInVain": others])
        json.add("seconds", ifPresent: seconds)
        json.add("secondsWithout", ifPresent: usualSeconds)
        return json
    }
}
