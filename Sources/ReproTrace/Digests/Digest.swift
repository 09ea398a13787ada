import ReproNumerics

/// A SHA-256 value, 32 bytes.
public struct Digest: Sendable, Equatable, CustomStringConvertible {
    /// The length of SHA-256 in bytes.
    public static let byteCount = 32

    /// The 32 bytes.
    public let bytes: [UInt8]

    /// - Precondition: 32 bytes.
    public init(bytes: [UInt8]) {
        require(bytes.count == Digest.byteCount, "a digest has 32 bytes, not \(bytes.count)")
        self.bytes = bytes
    }

    /// Reads exactly 64 lower-case hexadecimal digits, the one form that the project writes; nil for anything else.
    public init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Digest.byteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Digest.byteCount)
        for pair in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Digest.nibble(digits[pair]), let low = Digest.nibble(digits[pair + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    public var description: String { hexadecimal }

    /// The first twelve digits, for tables that people read. Never for comparing.
    public var abbreviated: String { String(hexadecimal.prefix(12)) }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
