import ReproFormats
import ReproNN

/// When training ends before its last epoch, by a score of the validation split; the best epoch's parameters are restored
/// (contract, section 11).
public struct EarlyStopping: Sendable, Equatable {
    /// What is compared.
    public enum Metric: String, Sendable, CaseIterable {
        case loss
        case accuracy
        case macroF1
        case spanF1
        case mae
        case rmse

        /// Whether a smaller number is a better one.
        public var isLowerBetter: Bool { self == .loss || self == .mae || self == .rmse }

        /// The tasks that have it.
        var tasks: [Experiment.Task] {
            switch self {
            case .loss: [.classification, .tagging, .regression]
            case .accuracy, .macroF1: [.classification, .tagging]
            case .spanF1: [.tagging]
            case .mae, .rmse: [.regression]
            }
        }
    }

    /// What is compared.
    public var metric: Metric
    /// After how many epochs in a row without a better one training ends.
    public var patience: Int

    public init(metric: Metric, patience: Int) {
        (self.metric, self.patience) = (metric, patience)
    }

    /// The best epoch so far: what training goes back to.
    public struct Best: Sendable {
        /// Counted from 0.
        public let epoch: Int
        /// The score that it is the best by.
        public let value: Double
        /// The parameters as the epoch left them.
        public let parameters: [Parameter]

        public init(epoch: Int, value: Double, parameters: [Parameter]) {
            (self.epoch, self.value, self.parameters) = (epoch, value, parameters)
        }
    }

    /// Whether a score is better than that of the best epoch: strictly, so that of equals the first stays.
    public func isBetter(_ value: Double, than best: Best?) -> Bool {
        guard let best else { return true }
        return metric.isLowerBetter ? value < best.value : value > best.value
    }
}

extension EarlyStopping {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        self.init(
            metric: try options.choice("metric", default: .loss),
            patience: try options.integer("patience", in: 1...100_000))
        guard metric.tasks.contains(task) else {
            let valid = Metric.allCases.filter { $0.tasks.contains(task) }.map(\.rawValue)
            throw options.error(
                "metric", "\(task.rawValue) has no '\(metric.rawValue)'",
                remedy: "valid: " + valid.joined(separator: ", "))
        }
    }

    var json: JSONValue { ["metric": metric.rawValue, "patience": patience] }
}
