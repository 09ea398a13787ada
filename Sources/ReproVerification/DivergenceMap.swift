import ReproFormats
import ReproTrace

/// How far a run is from another: a row a tensor, a column a stage, in the order in which a run happens.
public struct DivergenceMap: Sendable, Equatable {
    /// What is known of one tensor in one stage, the least divergent first.
    public enum Cell: Sendable, Equatable {
        /// Neither side has such a tensor in the stage.
        case absent
        case equal
        /// The stage differs and its tensors were not kept, so that this one may differ or not.
        case unrecorded
        /// The digests differ, and no kept element tells by how much: only others moved, or they have no distance.
        case unmeasured
        /// The greatest distance among the elements that were kept, which is the tensor's own where `isWhole`.
        case distance(ulps: UInt64, isWhole: Bool)

        /// The most divergent of several cells, for showing them as one.
        public static func greatest(_ cells: some Sequence<Cell>) -> Cell {
            cells.reduce(.absent) { $1.rank > $0.rank ? $1 : $0 }
        }

        private var rank: UInt64 {
            switch self {
            case .absent: 0
            case .equal: 1
            case .unrecorded: 2
            case .unmeasured: 3
            case .distance(let ulps, _): 3 + ulps
            }
        }

        public var differs: Bool { rank >= 3 }
        public var ulps: UInt64? {
            guard case .distance(let ulps, _) = self else { return nil }
            return ulps
        }
    }

    public struct Row: Sendable, Equatable {
        public let tensor: String
        public let cells: [Cell]
    }

    /// A tensor of a stage that is known whole, from a file that keeps it.
    public struct WholeTensor: Sendable {
        public let stage: String
        public let difference: TensorDifference

        public init(stage: String, difference: TensorDifference) {
            self.stage = stage
            self.difference = difference
        }
    }

    public let stages: [String]
    /// In the order in which the tensors first occur.
    public let rows: [Row]

    /// Stages and tensors are paired by name.
    public init(_ pairs: [StagePair], whole: [WholeTensor] = []) {
        stages = pairs.map(\.name)
        rows = DivergenceMap.tensors(pairs.flatMap { [$0.before, $0.after] }).map { tensor in
            Row(tensor: tensor, cells: pairs.map { DivergenceMap.cell(tensor, $0.before, $0.after, whole) })
        }
    }

    private static func tensors(_ stages: [Stage?]) -> [String] {
        var names: [String] = []
        for stage in stages {
            // Most stages hold the tensors of one before them, in its order.
            for leaf in stage?.leaves ?? [] where !names.contains(where: { Text.areSame($0, leaf.name) }) {
                names.append(leaf.name)
            }
        }
        return names
    }

    private static func cell(_ tensor: String, _ before: Stage?, _ after: Stage?, _ whole: [WholeTensor]) -> Cell {
        if let before, let after, before.digest == after.digest {
            guard let leaves = before.leaves ?? after.leaves else { return .equal }
            return leaf(tensor, leaves) == nil ? .absent : .equal
        }
        guard let before, let after else {
            let leaves = (before ?? after)?.leaves
            return leaves.map { leaf(tensor, $0) == nil ? .absent : .unmeasured } ?? .unrecorded
        }
        guard let x = before.leaves, let y = after.leaves else { return .unrecorded }
        switch (leaf(tensor, x), leaf(tensor, y)) {
        case (nil, nil): return .absent
        case (let a?, let b?): return a.digest == b.digest ? .equal : distance(a, b, stage: before.name, whole)
        default: return .unmeasured
        }
    }

    private static func distance(_ a: Leaf, _ b: Leaf, stage: String, _ whole: [WholeTensor]) -> Cell {
        let file = whole.first { Text.areSame($0.stage, stage) && Text.areSame($0.difference.name, a.name) }
        if case .elements(_, _, _, let ulps?, _)? = file?.difference.kind {
            return .distance(ulps: ulps, isWhole: true)
        }
        guard a.elementType == .float32, b.elementType == .float32, a.shape == b.shape else { return .unmeasured }
        let distances = zip(a.samples, b.samples).compactMap {
            ULP.distance(UInt32(truncatingIfNeeded: $0.bits), UInt32(truncatingIfNeeded: $1.bits))
        }
        guard let ulps = distances.max(), ulps > 0 else { return .unmeasured }
        return .distance(ulps: ulps, isWhole: a.samples.count == a.shape.reduce(1, *))
    }

    private static func leaf(_ name: String, _ leaves: [Leaf]) -> Leaf? {
        leaves.first { Text.areSame($0.name, name) }
    }
}
