import ReproNumerics

/// SHA-256 over bytes that arrive in pieces (FIPS 180-4).
///
/// The compression function comes from the kernels, so that a run forced onto one path hashes on that path too.
public struct SHA256: Sendable {
    private static let blockSize = 64

    private let kernels: any Kernels
    private var state: [UInt32] = [
        // The first 32 bits of the fractional parts of the square roots of the first eight primes (section 5.3.3).
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    private var pending: [UInt8] = []
    private var byteCount: UInt64 = 0

    public init(kernels: any Kernels) {
        self.kernels = kernels
        pending.reserveCapacity(2 * SHA256.blockSize)
    }

    /// Takes more bytes of the message.
    public mutating func update(_ bytes: [UInt8]) { bytes.withBytes { update($0) } }

    /// Takes more bytes of the message.
    public mutating func update(_ bytes: ByteView) {
        byteCount += UInt64(bytes.count)
        var first = 0
        if !pending.isEmpty {
            first = min(SHA256.blockSize - pending.count, bytes.count)
            pending += bytes[0..<first].array()
            guard pending.count == SHA256.blockSize else { return }
            pending.withBytes { kernels.sha256($0, state: &state) }
            pending.removeAll(keepingCapacity: true)
        }
        let end = bytes.count - (bytes.count - first) % SHA256.blockSize
        if first < end { kernels.sha256(bytes[first..<end], state: &state) }
        if end < bytes.count { pending += bytes[end..<bytes.count].array() }
    }

    /// The digest of everything so far; the value may be updated further.
    public func finalized() -> Digest {
        var copy = self
        var tail: [UInt8] = [0x80]
        let used = (pending.count + 1) % SHA256.blockSize
        let zeros = (SHA256.blockSize - 8 - used + SHA256.blockSize) % SHA256.blockSize
        tail.append(contentsOf: repeatElement(0, count: zeros))
        let bitCount = byteCount &* 8
        for shift in stride(from: 56, through: 0, by: -8) { tail.append(UInt8(truncatingIfNeeded: bitCount >> shift)) }
        copy.update(tail)
        return Digest(
            bytes: copy.state.flatMap { word in
                stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
            })
    }
}
