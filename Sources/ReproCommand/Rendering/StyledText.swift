/// Text with emphasis: a terminal shows it in colours, everything else without.
///
///     let line: StyledText = "first stage  \(bad: drift.stage)"
struct StyledText: ExpressibleByStringInterpolation, Sendable {
    /// Each with the number that a terminal knows it by.
    enum Style: Int, Sendable { case strong = 1, faint, bad = 31, good }

    /// Plain where the style is nil.
    private(set) var spans: [(text: String, style: Style?)] = []

    init(stringLiteral value: String) { spans = [(value, nil)] }
    init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.spans }
    init(_ text: String, _ style: Style? = nil) { spans = [(text, style)] }

    /// Without spaces at the end.
    var trimmedRight: StyledText {
        var rest = self
        while let (text, style) = rest.spans.popLast() {
            guard let end = text.lastIndex(where: { $0 != " " }) else { continue }
            rest.spans.append((String(text[...end]), style))
            break
        }
        return rest
    }

    var plain: String { spans.map(\.text).joined() }

    /// A line of a column of names and one of values.
    static func row(_ name: String, _ value: StyledText) -> StyledText { "  \(name.padded(14))\(value)" }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum.spans += right.spans
        return sum
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var spans: [(text: String, style: Style?)] = []

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) { spans.append((literal, nil)) }
        mutating func appendInterpolation(_ value: StyledText) { spans += value.spans }
        mutating func appendInterpolation(_ value: some CustomStringConvertible) { spans.append(("\(value)", nil)) }
        mutating func appendInterpolation(good value: String) { spans.append((value, .good)) }
        mutating func appendInterpolation(bad value: some CustomStringConvertible) { spans.append(("\(value)", .bad)) }
        mutating func appendInterpolation(strong value: String) { spans.append((value, .strong)) }
        mutating func appendInterpolation(faint value: String) { spans.append((value, .faint)) }
    }
}
