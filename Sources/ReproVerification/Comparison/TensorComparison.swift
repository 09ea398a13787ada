import ReproFormats
import ReproTrace

/// A tensor of a stage beside the tensor of that name in the same stage of another run.
public struct TensorComparison: Sendable, Equatable {
    /// The stage that it stands in.
    public let stage: StageID
    private let pair: Pair<Leaf>
    /// How the whole tensor differs, where the elements of both sides are at hand.
    public internal(set) var whole: TensorDifference?

    init(stage: StageID, _ pair: Pair<Leaf>) {
        self.stage = stage
        self.pair = pair
    }

    /// Digest, shape and recorded elements on either side; nil where only the other side has the tensor.
    public var before: Leaf? { pair.before }
    /// The tensor of the second run; nil where only the first has it.
    public var after: Leaf? { pair.after }
    /// The tensor's name.
    public var name: String { pair.name }
    /// Whether both runs have it with the same digest.
    public var isEqual: Bool { pair.isEqual }

    /// Where names, shapes or types differ; nil where only elements do.
    public var structure: StructureDifference? {
        guard let before, let after else { return StructureDifference(pair) }
        return StructureDifference(
            expected: (before.elementType, before.shape), found: (after.elementType, after.shape))
    }

    /// How many elements both sides recorded.
    public var sampleCount: Int {
        before.flatMap { own in after.map { min(own.samples.count, $0.samples.count) } } ?? 0
    }

    /// The recorded elements that differ; none for a difference of structure.
    public var elements: [MovedElement] {
        guard let before, let after, structure == nil else { return [] }
        return zip(before.samples, after.samples).compactMap { x, y in
            x.bits == y.bits
                ? nil : MovedElement(offset: x.offset, x.bits, y.bits, isBinary32: before.elementType == .float32)
        }
    }

    /// The greatest distances that are known: over the whole tensor where it is at hand, else over the recorded elements.
    /// Nil where no binary32 element is known to differ.
    public var greatestULP: UInt64? { whole?.greatestULP ?? elements.compactMap(\.ulps).max() }
    /// The greatest known distance of two elements; nil where none is known.
    public var greatestDistance: Double? { whole?.greatestDistance ?? elements.compactMap(\.distance).max() }

    /// Whether the distances are those of the tensor, and not of a few recorded elements alone.
    public var isWhole: Bool { whole?.greatestULP != nil || sampleCount == before?.shape.reduce(1, *) }
}

/// An element whose bits differ between two tensors.
public struct MovedElement: Sendable, Equatable {
    /// Its place, row-major.
    public let offset: Int
    /// Its bytes as a little-endian integer.
    public let before: UInt64
    /// Likewise, of the second run.
    public let after: UInt64
    /// For binary32; nil for other types and for a NaN.
    public let ulps: UInt64?
    /// The absolute distance of the values, likewise.
    public let distance: Double?

    init(offset: Int, _ before: UInt64, _ after: UInt64, isBinary32: Bool) {
        let apart = isBinary32 ? ULP.apart(before, after) : nil
        self.offset = offset
        self.before = before
        self.after = after
        ulps = apart?.ulps
        distance = apart?.distance
    }
}
