import ReproFormats
import ReproTrace

/// A named part of a run with the digest of what it holds: a stage, a tensor of a stage, or an operation.
public protocol DigestedPart: Sendable, Equatable {
    var name: String { get }
    var digest: Digest { get }
}

extension Stage: DigestedPart {}
extension Leaf: DigestedPart {}
extension TracedOperation: DigestedPart {}

/// A part of one run beside the part of the same name in another.
public struct Pair<Part: DigestedPart>: Sendable, Equatable {
    /// Nil where only the other run has the part; one of the two is there.
    public let before, after: Part?

    /// The side that is there, the first where both are.
    public var either: Part { (before ?? after)! }
    /// The name that both sides have.
    public var name: String { either.name }
    /// Whether both sides are there and have the same digest, or neither is.
    public var isEqual: Bool { before?.digest == after?.digest }

    /// Pairs the parts of two runs by name, in the order in which the runs have them.
    ///
    /// Pairs never cross: of two parts that changed places, one is paired and the other stands alone on either side. So all
    /// pairs are equal exactly where the two lists are.
    public static func all(_ before: [Part], _ after: [Part]) -> [Pair] {
        var pairs: [Pair] = []
        pairs.reserveCapacity(max(before.count, after.count))
        var rest = after[...]
        for part in before {
            guard let place = rest.firstIndex(where: { Text.areSame($0.name, part.name) }) else {
                pairs.append(Pair(before: part, after: nil))
                continue
            }
            pairs += rest[..<place].map { Pair(before: nil, after: $0) }
            pairs.append(Pair(before: part, after: rest[place]))
            rest = rest[(place + 1)...]
        }
        return pairs + rest.map { Pair(before: nil, after: $0) }
    }
}

/// A difference of structure: a part that only one run has, or a tensor of another shape or element type.
public enum StructureDifference: Sendable, Equatable {
    /// Only the first run, which says what is expected, has the part of this name.
    case missing(String)
    /// Only the second run has the part of this name.
    case unexpected(String)
    case shape(expected: [Int], found: [Int])
    case elementType(expected: ElementType, found: ElementType)

    /// Nil where both runs have the part.
    init?(_ pair: Pair<some DigestedPart>) {
        switch (pair.before, pair.after) {
        case (nil, _): self = .unexpected(pair.name)
        case (_, nil): self = .missing(pair.name)
        default: return nil
        }
    }

    /// How two tensors of one name are built differently; nil where they are not.
    init?(expected: (type: ElementType, shape: [Int]), found: (type: ElementType, shape: [Int])) {
        if expected.type != found.type {
            self = .elementType(expected: expected.type, found: found.type)
        } else if expected.shape != found.shape {
            self = .shape(expected: expected.shape, found: found.shape)
        } else {
            return nil
        }
    }
}
