import ReproFormats
import ReproNumerics

/// How much the targets of each class count in the loss that training lowers (contract, sections 6 and 11).
public enum ClassWeights: Sendable, Equatable {
    /// All targets ÷ (classes × targets of the class), by the training split: scikit-learn's `balanced`.
    case balanced
    /// One per class, in the order of the classes.
    case given([Double])

    /// The weights as binary32, `[C]`.
    ///
    /// - Parameter targets: the training split's.
    /// - Returns: nil where they do not fit the classes.
    func tensor(targets: [Int], classes: Int) -> Tensor? {
        switch self {
        case .given(let weights):
            guard weights.count == classes else { return nil }
            return Tensor(shape: [classes], elements: weights.map(Float.init))
        case .balanced:
            var counts = [Int](repeating: 0, count: classes)
            for target in targets { counts[target] += 1 }
            guard counts.allSatisfy({ $0 > 0 }) else { return nil }
            return Tensor(
                shape: [classes], elements: counts.map { Float(Double(targets.count) / Double(classes * $0)) })
        }
    }
}

extension ClassWeights {
    /// Reads `classWeights`: "balanced", or a list of numbers above 0.
    init(_ options: inout OptionReader, _ key: String) throws(FormatError) {
        let value = try options.value(key)
        if value.string == "balanced" {
            self = .balanced
            return
        }
        let range = Double(Float.leastNormalMagnitude)...1e30
        guard let elements = value.elements, case let weights = elements.compactMap(\.double),
            weights.count == elements.count, weights.allSatisfy({ range.contains($0) })
        else {
            throw options.error(
                key, "neither \"balanced\" nor a list of numbers above 0",
                remedy: "write \"balanced\", or one weight per class in the order of the labels' bytes")
        }
        self = .given(weights)
    }

    var json: JSONValue {
        switch self {
        case .balanced: "balanced".json
        case .given(let weights): weights.json
        }
    }
}
