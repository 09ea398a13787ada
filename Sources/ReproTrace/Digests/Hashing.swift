import ReproNumerics
import ReproRandom
import Synchronization

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
    public func tensor(name: String, elementType: ElementType, shape: [Int], bytes: ByteView) -> Digest {
        tensor(name: name, elementType: elementType, shape: shape, pieces: pieces(of: bytes))
    }

    /// A leaf whose pieces were hashed before, by ``pieces(of:)``.
    public func tensor(name: String, elementType: ElementType, shape: [Int], pieces: [UInt8]) -> Digest {
        var fields = Fields(tag: "repro.tensor.v2", kernels: kernels)
        fields.append(name)
        fields.append(elementType.rawValue)
        fields.append(shape.map { UInt64($0) })
        fields.append(pieces)
        return fields.digest
    }

    /// A leaf of bytes that an array holds.
    public func tensor(name: String, elementType: ElementType, shape: [Int], bytes: [UInt8]) -> Digest {
        bytes.withBytes { tensor(name: name, elementType: elementType, shape: shape, bytes: $0) }
    }

    /// A leaf of binary32 numbers.
    public func tensor(name: String, _ tensor: Tensor) -> Digest {
        tensor.elements.withBytes { self.tensor(name: name, elementType: .float32, shape: tensor.shape, bytes: $0) }
    }

    /// The SHA-256 of each consecutive piece of ``pieceSize`` bytes (the last may be shorter), 32 bytes each, in order.
    ///
    /// Each is the plain SHA-256 of its bytes, so that `dd` and `sha256sum` reproduce it.
    public func pieces(of bytes: ByteView) -> [UInt8] {
        let workers = engine?.workerCount(operations: Hashing.operationsPerByte * bytes.count) ?? 1
        guard let engine, workers > 1 else { return kernels.sha256Pieces(bytes, pieceSize: Hashing.pieceSize) }
        let digests = Mutex([[UInt8]](repeating: [], count: workers))
        engine.run(workers: workers) { worker in
            // Whole groups of pieces for each worker: a core takes several at a time.
            let share = Workers.share(
                of: bytes.count, worker: worker, workers: workers,
                granule: Hashing.piecesTogether * Hashing.pieceSize)
            let part = kernels.sha256Pieces(bytes[share], pieceSize: Hashing.pieceSize)
            digests.withLock { $0[worker] = part }
        }
        return digests.withLock { Array($0.joined()) }
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
