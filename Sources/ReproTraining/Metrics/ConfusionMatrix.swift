import ReproNumerics

/// How often each class was predicted for each class: what accuracy, precision, recall and F1 are counted from.
///
/// It keeps the places that are not 0, so that a million classes take no more than their predictions do.
public struct ConfusionMatrix: Sendable, Equatable {
    /// A place that is not 0.
    public struct Cell: Sendable, Equatable {
        /// The class that was right.
        public let actual: Int
        /// The class that was predicted.
        public let predicted: Int
        /// How often.
        public let count: Int
    }

    /// How many classes there are.
    public let classes: Int
    /// The places that are not 0: by the right class, then by the predicted one.
    public let cells: [Cell]

    /// - Precondition: as many predictions as targets, all of them classes.
    public init(targets: [Int], predictions: [Int], classes: Int) {
        require(targets.count == predictions.count, "\(predictions.count) predictions for \(targets.count) targets")
        self.classes = classes
        var cells: [Cell] = []
        for (actual, predicted) in zip(targets, predictions).sorted(by: <) {
            require(
                (0..<classes).contains(actual) && (0..<classes).contains(predicted),
                "target \(actual), prediction \(predicted) of \(classes) classes")
            var count = 1
            if let last = cells.last, last.actual == actual, last.predicted == predicted {
                count += cells.removeLast().count
            }
            cells.append(Cell(actual: actual, predicted: predicted, count: count))
        }
        self.cells = cells
    }

    /// How many targets there are.
    public var total: Int { cells.reduce(0) { $0 + $1.count } }

    /// How many were predicted right.
    public var correct: Int { cells.reduce(0) { $0 + ($1.actual == $1.predicted ? $1.count : 0) } }

    /// The share that was predicted right; 0 of none.
    public var accuracy: Double { ClassScore.ratio(Double(correct), Double(total)) }

    /// The counts of each class, in the order of the classes.
    public var scores: [ClassScore] {
        let zeros = [Int](repeating: 0, count: classes)
        var (correct, predicted, actual) = (zeros, zeros, zeros)
        for cell in cells {
            if cell.actual == cell.predicted { correct[cell.actual] = cell.count }
            predicted[cell.predicted] += cell.count
            actual[cell.actual] += cell.count
        }
        return (0..<classes).map {
            ClassScore(correct: correct[$0], predicted: predicted[$0], actual: actual[$0])
        }
    }

    /// The means over the classes that occur among targets or predictions: scikit-learn's `average="macro"`.
    public var macro: AveragedScore {
        let present = scores.filter { $0.actual + $0.predicted > 0 }
        return AveragedScore(macro: present.map { ($0.precision, $0.recall, $0.f1) })
    }
}
