import ReproFormats
import ReproTrace

/// HTML under construction. What a literal says is markup; what is interpolated into it is text and is escaped, so that
/// nothing out of a file can become markup by being forgotten.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(2 * literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: Markup) { text += value.text }
        mutating func appendInterpolation(_ value: some BinaryInteger) { text += String(value) }
        mutating func appendInterpolation(_ value: StageID) { text += value.description }
        mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
    }

    static let nothing: Markup = ""

    static func + (left: Markup, right: Markup) -> Markup { "\(left)\(right)" }
    static func += (left: inout Markup, right: Markup) { left.text += right.text }

    /// Escapes text for a place between tags or in a quoted attribute. Controls, which HTML forbids, and marks that turn the direction of the
    /// text after them, which could make a name read as another, show as replacement characters.
    private static func escaped(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;".unicodeScalars
            case "<": result += "&lt;".unicodeScalars
            case ">": result += "&gt;".unicodeScalars
            case "\"": result += "&quot;".unicodeScalars
            case "'": result += "&#39;".unicodeScalars
            case "\n", "\t": result.append(scalar)
            default: result.append(Text.isInvisible(scalar) ? "\u{fffd}" : scalar)
            }
        }
        return String(result)
    }
}

extension Sequence<Markup> {
    func joined(_ separator: Markup = "") -> Markup {
        var result = Markup.nothing
        for (index, part) in enumerated() {
            if index > 0 { result += separator }
            result += part
        }
        return result
    }
}

extension Markup {
    /// A share of a whole as a CSS length, to a thousandth of a percent, in integers alone.
    static func percent(_ part: Int, of whole: Int) -> Markup {
        let thousandths = whole == 0 ? 0 : part * 100_000 / whole
        let fraction = String(thousandths % 1000 + 1000).dropFirst()
        return thousandths % 1000 == 0 ? "\(thousandths / 1000)%" : "\(thousandths / 1000).\(String(fraction))%"
    }

    /// A count with its noun: `1 run`, `3 runs`.
    static func count(_ number: Int, _ noun: String) -> Markup { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// A digest that may break between groups of eight digits and is copied without a gap.
    static func digest(_ digest: Digest) -> Markup {
        let digits = Array(digest.hexadecimal)
        let groups = stride(from: 0, to: digits.count, by: 8).map { String(digits[$0..<min($0 + 8, digits.count)]) }
        return "<code class=\"digest\">\(groups.map { "\($0)" as Markup }.joined("<wbr>"))</code>"
    }
}

/// Agreement as a sign with its word, so that colour is never alone.
enum Mark {
    static func agrees(_ word: Markup) -> Markup {
        "<span class=\"agrees\"><span aria-hidden=\"true\">=</span> \(word)</span>"
    }
    static func differs(_ word: Markup) -> Markup {
        "<span class=\"differ\"><span aria-hidden=\"true\">≠</span> \(word)</span>"
    }
    static func of(_ isEqual: Bool) -> Markup {
        isEqual
            ? "<span class=\"mark agrees\"><span aria-hidden=\"true\">=</span><span class=\"hidden\">same</span></span>"
            : "<span class=\"mark differ\"><span aria-hidden=\"true\">≠</span><span class=\"hidden\">differs</span></span>"
    }
}
