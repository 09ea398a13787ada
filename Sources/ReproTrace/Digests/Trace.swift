/// What the elements of a traced tensor are.
public enum ElementType: String, Sendable {
    case float32 = "F32"
    case int64 = "I64"
    case byte = "U8"

    /// How many bytes an element takes.
    public var byteCount: Int {
        switch self {
        case .float32: 4
        case .int64: 8
        case .byte: 1
        }
    }
}

/// One tensor of a stage: its digest, and a few elements for judging the size of a drift.
public struct Leaf: Sendable, Equatable {
    /// An element's row-major offset and its bits.
    public struct Sample: Sendable, Equatable {
        /// The element's row-major offset.
        public let offset: Int
        /// The element's bit pattern.
        public let bits: UInt64

        public init(offset: Int, bits: UInt64) {
            self.offset = offset
            self.bits = bits
        }
    }

    /// The tensor's name, unique in its stage.
    public let name: String
    /// The type of the elements.
    public let elementType: ElementType
    /// The size of each axis.
    public let shape: [Int]
    /// What the name, type, shape and bytes hash to.
    public let digest: Digest
    /// A few of the elements, for judging the size of a drift.
    public let samples: [Sample]

    public init(name: String, elementType: ElementType, shape: [Int], digest: Digest, samples: [Sample]) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
        self.digest = digest
        self.samples = samples
    }

    /// Offsets of at most four elements, spread from the first to the last: ⌊j (n − 1) ÷ 3⌋.
    public static func sampleOffsets(count: Int) -> [Int] {
        guard count > 0 else { return [] }
        var offsets: [Int] = []
        // The same quotient without a product that could be beyond the integers.
        let (third, rest) = (count - 1).quotientAndRemainder(dividingBy: 3)
        for j in 0..<4 {
            let offset = j * third + j * rest / 3
            if offsets.last != offset { offsets.append(offset) }
        }
        return offsets
    }
}

/// One stage of a run, in the order in which stages happen.
public struct Stage: Sendable, Equatable {
    /// Which stage of the run it is.
    public let id: StageID
    /// The digest of the stage's random streams.
    public let streams: Digest
    /// What the stage's name, streams and leaves hash to.
    public let digest: Digest
    /// The stage's tensors; nil where only the digest was kept.
    public let leaves: [Leaf]?

    public init(_ id: StageID, streams: Digest, digest: Digest, leaves: [Leaf]?) {
        self.id = id
        self.streams = streams
        self.digest = digest
        self.leaves = leaves
    }

    /// The stage with its digest alone.
    public func withoutLeaves() -> Stage { Stage(id, streams: streams, digest: digest, leaves: nil) }

    /// The text form, as digests and files have it.
    public var name: String { id.description }
    /// Whether the stage is one of an optimiser's steps.
    public var isStep: Bool { id.isStep }
}

/// The digest tree of a run: root → stages → tensors.
public struct Trace: Sendable, Equatable {
    /// The name of the tree's root.
    public static let rootName = "run"

    /// The stages, in the order of the run.
    public let stages: [Stage]
    /// The digest of the whole run.
    public let root: Digest

    /// Hashes the stages to their root.
    ///
    /// - Parameter hashing: by which kernels; the fastest unless said otherwise. It changes no bit.
    public init(stages: [Stage], hashing: Hashing = Hashing()) {
        self.stages = stages
        root = hashing.node(name: Trace.rootName, streams: hashing.streams([]), children: stages.map(\.digest))
    }

    /// Computes each node's digest again from what is below it, a stage's from its leaves and the root from the stages, and
    /// names the first node whose digest is another one (of the root, another than `root`). Nil where all agree.
    public static func firstInconsistency(stages: [Stage], claimed root: Digest) -> String? {
        let hashing = Hashing()
        for stage in stages {
            guard let leaves = stage.leaves else { continue }
            let digest = hashing.node(name: stage.name, streams: stage.streams, children: leaves.map(\.digest))
            if digest != stage.digest { return "stage '\(stage.name)'" }
        }
        return Trace(stages: stages, hashing: hashing).root == root ? nil : "the root"
    }
}
