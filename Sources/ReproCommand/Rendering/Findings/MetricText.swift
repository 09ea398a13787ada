import Foundation
import Repro

/// Metrics as people read them, with as many digits as it takes to tell two values apart.
enum MetricText {
    /// One row per metric that differs: `metrics       testAccuracy 68.1 → 74.0 %`; none where one side knows no metrics.
    static func rows(_ before: [JSONValue.Member], _ after: [JSONValue.Member]) -> [FindingRow] {
        if before.isEmpty || after.isEmpty { return [] }
        return Condition.all([before, after]).filter(\.differs).map { metric in
            let values = metric.perRun.map { $0?.double }
            guard let old = values[0], let new = values[1] else {
                let known = values[0] ?? values[1] ?? 0
                let value = text(metric.name, known)
                return FindingRow(
                    "metrics", "\(metric.name) \(values[0] == nil ? "none → \(value)" : "\(value) → none")")
            }
            return FindingRow("metrics", StyledText("\(metric.name) \(change(metric.name, old, new))"))
        }
    }

    /// A golden's metrics on one line.
    static func line(_ metrics: [JSONValue.Member]) -> String {
        metrics.compactMap { metric in metric.value.double.map { "\(metric.key) \(text(metric.key, $0))" } }
            .joined(separator: ", ")
    }

    private static func text(_ name: String, _ value: Double) -> String {
        isShare(name) ? "\(digits(value, 1, isShare: true)) %" : digits(value, 5, isShare: false)
    }

    private static func change(_ name: String, _ old: Double, _ new: Double) -> String {
        let isShare = isShare(name)
        let range = isShare ? 1...15 : 5...17
        let count =
            range.first { digits(old, $0, isShare: isShare) != digits(new, $0, isShare: isShare) } ?? range.upperBound
        return "\(digits(old, count, isShare: isShare)) → \(digits(new, count, isShare: isShare))"
            + (isShare ? " %" : "")
    }

    /// A share with so many decimal places of its percentage, anything else with so many significant digits.
    private static func digits(_ value: Double, _ count: Int, isShare: Bool) -> String {
        isShare ? String(format: "%.\(count)f", value * 100) : String(format: "%.\(count)g", value)
    }

    private static func isShare(_ name: String) -> Bool { name.hasSuffix("Accuracy") }
}
