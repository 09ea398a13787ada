import ReproFormats
import ReproTrace

/// Where a run left what was expected of it: the first difference in the order in which a run happens.
public struct Drift: Sendable, Equatable {
    /// A difference of structure: a stage or a tensor that only one side has, or that has another shape.
    public enum Structure: Sendable, Equatable {
        case missing(String)
        case unexpected(String)
        case shape(expected: [Int], found: [Int])
        case elementType(expected: ElementType, found: ElementType)

        /// How two tensors of one name are built differently; nil where they are not.
        init?(_ expected: Leaf, _ found: Leaf) {
            if expected.elementType != found.elementType {
                self = .elementType(expected: expected.elementType, found: found.elementType)
            } else if expected.shape != found.shape {
                self = .shape(expected: expected.shape, found: found.shape)
            } else {
                return nil
            }
        }
    }

    /// A tensor whose digest moved.
    public struct MovedTensor: Sendable, Equatable {
        /// The stage that it stands in: the first that moved, or, where no tensors of that were kept, the next that has.
        public let stage: String
        public let name: String
        public let expected: Digest?
        public let found: Digest?
        public let structure: Structure?
        /// The kept elements that differ.
        public let elements: [MovedElement]
        /// How many elements were kept.
        public let sampleCount: Int
        /// How the whole tensor differs, where both sides' tensors are at hand.
        public fileprivate(set) var whole: TensorDifference?
    }

    /// A kept element whose bits moved.
    public struct MovedElement: Sendable, Equatable {
        public let offset: Int
        public let expected: UInt64
        public let found: UInt64
        /// For binary32; nil for other types and for a NaN.
        public let ulps: UInt64?
    }

    /// The first stage that differs.
    public let stage: String
    public let expected: Digest?
    public let found: Digest?
    /// Whether the stage's random streams agree; nil where only one side has the stage.
    public let streamsAgree: Bool?
    public let structure: Structure?
    /// The first tensor known to have moved.
    public private(set) var tensor: MovedTensor?
    /// How many stages differ, of how many.
    public let differingStages: Int
    public let stageCount: Int

    /// Compares a run with what was expected of it. Nil where the roots are equal.
    public init?(expected: (root: Digest, stages: [Stage]), found: Trace) {
        self.init(expected: expected, found: (found.root, found.stages))
    }

    /// Compares two recorded runs, the first being what was expected. Nil where the roots are equal.
    public init?(expected: (root: Digest, stages: [Stage]), found: (root: Digest, stages: [Stage])) {
        guard expected.root != found.root else { return nil }
        let count = max(expected.stages.count, found.stages.count)
        let differing = (0..<count).filter { index in
            guard index < expected.stages.count, index < found.stages.count else { return true }
            let (a, b) = (expected.stages[index], found.stages[index])
            return a.name != b.name || a.digest != b.digest
        }
        stageCount = count
        differingStages = differing.count
        guard let first = differing.first else {
            // Only a tree that does not hash up has equal stages under another root.
            return nil
        }
        let before = first < expected.stages.count ? expected.stages[first] : nil
        let after = first < found.stages.count ? found.stages[first] : nil
        // A stage that comes later on the other side is not missing: what stands in its place is one more.
        let isInserted = after.map { _ in found.stages[first...].contains { $0.name == before?.name } } ?? false
        stage = (isInserted ? after : before ?? after)!.name
        if let before, let after, before.name == after.name {
            self.expected = before.digest
            self.found = after.digest
            streamsAgree = before.streams == after.streams
            structure = nil
        } else {
            self.expected = isInserted ? nil : before?.digest
            self.found = nil
            streamsAgree = nil
            structure = (isInserted ? nil : before).map { .missing($0.name) } ?? .unexpected(after!.name)
        }
        tensor =
            differing.lazy.compactMap { index in
                guard index < expected.stages.count, index < found.stages.count else { return nil }
                return Drift.firstMoved(expected.stages[index], found.stages[index])
            }.first
    }

    /// The same drift, with the whole tensor that moved compared: the golden's with the one that the run gave.
    ///
    /// - Throws: `FormatError`, `.inputOutput`, where the golden's cannot be read.
    public func explained(by golden: GoldenTensors, _ found: [KeptTensor]) throws(FormatError) -> Drift {
        guard let tensor, let own = found.first(where: { $0.stage == tensor.stage && $0.leaf.name == tensor.name })
        else { return self }
        var drift = self
        drift.tensor?.whole = try golden.difference(from: own)
        return drift
    }

    private static func firstMoved(_ expected: Stage, _ found: Stage) -> MovedTensor? {
        guard expected.name == found.name, let before = expected.leaves, let after = found.leaves else { return nil }
        for index in 0..<max(before.count, after.count) {
            let a = index < before.count ? before[index] : nil
            let b = index < after.count ? after[index] : nil
            guard let a, let b, a.name == b.name else {
                return MovedTensor(
                    stage: expected.name, name: (a ?? b)!.name, expected: a?.digest, found: nil,
                    structure: a.map { .missing($0.name) } ?? .unexpected(b!.name), elements: [], sampleCount: 0)
            }
            if a.digest == b.digest { continue }
            let structure = Structure(a, b)
            return MovedTensor(
                stage: expected.name, name: a.name, expected: a.digest, found: b.digest, structure: structure,
                elements: structure == nil ? movedElements(a, b) : [], sampleCount: a.samples.count)
        }
        return nil
    }

    private static func movedElements(_ a: Leaf, _ b: Leaf) -> [MovedElement] {
        zip(a.samples, b.samples).compactMap { before, after in
            guard before.offset == after.offset, before.bits != after.bits else { return nil }
            let ulps =
                a.elementType == .float32
                ? ULP.distance(UInt32(truncatingIfNeeded: before.bits), UInt32(truncatingIfNeeded: after.bits)) : nil
            return MovedElement(offset: before.offset, expected: before.bits, found: after.bits, ulps: ulps)
        }
    }
}
