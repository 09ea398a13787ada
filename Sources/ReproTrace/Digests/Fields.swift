import ReproNumerics

/// One `H(…)` under construction: each field behind its length, then hashed as a whole.
struct Fields {
    private var message: [UInt8] = []
    private let kernels: any Kernels

    init(tag: String, kernels: any Kernels) {
        self.kernels = kernels
        append(tag)
    }

    mutating func append(_ bytes: [UInt8]) {
        append(count: bytes.count)
        message.append(contentsOf: bytes)
    }

    mutating func append(_ text: String) {
        append(count: text.utf8.count)
        message.append(contentsOf: text.utf8)
    }

    /// One field of integers.
    mutating func append(_ integers: [UInt64]) {
        append(count: 8 * integers.count)
        for integer in integers { message.append(littleEndian: integer) }
    }

    mutating func append(_ integer: UInt64) { append([integer]) }

    private mutating func append(count: Int) { message.append(littleEndian: UInt64(count)) }

    var digest: Digest {
        var hash = SHA256(kernels: kernels)
        hash.update(message)
        return hash.finalized()
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian integer: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: integer >> shift)) }
    }
}
