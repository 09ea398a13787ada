import ReproTrace

/// The bits of a traced tensor, kept beyond the run that computed it.
public struct KeptTensor: Sendable {
    /// The stage that the tensor belongs to.
    public let stage: StageID
    /// Its name, type, shape and digest.
    public let leaf: Leaf
    /// The bytes that were hashed.
    public let bytes: [UInt8]

    public init(stage: StageID, leaf: Leaf, bytes: [UInt8]) {
        self.stage = stage
        self.leaf = leaf
        self.bytes = bytes
    }

    /// Its name in a file: `STAGE/TENSOR`.
    public var name: String { KeptTensor.name(stage, leaf) }

    static func name(_ stage: StageID, _ leaf: Leaf) -> String { "\(stage)/\(leaf.name)" }
}
