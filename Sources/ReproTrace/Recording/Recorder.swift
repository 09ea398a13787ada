import ReproNumerics
import ReproRandom

/// Eight hexadecimal digits.
public func hexadecimal(_ bits: UInt32) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}

/// Told of each tensor once it is hashed: its stage, its leaf, and the bytes that were hashed, which last for the call alone.
public typealias TensorObserver = (_ stage: StageID, _ leaf: Leaf, _ bytes: ByteView) throws -> Void

/// Builds a run's digest tree while the run goes on; everyone who records in the run shares it.
///
/// Between `begin` and `end`, every tensor of the stage passes through `record`, in the contract's order: a planted
/// fault is applied to the tensor itself, so that the next reader sees it, then the tensor is checked for numbers that
/// are not finite, then hashed.
public final class Recorder {
    /// What becomes of the leaves of the steps between the first and the last; their digests are always kept.
    public enum Detail: Sendable { case stage, tensor }

    private let hashing: Hashing
    /// Whose workers hash and look for numbers that are not finite; nil where the calling thread does it alone.
    private let engine: Engine?
    /// The stages that were closed so far.
    public private(set) var stages: [Stage] = []

    /// Plants the fault, and sends operations where there is a sink for them.
    public let operations: OperationRecorder

    private let detail: Detail
    private let lastStage: StageID?
    private var open: StageID? { operations.stage }
    private var leaves: [Leaf] = []
    private let onStage: (Stage) throws -> Void
    private let onTensor: TensorObserver

    public init(
        engine: Engine? = nil, detail: Detail = .stage, perturbation: Perturbation? = nil,
        sink: OperationSink? = nil, lastStage: StageID? = nil,
        onStage: @escaping (Stage) throws -> Void = { _ in },
        onTensor: @escaping TensorObserver = { _, _, _ in }
    ) {
        self.engine = engine
        hashing = engine.map { Hashing(engine: $0) } ?? Hashing()
        self.detail = detail
        self.lastStage = lastStage
        // One thread: operations are many and small.
        let single = engine.map { Hashing(kernels: $0.kernels) } ?? Hashing()
        operations = OperationRecorder(hashing: single, sink: sink, fault: perturbation)
        self.onStage = onStage
        self.onTensor = onTensor
    }

    /// Opens a stage.
    ///
    /// - Precondition: no other is open.
    public func begin(_ stage: StageID) {
        require(open == nil, "stage '\(stage)' begins inside '\(open!)'")
        operations.stage = stage
    }

    /// Plants the fault where it belongs, looks for numbers that are not finite, and hashes a tensor of the open stage.
    ///
    /// - Precondition: a stage is open.
    /// - Throws: ``NotFiniteError``, ``PerturbationError``, and what the observers throw.
    public func record(_ tensorName: String, _ tensor: inout Tensor) throws {
        try plantAndVerify(tensorName, &tensor)
        let samples = Leaf.sampleOffsets(count: tensor.count).map {
            Leaf.Sample(offset: $0, bits: UInt64(tensor[offset: $0].bitPattern))
        }
        try tensor.elements.withBytes { try append(tensorName, .float32, tensor.shape, samples, $0) }
    }

    /// The same for a tensor that the digest leaves out: it is an operation of the open stage, sent to the sink where there is
    /// one, and has to be finite all the same.
    ///
    /// - Precondition: a stage is open.
    /// - Throws: ``NotFiniteError``, ``PerturbationError``, and what the sink throws.
    public func observe(_ tensorName: String, _ tensor: inout Tensor) throws {
        try plantAndVerify(tensorName, &tensor)
        try operations.send(tensorName, tensor)
    }

    private func plantAndVerify(_ tensorName: String, _ tensor: inout Tensor) throws {
        guard let open else { fatalError("'\(tensorName)' recorded outside a stage") }
        try operations.throwFailure()
        _ = try operations.plant(in: tensorName, &tensor)
        try tensor.verifyFinite(tensorName, in: .stage(open), engine: engine)
    }

