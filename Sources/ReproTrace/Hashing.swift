import ReproNumerics

/// The digests of the contract, section 12: `H(f₀, f₁, …)` over length-prefixed fields.
///
/// Every integer is 8 little-endian bytes; element bytes are little-endian, so a big-endian host swaps while hashing.
public struct Hashing: Sendable {
    private let kernels: any Kernels

    /// By the fastest SHA-256 of this processor: what whoever verifies digests needs, without an engine.
    public init() { self.init(kernels: (try? KernelPath.best.kernels()) ?? ReferenceKernels()) }

    /// By the SHA-256 of these kernels, so that a run forced onto one path hashes on that path too.
    public init(kernels: any Kernels) {
        self.kernels = kernels
    }

    /// The SHA-256 of plain bytes, as `sha256sum` prints it.
    public func digest(of bytes: [UInt8]) -> Digest {
        var hash = SHA256(kernels: kernels)
        hash.update(bytes)
        return hash.finalized()
    }

    /// A leaf: `H("repro.tensor.v1", name, dtype, shape, bytes)`.
    public func tensor(name: String, elementType: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer) -> Digest {
        var fields = Fields(tag: "repro.tensor.v1", kernels: kernels)
        fields.append(name)
        fields.append(elementType.rawValue)
        fields.append(shape.flatMap { Fields.bytes(of: UInt64($0)) })
        fields.append(bytes)
        return fields.digest
    }

    /// A stage's random streams: `H("repro.streams.v1", domain, key, state, increment, buffered, …)`.
    public func streams(_ streams: [StreamState]) -> Digest {
        var fields = Fields(tag: "repro.streams.v1", kernels: kernels)
        for stream in streams {
            fields.append(UInt64(stream.domain))
            fields.append(UInt64(stream.key))
            fields.append(Fields.bytes(of: stream.state.low) + Fields.bytes(of: stream.state.high))
            fields.append(Fields.bytes(of: stream.increment.low) + Fields.bytes(of: stream.increment.high))
            fields.append(stream.buffered.map { 1 << 32 + UInt64($0) } ?? 0)
        }
        return fields.digest
    }

    /// A node: `H("repro.node.v1", name, streams, child₀, child₁, …)`.
    public func node(name: String, streams: Digest, children: [Digest]) -> Digest {
        var fields = Fields(tag: "repro.node.v1", kernels: kernels)
        fields.append(name)
        fields.append(streams.bytes)
        for child in children { fields.append(child.bytes) }
        return fields.digest
    }
}

/// One `H(…)` under construction.
private struct Fields {
    private var hash: SHA256

    init(tag: String, kernels: any Kernels) {
        hash = SHA256(kernels: kernels)
        append(tag)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        hash.update(Fields.bytes(of: UInt64(bytes.count)))
        hash.update(bytes)
    }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }
    mutating func append(_ text: String) { append(Array(text.utf8)) }
    mutating func append(_ integer: UInt64) { append(Fields.bytes(of: integer)) }

    var digest: Digest { hash.finalized() }

    static func bytes(of integer: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: integer >> (8 * $0)) }
    }
}

/// Where a generator stood when a stage had drawn all that it draws.
public struct StreamState: Sendable, Equatable {
    public let domain: UInt32
    public let key: UInt32
    public let state: (high: UInt64, low: UInt64)
    public let increment: (high: UInt64, low: UInt64)
    /// The half of a 64-bit draw that waits to be given out, where there is one.
    public let buffered: UInt32?

    public init(
        domain: UInt32, key: UInt32, state: (high: UInt64, low: UInt64), increment: (high: UInt64, low: UInt64),
        buffered: UInt32?
    ) {
        self.domain = domain
        self.key = key
        self.state = state
        self.increment = increment
        self.buffered = buffered
    }

    public static func == (a: StreamState, b: StreamState) -> Bool {
        a.domain == b.domain && a.key == b.key && a.state == b.state && a.increment == b.increment
            && a.buffered == b.buffered
    }
}
