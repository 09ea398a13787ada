import ReproFormats

/// The first place where two runs part, and how far.
public struct OutputDifference: Sendable, Equatable {
    /// What kind of difference it is.
    public enum Kind: String, Sendable, Equatable {
        case content, container, missing, unreadable
    }

    /// The file, relative to the working directory; of an archive, with the file in it behind a slash.
    public let path: String
    /// Its name, where the file holds several; in text, the line, counted from 1.
    public var tensor: String?
    /// The place in the flattened tensor; the row of a column, the place of a word in its line.
    public var element: Int?
    /// The place, one number for each axis.
    public var index: [Int]?
    /// The two values, as text.
    public var a = "", b = ""
    /// The distance of two numbers: binary16, bfloat16, binary32 and binary64 by their own steps, decimal digits as binary64.
    public var ulp: UInt64?
    /// How many elements differ, or lines of text; 0 where that was not counted.
    public var different = 0
    /// What kind of difference it is.
    public let kind: Kind

    public init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }
}

/// What two runs' outputs came to beside each other.
public enum OutputComparison: Sendable, Equatable {
    case equal
    /// Everything that the files say is equal, and these differ in their bytes: times, orders, or compression.
    case sameContentOtherContainer([String])
    case different([OutputDifference])
}

/// Compares what two runs left behind, but for what the masks hide. Floats compare by their bits: −0 and +0 differ, and a NaN
/// equals the same NaN.
///
/// Where contents differ, both files are read again, so as to tell where; where one is gone meanwhile, no more is told than that.
public func compare(_ a: OutputSnapshot, _ b: OutputSnapshot, hiding masks: [OutputMask]) -> OutputComparison {
    var differences: [OutputDifference] = []
    var otherContainers: [String] = []
    for (left, right) in OutputSnapshot.pairs(a, b) {
        guard let path = (left ?? right)?.path, !masks.contains(where: { $0.hides(path) }) else { continue }
        guard let left, let right else {
            differences.append(.missing(path, tensor: nil, isInFirst: left != nil))
            continue
        }
        if left.containerDigest == right.containerDigest { continue }
        if left.contentDigest == right.contentDigest {
            otherContainers.append(path)
        } else {
            differences += FileComparison(left, right, masks).differences
        }
    }
    if !differences.isEmpty { return .different(differences) }
    return otherContainers.isEmpty ? .equal : .sameContentOtherContainer(otherContainers)
}

/// What the masks hide of two runs' outputs: for each mask and file, how much, and whether the runs differ in it.
public func hiddenOutputs(_ a: OutputSnapshot, _ b: OutputSnapshot, by masks: [OutputMask]) -> [HiddenOutput] {
    masks.flatMap { mask in
        OutputSnapshot.pairs(a, b).compactMap { left, right in
            guard let path = (left ?? right)?.path else { return nil }
            if mask.hides(path) {
                return HiddenOutput(
                    pattern: mask.pattern, path: path, count: 1,
                    isDifferent: left?.contentDigest != right?.contentDigest)
            }
            guard let left, let right else { return nil }
            let whole = FileComparison(left, right, [])
            let masked = FileComparison(left, right, [mask])
            if masked.hiddenCount == 0 { return nil }
            return HiddenOutput(
                pattern: mask.pattern, path: path, count: masked.hiddenCount,
                isDifferent: whole.differences != masked.differences)
        }
    }
}

extension OutputDifference {
    static func missing(_ path: String, tensor: String?, isInFirst: Bool) -> OutputDifference {
        var result = OutputDifference(path: path, kind: .missing)
        result.tensor = tensor
        (result.a, result.b) = isInFirst ? ("present", "absent") : ("absent", "present")
        return result
    }
}
