import ReproNumerics
import ReproRandom

/// One operation of a run: a value that was computed, in the order of the data flow, and its digest.
///
/// Each tensor that a stage records is one operation. The operations between them have no leaf of their own in the tree:
/// the gates, states and gradients of each time step, layer and direction.
public struct TracedOperation: Sendable, Equatable {
    /// The stage that the operation happened in.
    public let stage: StageID
    /// The operation's name in its stage.
    public let name: String
    /// The type of the elements.
    public let elementType: ElementType
    /// The size of each axis.
    public let shape: [Int]
    /// Covers the same fields as a leaf's.
    public let digest: Digest

    public init(stage: StageID, name: String, elementType: ElementType, shape: [Int], digest: Digest) {
        self.stage = stage
        self.name = name
        self.elementType = elementType
        self.shape = shape
        self.digest = digest
    }

    /// The name, taken apart.
    public var id: OperationID { OperationID(name) }
    /// `STAGE/OPERATION`, as files and people name it.
    public var place: String { "\(stage)/\(name)" }
}

/// Where a run's operations go, one after another; nothing of them is kept.
public struct OperationSink {
    /// The one stage that is looked into; nil for all.
    public let stage: StageID?
    /// Receives each operation with its little-endian bytes, which are valid during the call. What it throws ends the run.
    public let receive: (TracedOperation, ByteView) throws -> Void

    public init(stage: StageID? = nil, receive: @escaping (TracedOperation, ByteView) throws -> Void) {
        self.stage = stage
        self.receive = receive
    }
}

/// Plants the fault of a run and sends its operations to their sink; shared by all that watch the run.
public final class OperationRecorder {
    private let hashing: Hashing
    private let sink: OperationSink?
    /// The fault that still waits for its place.
    private(set) var fault: Perturbation?
    var stage: StageID?
    /// Why a fault could not be planted or an operation not be sent; thrown by the stage.
    private var failure: (any Error)?

    init(hashing: Hashing, sink: OperationSink?, fault: Perturbation?) {
        self.hashing = hashing
        self.sink = sink
        self.fault = fault
    }

    private var sends: Bool { sink.map { $0.stage == nil || $0.stage == stage } ?? false }

    /// Whether anything of the open stage is to be watched more closely than tensor by tensor.
    public var watches: Bool { stage != nil && (sends || fault?.stage == stage) }

    /// Plants the fault where it is this operation's, and sends the operation. Returns the element that was changed.
    public func observe(_ name: String, _ value: inout Tensor) -> Int? {
        guard failure == nil else { return nil }
        do {
            let element = try plant(in: name, &value)
            try send(name, value)
            return element
        } catch {
            failure = error
            return nil
        }
    }

    /// Hashes a tensor and sends it, where the open stage is looked into.
    func send(_ name: String, _ tensor: Tensor) throws {
        guard sends else { return }
        try tensor.elements.withBytes {
            try send(name, .float32, tensor.shape, hashing.tensor(name: name, tensor), $0)
        }
    }

    func send(
        _ name: String, _ type: ElementType, _ shape: [Int], _ digest: Digest, _ bytes: ByteView
    ) throws {
        guard sends, let stage, let sink else { return }
        try sink.receive(
            TracedOperation(stage: stage, name: name, elementType: type, shape: shape, digest: digest), bytes)
    }

    /// Sends where a random stream stood at the stage's end, as `stream[DOMAIN,KEY]`: domain, key, then state and increment
    /// with the low half first, then the buffered half, or −1.
    func send(_ stream: StreamState) throws {
        guard sends else { return }
        let halves = [stream.state.low, stream.state.high, stream.increment.low, stream.increment.high]
        let numbers =
            [Int64(stream.domain), Int64(stream.key)] + halves.map { Int64(bitPattern: $0) }
            + [stream.buffered.map { Int64($0) } ?? -1]
        try numbers.withBytes {
            let name = OperationID.stream(domain: stream.domain, key: stream.key).description
            let digest = hashing.tensor(name: name, elementType: .int64, shape: [numbers.count], bytes: $0)
            try send(name, .int64, [numbers.count], digest, $0)
        }
    }

    func throwFailure() throws {
        if let failure { throw failure }
    }

    /// Changes the element that the fault names, where the open stage and this name are the fault's.
    func plant(in name: String, _ tensor: inout Tensor) throws -> Int? {
        guard let fault, isFault(name) else { return nil }
        guard fault.element < tensor.count else { throw PerturbationError.outside(fault, count: tensor.count) }
        tensor[offset: fault.element] = fault.kind.applied(to: tensor[offset: fault.element])
        self.fault = nil
        return fault.element
    }

    func refuseFault(in name: String) throws {
        if let fault, isFault(name) { throw PerturbationError.notFloat(fault) }
    }

    private func isFault(_ name: String) -> Bool { fault.map { $0.stage == stage && $0.tensor == name } ?? false }
}
