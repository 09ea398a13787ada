// Makes strings from outside harmless on a line: what does not show, or acts on a reader, is written out.

extension Text {
    /// The string as one line that shows every character: `\n`, `\r`, `\t`, and `\u{1b}` for others that do not show or that turn
    /// the direction of the text after them.
    ///
    /// What a service would read as a command is taken apart too: `::` where a line begins with it (GitHub), and `##` (Azure
    /// Pipelines, TeamCity, GitHub's older form `##[error]`) anywhere.
    public static func visible(_ string: String) -> String {
        // Printable ASCII without a colon at its start and without two number signs is most of what is shown.
        var last: UInt8 = 0
        let isPlain = string.utf8.allSatisfy { byte in
            defer { last = byte }
            return (0x20...0x7e).contains(byte) && !(byte == UInt8(ascii: "#") && last == byte)
        }
        if isPlain && !beginsCommand(string) { return string }
        var result = beginsCommand(string) ? escape(":") : ""
        var rest = string.unicodeScalars[...]
        if !result.isEmpty {
            // White space before the colons is left out: the service skips it too.
            rest = rest.drop { $0 != ":" }.dropFirst()
        }
        var previous: Unicode.Scalar = " "
        for scalar in rest {
            let isCommand = scalar == "#" && previous == "#"
            if isCommand || isInvisible(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return result
    }

    /// A string from outside for a message: cut where it is longer than a line, or than `count` characters, since it can be as
    /// long as a file.
    public static func excerpt(_ string: String, _ count: Int = 120) -> String {
        let scalars = string.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: count, limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return string }
        return String(scalars[..<end]) + "…"
    }

    /// Whether GitHub reads a line as a command of its own: `::` after any white space.
    public static func beginsCommand(_ string: String) -> Bool {
        var colons = 0
        for scalar in string.unicodeScalars {
            if scalar == ":" {
                colons += 1
                if colons == 2 { return true }
            } else if colons > 0 || !(isInvisible(scalar) || scalar.properties.isWhitespace) {
                return false
            }
        }
        return false
    }

    /// Whether a character is a control, does not show, or turns the direction of text. The ranges are Unicode's of categories
    /// Cc, Cf, Zl and Zp, with letters that show as nothing and code points that are no characters.
    public static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f: true
        case 0xad, 0x34f, 0x600...0x605, 0x61c, 0x6dd, 0x70f, 0x8e2, 0x115f, 0x1160, 0x17b4, 0x17b5: true
        case 0x180b...0x180f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0x2800, 0x3164: true
        case 0xfe00...0xfe0e, 0xfeff, 0xffa0, 0xfff0...0xfffb, 0xfdd0...0xfdef: true
        case 0x1bca0...0x1bca3, 0x1d173...0x1d17a, 0xe0000...0xe0fff, 0xe000...0xf8ff: true
        default: scalar.value & 0xfffe == 0xfffe
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{" + String(scalar.value, radix: 16) + "}"
        }
    }
}
