import ReproFormats
import ReproTrace

/// How far a run is from another: one row per tensor and one column per stage, in the order in which a run happens.
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

        init(_ tensor: TensorComparison) {
            if tensor.isEqual {
                self = .equal
            } else {
                self = tensor.greatestULP.map { .distance(ulps: $0, isWhole: tensor.isWhole) } ?? .unmeasured
            }
        }

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

        /// Whether the tensor differs there.
        public var differs: Bool { rank >= 3 }
        /// How far apart the elements stand at least; nil where that is not known.
        public var ulps: UInt64? {
            guard case .distance(let ulps, _) = self else { return nil }
            return ulps
        }
    }

    /// A tensor's cells, one per stage.
    public struct Row: Sendable, Equatable {
        /// The tensor's name.
        public let tensor: String
        /// The tensor at each stage, in the order of the stages.
        public let cells: [Cell]
    }

    /// The stages, in the order of a run.
    public let stages: [StageID]
    /// In the order in which the tensors first occur.
    public let rows: [Row]

    public init(_ stages: [StageComparison]) {
        self.stages = stages.map(\.id)
        rows = DivergenceMap.tensors(stages.flatMap { [$0.before, $0.after] }).map { tensor in
            Row(tensor: tensor, cells: stages.map { DivergenceMap.cell(tensor, $0) })
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

    private static func cell(_ tensor: String, _ stage: StageComparison) -> Cell {
        guard let tensors = stage.tensors else { return stage.isEqual ? .equal : .unrecorded }
        return tensors.first { Text.areSame($0.name, tensor) }.map { Cell($0) } ?? .absent
    }
}
