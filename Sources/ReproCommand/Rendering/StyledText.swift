/// Text with emphasis: a terminal shows it in colours, everything else without.
///
///     let line: StyledText = "first stage  \(bad: drift.stage)"
struct StyledText: ExpressibleByStringInterpolation, Sendable {
    enum Style: Sendable { case plain, good, bad, faint }

    private(set) var spans: [(text: String, style: Style)] = []

    init(stringLiteral value: String) { spans = [(value, .plain)] }
    init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.spans }
    init(_ text: String, _ style: Style = .plain) { spans = [(text, style)] }

    var plain: String { spans.map(\.text).joined() }

    /// A line of a column of names and one of values.
    static func row(_ name: String, _ value: StyledText) -> StyledText { "  \(name.padded(14))\(value)" }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum.spans += right.spans
        return sum
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var spans: [(text: String, style: Style)] = []

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { spans.append((literal, .plain)) }
        mutating func appendInterpolation(_ value: StyledText) { spans += value.spans }
        mutating func appendInterpolation(_ value: some CustomStringConvertible) { spans.append(("\(value)", .plain)) }
        mutating func appendInterpolation(good value: String) { spans.append((value, .good)) }
        mutating func appendInterpolation(bad value: String) { spans.append((value, .bad)) }
        mutating func appendInterpolation(faint value: String) { spans.append((value, .faint)) }
    }
}
