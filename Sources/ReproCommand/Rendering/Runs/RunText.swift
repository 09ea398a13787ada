import Repro

/// A run as a person reads it, part by part as it goes.
enum RunText {
    static func head(_ experiment: Experiment, seed: UInt64, environment: RunEnvironment) -> [StyledText] {
        let summary = Experiment.summary(of: experiment.name)
        return [
            row("experiment", "\(experiment.name)\(faint: summary.isEmpty ? "" : "  " + summary)"),
            row("model", "\(model(experiment))"), row("seed", "\(seed)"),
            row("engine", "\(engine(environment))"), "",
        ]
    }

    /// What computes.
    static func engine(_ environment: RunEnvironment) -> String {
        let threads = environment.threads == 1 ? "1 thread" : "\(environment.threads) threads"
        return "\(environment.kernels), \(threads), \(environment.processor)"
    }

    /// - Parameters:
    ///   - trace: what `--trace` asks for.
    ///   - operations: the log that counts the stage's operations.
    static func lines(_ event: RunProgress, trace: String?, operations: OperationLog?) -> [StyledText] {
        switch event {
        case .trained, .step: return []
        case .epoch(let epoch, let count, let loss):
            return [row("epoch \(epoch + 1) of \(count)", "loss \(decimal(loss, places: 6))")]
        case .validation(let found, let count):
            let scores = found.scores.map { score in
                "\(score.name) \(["accuracy"].contains(score.name) ? percent(score.value) : decimal(score.value, places: 6))"
            }
            return [row("validation \(found.epoch + 1) of \(count)", "\(scores.joined(separator: ", "))")]
        case .stage(let stage):
            guard trace != nil || !(stage.isStep || stage.id.isEpoch) else { return [] }
            let traced = operations?.counts.last.flatMap { $0.stage == stage.id ? "  \($0.count) operations" : nil }
            let leaves = trace == "tensor" ? stage.leaves ?? [] : []
            return [row(stage.name, "\(stage.digest)\(traced ?? "")")]
                + table(
                    leaves.map { leaf in
                        let shape = leaf.shape.map(String.init).joined(separator: "×")
                        return [leaf.name, leaf.elementType.rawValue, shape, "\(leaf.digest)"]
                    })
        }
    }

    /// Rows of columns, each as wide as its widest cell and no narrower than in other stages.
    private static func table(_ rows: [[String]]) -> [StyledText] {
        let widths = zip([32, 7, 10], 0..<3).map { least, column in max(least, rows.map { $0[column].count }.max() ?? 0)
        }
        return rows.map { row in
            let cells = zip(row, widths).map { $0.padded($1 + 2) }.joined()
            return "  \(cells)\(row[3])"
        }
    }

    static func tail(_ result: RunResult, contrast: RunResult?) -> [StyledText] {
        var lines = result.inspection.map(InspectionText.lines) ?? []
        lines.append("")
        lines += result.metrics.map { row($0.name, "\(metric($0.name, $0.value))") }
        for scores in result.scores {
            let (split, places) = (scores.split.rawValue, 4)
            if let macro = scores.confusion?.macro {
                lines.append(row(split + "MacroF1", "\(decimal(macro.f1, places: places))"))
            }
            if let micro = scores.spans?.micro {
                lines.append(row(split + "SpanF1", "\(decimal(micro.f1, places: places))"))
            }
        }
        if let contrast {
            lines.append("")
            for (name, value) in contrast.metrics where name.hasSuffix("Accuracy") {
                let both = metric(name, result.metric(name) ?? 0)
                lines.append(row("", "\(name) with two directions \(both), with one \(metric(name, value))"))
            }
        }
        return lines + [row("digest", "\(strong: result.trace.root.hexadecimal)")]
    }

    private static func row(_ name: String, _ value: StyledText) -> StyledText { "\(name.padded(18))  \(value)" }

    private static func metric(_ name: String, _ value: Double) -> String {
        name.hasSuffix("Accuracy") ? percent(value) : decimal(value, places: 6)
    }

    private static func model(_ experiment: Experiment) -> String {
        let model = experiment.model
        let cells = model.cells.map { (model.bidirectional ? "Bi-" : "") + $0.rawValue.asciiUppercased }
        let layers = "\(model.layers) \(model.layers == 1 ? "layer" : "layers") × \(model.hidden) hidden"
        let embedding = model.embedding > 0 ? "embedding \(model.embedding) → " : ""
        let readout =
            switch experiment.task {
            case .classification, .regression:
                " → \(model.bidirectional ? model.pooling.rawValue : "last state") → \(model.head.rawValue)"
            case .tagging: " → \(model.head.rawValue) at each position"
            case .inspection: ""
            }
        return embedding + cells.joined(separator: ", ") + " (\(layers))" + readout
    }
}
