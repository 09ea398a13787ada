import Repro

/// A place that text goes to, and how a string is written there so that it says itself and does nothing else.
protocol Sink {
    static func escaped(_ text: String) -> String
}

/// Text that is ready for its sink: all that can be printed. What a literal says is meant as it stands; what is interpolated
/// may have come from a file name, a configuration or a report, and is escaped.
///
///     let line: Escaped<TAP> = "ok \(number) - \(name)\n"
struct Escaped<Place: Sink>: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
    fileprivate init(ready text: String) { self.text = text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(2 * literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: Escaped) { text += value.text }
        mutating func appendInterpolation(_ value: some BinaryInteger) { text += String(value) }
        mutating func appendInterpolation(_ value: String) { text += Place.escaped(value) }
        mutating func appendInterpolation(_ value: StyledText) { text += Place.escaped(value.plain) }
        /// Text of another sink that has its place inside this one.
        mutating func appendInterpolation(embedding value: Escaped<some Sink>) { text += value.text }
    }

    static func += (left: inout Escaped, right: Escaped) { left.text += right.text }
}

extension Sequence {
    func joined<Place>(_ separator: Escaped<Place> = "") -> Escaped<Place> where Element == Escaped<Place> {
        Escaped(ready: map(\.text).joined(separator: separator.text))
    }
}

extension Escaped<JSON> {
    init(_ json: JSONValue) { self.init(ready: json.text(.printed)) }
}

extension Escaped<XML> {
    init(_ report: JUnitReport) { self.init(ready: String(decoding: report.encoded(), as: UTF8.self)) }
}
