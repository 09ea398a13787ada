import ReproFormats
import ReproNumerics
import ReproTrace
import ReproVerification

/// A run's operations on their way to its directory: `trace.tsv`, one line per operation, and `kept.safetensors`, the tensors that were
/// asked for. Lines go to the disk as they come; only kept tensors are held.
public final class OperationLog {
    /// The file of a run directory that lists every operation.
    public static let traceName = "trace.tsv"
    /// The file of a run directory that holds the tensors of `--keep`.
    public static let keptName = "kept.safetensors"
    /// The first line of `trace.tsv`; the columns follow.
    static let header = "# repro operations, format \(Golden.format), contract \(Golden.contract)"
    static let columns = ["stage", "operation", "dtype", "shape", "digest"]

    private let lines: SpoolFile?
    private let keep: [NamePattern]
    private let stage: StageID?
    private var kept: [NamedArray] = []
    /// How many operations each stage had, in their order.
    public private(set) var counts: [(stage: StageID, count: Int)] = []

    /// - Parameters:
    ///   - directory: where the files are to go in the end.
    ///   - stage: the one stage that is looked into; nil for all.
    ///   - writesTrace: whether there is to be a `trace.tsv`.
    ///   - keep: patterns of `STAGE/OPERATION`.
    /// - Throws: `FormatError`, `.cannotCreate`.
    public init(
        for directory: RunDirectory, stage: StageID? = nil, writesTrace: Bool, keep: [NamePattern]
    ) throws(FormatError) {
        self.stage = stage
        self.keep = keep
        lines = writesTrace ? try SpoolFile(in: directory.nearestFolder) : nil
        let head = OperationLog.header + "\n" + OperationLog.columns.joined(separator: "\t") + "\n"
        try lines?.write(head.utf8)
    }

    /// What a run is given to fill the log.
    public var sink: OperationSink {
        OperationSink(stage: stage) { try self.receive($0, $1) }
    }

    /// How many tensors were kept.
    public var keptCount: Int { kept.count }

    private func receive(_ operation: TracedOperation, _ bytes: ByteView) throws {
        if let last = counts.last, last.stage == operation.stage {
            counts[counts.count - 1].count += 1
        } else {
            counts.append((operation.stage, 1))
        }
        let name = operation.place
        if keep.contains(where: { $0.matches(name) }),
            let value = ArrayValue(operation.elementType, shape: operation.shape, bytes: bytes)
        {
            kept.append(NamedArray(name, value))
        }
        guard let lines else { return }
        let shape = operation.shape.map(String.init).joined(separator: "x")
        let fields = [
            operation.stage.description, operation.name, operation.elementType.rawValue, shape,
            operation.digest.hexadecimal,
        ]
        try lines.write((fields.joined(separator: "\t") + "\n").utf8)
    }

    /// Writes the files into a folder.
    ///
    /// - Throws: `FormatError`, as `AtomicFile`.
    func write(to folder: String) throws(FormatError) {
        try lines?.copy(to: folder + "/" + OperationLog.traceName)
        if !keep.isEmpty { try Safetensors.write(kept, to: folder + "/" + OperationLog.keptName) }
    }
}

extension ArrayValue {
    /// A tensor of the bytes that were hashed; nil for plain bytes, which no tensor file holds, and where
    /// there are none.
    init?(_ type: ElementType, shape: [Int], bytes: ByteView) {
        // Of a tensor that no memory holds there are no bytes.
        if bytes.count == 0 && shape.reduce(1, *) > 0 { return nil }
        switch type {
        case .float32: self = .float(Tensor(shape: shape, elements: bytes.array(of: Float.self)))
        case .int64: self = .int(shape: shape, elements: bytes.array(of: Int64.self))
        case .byte: return nil
        }
    }
}