    /// Hashes integers of the open stage.
    ///
    /// - Parameter shape: holds as many elements as there are integers.
    /// - Precondition: a stage is open.
    /// - Throws: ``PerturbationError`` where the fault names them, since only binary32 numbers can be changed, and what the
    ///   observers throw.
    public func record(_ tensorName: String, shape: [Int], _ integers: [Int64]) throws {
        try operations.refuseFault(in: tensorName)
        let samples = Leaf.sampleOffsets(count: integers.count).map {
            Leaf.Sample(offset: $0, bits: UInt64(bitPattern: integers[$0]))
        }
        try integers.withBytes { try append(tensorName, .int64, shape, samples, $0) }
    }

    /// Hashes bytes of the open stage, such as a file's.
    ///
    /// - Precondition: a stage is open.
    /// - Throws: ``PerturbationError`` where the fault names them, since only binary32 numbers can be changed, and what the
    ///   observers throw.
    public func record(_ tensorName: String, bytes: [UInt8]) throws {
        try operations.refuseFault(in: tensorName)
        try bytes.withBytes { try append(tensorName, .byte, [bytes.count], [], $0) }
    }

    /// Enters a tensor of the open stage that was hashed piece by piece while it passed, and that no memory holds: observers
    /// of operations are told of it without its bytes, and observers of tensors are not told.
    ///
    /// - Throws: ``PerturbationError``, and what the observers throw.
    public func record(
        _ tensorName: String, _ type: ElementType, shape: [Int], pieces: [UInt8], samples: [Leaf.Sample] = []
    ) throws {
        guard open != nil else { fatalError("'\(tensorName)' recorded outside a stage") }
        try operations.refuseFault(in: tensorName)
        let digest = hashing.tensor(name: tensorName, elementType: type, shape: shape, pieces: pieces)
        leaves.append(Leaf(name: tensorName, elementType: type, shape: shape, digest: digest, samples: samples))
        try [UInt8]().withBytes { try operations.send(tensorName, type, shape, digest, $0) }
    }

    /// Closes the stage and hashes it. `streams` are those that it drew from, in order of first use, as they were found
    /// after their last draw.
    ///
    /// - Precondition: a stage is open.
    /// - Returns: whether the run goes on: false after its last stage.
    /// - Throws: what a fault or an observer of the stage threw, and what the observers throw.
    @discardableResult
    public func end(streams: [StreamState] = []) throws -> Bool {
        guard let open else { fatalError("no stage to end") }
        try operations.throwFailure()
        for stream in streams { try operations.send(stream) }
        let streams = hashing.streams(streams)
        let digest = hashing.node(name: open.description, streams: streams, children: leaves.map(\.digest))
        let stage = Stage(open, streams: streams, digest: digest, leaves: leaves)
        if detail == .stage { forgetPreviousStep(before: stage) }
        stages.append(stage)
        operations.stage = nil
        leaves.removeAll(keepingCapacity: true)
        try onStage(stage)
        return open != lastStage
    }

    /// Adds stages that another run of the same experiment has recorded, which this one goes on from.
    ///
    /// - Precondition: no stage is open.
    public func append(stages: some Sequence<Stage>) {
        require(open == nil, "stages are added inside '\(open!)'")
        self.stages += stages
    }

    /// The whole tree, its root hashed like all else by the engine's kernels.
    ///
    /// - Precondition: no stage is open.
    /// - Throws: ``PerturbationError`` where a planted fault found no place.
    public func trace() throws -> Trace {
        require(open == nil, "stage '\(open!)' is still open")
        if let fault = operations.fault { throw PerturbationError.neverReached(fault) }
        return Trace(stages: stages, hashing: hashing)
    }

    /// Keeps memory bounded: of the steps, only the first and the latest hold their leaves.
    private func forgetPreviousStep(before stage: Stage) {
        guard stage.isStep, let previous = stages.lastIndex(where: \.isStep),
            stages[..<previous].contains(where: \.isStep)
        else { return }
        stages[previous] = stages[previous].withoutLeaves()
    }

    private func append(
        _ tensorName: String, _ type: ElementType, _ shape: [Int], _ samples: [Leaf.Sample], _ bytes: ByteView
    ) throws {
        guard let open else { fatalError("'\(tensorName)' recorded outside a stage") }
        let digest = hashing.tensor(name: tensorName, elementType: type, shape: shape, bytes: bytes)
        let leaf = Leaf(name: tensorName, elementType: type, shape: shape, digest: digest, samples: samples)
        leaves.append(leaf)
        try operations.send(tensorName, type, shape, digest, bytes)
        try onTensor(open, leaf, bytes)
    }
}
