/// The project's rules for text: bytes, and ASCII alone has meaning.
///
/// Unicode's tables and the order of `String` ship with a runtime and change with it, so they take no part in a result.
public enum Text {
    /// Whether a byte separates tokens: space, `\t`, `\n`, `\v`, `\f` or `\r`.
    public static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    /// The maximal runs of bytes other than white space, in order.
    public static func tokens(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var tokens: [[UInt8]] = []
        var token: [UInt8] = []
        for byte in bytes {
            if !isWhiteSpace(byte) {
                token.append(byte)
            } else if !token.isEmpty {
                tokens.append(token)
                token = []
            }
        }
        if !token.isEmpty { tokens.append(token) }
        return tokens
    }

    /// `A`–`Z` become `a`–`z`; every other byte stays.
    public static func lowercase(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Whether `left` stands before `right`: unsigned bytes from the first, and a prefix before what it begins.
    public static func precedes(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        left.lexicographicallyPrecedes(right)
    }

    /// Whether two strings hold the same bytes. `==` would call different bytes equal that Unicode holds equivalent.
    public static func areSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
