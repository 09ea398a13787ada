import ReproNumerics
import ReproRandom

/// The digests of the contract, section 12: `H(f₀, f₁, …)` over length-prefixed fields.
///
/// Every integer is 8 little-endian bytes; element bytes are little-endian, so a big-endian host swaps while hashing.
public struct Hashing: Sendable {
    private let kernels: any Kernels
    /// Whose workers share the pieces of a large tensor; nil where the calling thread hashes alone.
    private let engine: Engine?

    /// By the fastest SHA-256 of this processor, on the calling thread: for whoever verifies digests without an engine.
    public init() { self.init(kernels: (try? KernelPath.best.kernels()) ?? ReferenceKernels()) }

    /// By the SHA-256 of these kernels, on the calling thread.
    public init(kernels: any Kernels) {
        self.kernels = kernels
        engine = nil
    }

    /// By an engine's workers and the SHA-256 of its path, so that a run forced onto one path hashes on that path too.
    public init(engine: Engine) {
        kernels = engine.kernels
        self.engine = engine
    }

    /// The bytes of a piece, the unit that is hashed alone.
    public static let pieceSize = 16_384
    /// The most pieces that the processor's instructions take at once, and what a byte costs beside floating-point operations.
    private static let (piecesTogether, operationsPerByte) = (4, 16)

    /// The SHA-256 of plain bytes, as `sha256sum` prints it.
    public func digest(of bytes: [UInt8]) -> Digest {
        var hash = SHA256(kernels: kernels)
        hash.update(bytes)
        return hash.finalized()
    }

    /// A leaf: `H("repro.tensor.v2", name, dtype, shape, pieces)`, where `pieces` is ``pieces(of:)``.
    public func tensor(name: String, elementType: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer) -> Digest {
        var fields = Fields(tag: "repro.tensor.v2", kernels: kernels)
        fields.append(name)
        fields.append(elementType.rawValue)
        fields.append(shape.map { UInt64($0) })
        fields.append(pieces(of: bytes))
        return fields.digest
    }

    /// A leaf of bytes that an array holds.
    public func tensor(name: String, elementType: ElementType, shape: [Int], bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { tensor(name: name, elementType: elementType, shape: shape, bytes: $0) }
    }

    /// The SHA-256 of each consecutive piece of ``pieceSize`` bytes (the last may be shorter), 32 bytes each, in order.
    ///
    /// Each is the plain SHA-256 of its bytes, so that `dd` and `sha256sum` reproduce it.
    public func pieces(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let count = (bytes.count + Hashing.pieceSize - 1) / Hashing.pieceSize
        return [UInt8](unsafeUninitializedCapacity: count * Digest.byteCount) { digests, initialized in
            if let start = digests.baseAddress { hash(bytes, pieces: count, into: start) }
            initialized = count * Digest.byteCount
        }
    }

    private func hash(_ bytes: UnsafeRawBufferPointer, pieces count: Int, into digests: UnsafeMutablePointer<UInt8>) {
        func hash(_ pieces: Range<Int>) {
            if pieces.isEmpty { return }
            let end = min(bytes.count, pieces.upperBound * Hashing.pieceSize)
            kernels.sha256Pieces(
                UnsafeRawBufferPointer(rebasing: bytes[(pieces.lowerBound * Hashing.pieceSize)..<end]),
                pieceSize: Hashing.pieceSize, digests: digests + pieces.lowerBound * Digest.byteCount)
        }
        let workers = engine?.workerCount(operations: Hashing.operationsPerByte * bytes.count) ?? 1
        guard let engine, workers > 1 else { return hash(0..<count) }
        // Whole groups of pieces for each worker: a core takes several at a time.
        engine.run(workers: workers) {
            hash(Workers.share(of: count, worker: $0, workers: workers, granule: Hashing.piecesTogether))
        }
    }

    /// A stage's random streams: `H("repro.streams.v2", domain, key, state, increment, buffered, …)`.
    public func streams(_ streams: [StreamState]) -> Digest {
        var fields = Fields(tag: "repro.streams.v2", kernels: kernels)
        for stream in streams {
            fields.append(UInt64(stream.domain))
            fields.append(UInt64(stream.key))
            fields.append([stream.state.low, stream.state.high])
            fields.append([stream.increment.low, stream.increment.high])
            fields.append(stream.buffered.map { 1 << 32 + UInt64($0) } ?? 0)
        }
        return fields.digest
    }

    /// A node: `H("repro.node.v2", name, streams, child₀, child₁, …)`.
    public func node(name: String, streams: Digest, children: [Digest]) -> Digest {
        var fields = Fields(tag: "repro.node.v2", kernels: kernels)
        fields.append(name)
        fields.append(streams.bytes)
        for child in children { fields.append(child.bytes) }
        return fields.digest
    }
}
