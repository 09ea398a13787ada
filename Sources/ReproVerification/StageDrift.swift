import ReproFormats
import ReproTrace

/// How far one stage of two runs is apart. In the order of a run they show how a drift grows.
public struct StageDrift: Sendable, Equatable {
    public let stage: String
    /// Nil where only one side has the stage.
    public let streamsAgree: Bool?
    /// The tensors that differ; nil where one side kept the stage's digest alone.
    public let tensors: [Tensor]?
    /// How many tensors both sides together name; nil likewise.
    public let tensorCount: Int?
    /// Where only one side has the stage.
    public let structure: Drift.Structure?

    /// A tensor that differs.
    public struct Tensor: Sendable, Equatable {
        public let name: String
        public let structure: Drift.Structure?
        /// The greatest distances that are known: over the recorded elements, and over all where both sides' tensors are at
        /// hand. Nil where no binary32 element is known to differ.
        public fileprivate(set) var greatestULP: UInt64?
        public fileprivate(set) var greatestDistance: Double?
    }

    public var greatestULP: UInt64? { tensors?.compactMap(\.greatestULP).max() }
    public var greatestDistance: Double? { tensors?.compactMap(\.greatestDistance).max() }

    /// The stages that differ, matched by name, in the order of `before`; then those that only `after` has.
    ///
    /// - Parameter kept: differences of whole tensors, by the stage that they stand in.
    public static func all(
        _ before: [Stage], _ after: [Stage], kept: [(stage: String, difference: TensorDifference)] = []
    ) -> [StageDrift] {
        var drifts: [StageDrift] = []
        for (stage, other) in matched(before, after, name: \.name) {
            if let stage, let other {
                if stage.digest != other.digest { drifts.append(StageDrift(stage, other, kept)) }
            } else if let stage {
                drifts.append(StageDrift(only: stage.name, .missing(stage.name)))
            } else if let other {
                drifts.append(StageDrift(only: other.name, .unexpected(other.name)))
            }
        }
        return drifts
    }

    private init(only name: String, _ structure: Drift.Structure) {
        stage = name
        self.structure = structure
        streamsAgree = nil
        tensors = nil
        tensorCount = nil
    }

    private init(_ before: Stage, _ after: Stage, _ kept: [(stage: String, difference: TensorDifference)]) {
        stage = before.name
        structure = nil
        streamsAgree = before.streams == after.streams
        guard let old = before.leaves, let new = after.leaves else {
            tensors = nil
            tensorCount = nil
            return
        }
        let pairs = StageDrift.matched(old, new, name: \.name)
        tensorCount = pairs.count
        tensors = pairs.compactMap { old, new in
            let own = kept.filter {
                Text.areSame($0.stage, before.name) && Text.areSame($0.difference.name, old?.name ?? "")
            }
            return Tensor(old, new, own.map(\.difference))
        }
    }

    /// Pairs of one name, in the order of `before`, and those that stand alone.
    private static func matched<Part>(
        _ before: [Part], _ after: [Part], name: (Part) -> String
    ) -> [(Part?, Part?)] {
        var places: [String: Int] = [:]
        for (index, part) in after.enumerated() { places[name(part)] = index }
        var isTaken = [Bool](repeating: false, count: after.count)
        var pairs: [(Part?, Part?)] = []
        for part in before {
            let place = places[name(part)]
            if let place { isTaken[place] = true }
            pairs.append((part, place.map { after[$0] }))
        }
        return pairs + after.indices.filter { !isTaken[$0] }.map { (nil, after[$0]) }
    }
}

extension StageDrift.Tensor {
    /// Nil where the two are equal.
    fileprivate init?(_ before: Leaf?, _ after: Leaf?, _ whole: [TensorDifference]) {
        guard let before, let after else {
            guard let name = (before ?? after)?.name else { return nil }
            self.init(name: name, structure: before == nil ? .unexpected(name) : .missing(name))
            return
        }
        if before.digest == after.digest { return nil }
        self.init(name: before.name, structure: Drift.Structure(before, after))
        guard structure == nil, before.elementType == .float32 else { return }
        for (x, y) in zip(before.samples, after.samples) where x.bits != y.bits {
            guard let apart = ULP.apart(x.bits, y.bits) else { continue }
            greatestULP = max(greatestULP ?? 0, apart.ulps)
            greatestDistance = max(greatestDistance ?? 0, apart.distance)
        }
        for difference in whole {
            guard case .elements(_, _, _, let ulps?, let distance?) = difference.kind else { continue }
            greatestULP = max(greatestULP ?? 0, ulps)
            greatestDistance = max(greatestDistance ?? 0, distance)
        }
    }
}
