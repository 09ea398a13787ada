/// Which stage of a run: its identity, whose text form enters the digests and every file.
///
/// Stages are ordered as a run has them, except that steps and epochs with their validations, which alternate, are ordered each
/// among themselves: every step before every epoch.
public enum StageID: Sendable, Hashable {
    /// `init`: the parameters and the optimiser's state before the first step.
    case initialization
    case data
    /// An optimiser's step, counted from 0: `step 000000`, with at least six digits.
    case step(Int)
    /// What an epoch left, counted from 0: `epoch 000`, with at least three digits.
    case epoch(Int)
    /// The validation split after an epoch, counted from 0: `validation 000`, with at least three digits.
    case validation(Int)
    case evaluation
    case final

    /// Whether it is a step of the optimiser.
    public var isStep: Bool {
        if case .step = self { return true }
        return false
    }

    /// Whether it belongs to the end of an epoch: what the epoch left, or its validation.
    public var isEpoch: Bool {
        switch self {
        case .epoch, .validation: true
        default: false
        }
    }

    private static let named: [(text: String, stage: StageID)] = [
        ("init", .initialization), ("data", .data), ("evaluation", .evaluation), ("final", .final),
    ]

    /// Reads the text form; nil for anything else, a number with other leading zeros included.
    public init?(_ text: String) {
        if let stage = StageID.named.first(where: { $0.text.utf8.elementsEqual(text.utf8) })?.stage {
            self = stage
            return
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, words[1].utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(words[1]) else {
            return nil
        }
        switch words[0] {
        case "step": self = .step(number)
        case "epoch": self = .epoch(number)
        case "validation": self = .validation(number)
        default: return nil
        }
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }
}

extension StageID: CustomStringConvertible {
    public var description: String {
        switch self {
        case .initialization: "init"
        case .data: "data"
        case .step(let number): "step " + StageID.padded(number, to: 6)
        case .epoch(let number): "epoch " + StageID.padded(number, to: 3)
        case .validation(let number): "validation " + StageID.padded(number, to: 3)
        case .evaluation: "evaluation"
        case .final: "final"
        }
    }

    /// A number with leading zeros.
    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension StageID: Comparable {
    public static func < (a: StageID, b: StageID) -> Bool { a.place < b.place }

    private var place: (Int, Int, Int) {
        switch self {
        case .initialization: (0, 0, 0)
        case .data: (1, 0, 0)
        case .step(let number): (2, number, 0)
        case .epoch(let number): (3, number, 0)
        case .validation(let number): (3, number, 1)
        case .evaluation: (4, 0, 0)
        case .final: (5, 0, 0)
        }
    }
}

extension StageID: ExpressibleByStringLiteral {
    /// - Precondition: the literal is a stage's text form.
    public init(stringLiteral text: String) {
        guard let stage = StageID(text) else { fatalError("'\(text)' is no stage") }
        self = stage
    }
}
