import Repro

/// A run as a person reads it.
struct RunText {
    let context: Context
    private static let width = 18

    func head(_ experiment: Experiment, seed: UInt64, environment: RunEnvironment) throws {
        let summary = Experiment.summary(of: experiment.name)
        try row("experiment", experiment.name + (summary.isEmpty ? "" : context.palette.faint("  " + summary)))
        try row("model", RunText.model(experiment))
        try row("seed", String(seed))
        let threads = environment.threads == 1 ? "1 thread" : "\(environment.threads) threads"
        try row("engine", "\(environment.kernels), \(threads), \(environment.processor)")
        try Output.line()
    }

    func progress(_ event: RunProgress, trace: String?, operations: OperationLog?) throws {
        switch event {
        case .step: break
        case .stage(let stage):
            guard trace != nil || !(stage.isStep || stage.name.hasPrefix("epoch ")) else { return }
            context.messages.clear()
            let traced = operations?.counts.last.flatMap { $0.stage == stage.name ? "  \($0.count) operations" : nil }
            try row(stage.name, stage.digest.hexadecimal + (traced ?? ""))
            if trace == "tensor" {
                for leaf in stage.leaves ?? [] {
                    let shape = leaf.shape.map(String.init).joined(separator: "×")
                    try Output.line(
                        "  " + leaf.name.padded(34) + leaf.elementType.rawValue + " " + shape.padded(12)
                            + leaf.digest.hexadecimal)
                }
            }
        case .epoch(let epoch, let count, let loss):
            context.messages.clear()
            try row("epoch \(epoch + 1) of \(count)", "loss \(decimal(loss, places: 6))")
        }
    }

    func tail(_ result: RunResult, contrast: RunResult?, directory: RunDirectory) throws {
        if let inspection = result.inspection { try InspectionText(context: context).write(inspection) }
        try Output.line()
        for (name, value) in result.metrics { try row(name, metric(name, value)) }
        if let contrast {
            try Output.line()
            for (name, value) in contrast.metrics where name.hasSuffix("Accuracy") {
                try row(
                    "",
                    "\(name) with two directions \(metric(name, result.metric(name) ?? 0)), with one \(metric(name, value))"
                )
            }
        }
        try row("digest", context.palette.strong(result.trace.root.hexadecimal))
        if let fault = result.perturbation { context.messages.remark("a fault was planted: \(fault)") }
        if let stage = result.lastStage {
            context.messages.remark("ended after '\(stage)': the digest is that of the stages so far")
        }
        context.messages.remark("wrote \(directory.path)")
    }

    private func row(_ name: String, _ value: String) throws {
        try Output.line(name.padded(RunText.width) + "  " + value)
    }

    private func metric(_ name: String, _ value: Double) -> String {
        name.hasSuffix("Accuracy") ? percent(value) : decimal(value, places: 6)
    }

    static func model(_ experiment: Experiment) -> String {
        let model = experiment.model
        let cells = model.cells.map { (model.bidirectional ? "Bi-" : "") + $0.rawValue.asciiUppercased }
        let layers = "\(model.layers) \(model.layers == 1 ? "layer" : "layers") × \(model.hidden) hidden"
        let embedding = model.embedding > 0 ? "embedding \(model.embedding) → " : ""
        var readout = ""
        switch experiment.task {
        case .classification:
            readout = " → \(model.bidirectional ? model.pooling.rawValue : "last state") → \(model.head.rawValue)"
        case .tagging: readout = " → \(model.head.rawValue) at each position"
        case .inspection: break
        }
        return embedding + cells.joined(separator: ", ") + " (\(layers))" + readout
    }
}

/// A share as a percentage with two digits: 100.00 % only for the whole.
func percent(_ share: Double) -> String {
    let hundredths = share == 1 ? 10_000 : min(9_999, Int((share * 10_000).rounded()))
    let digits = String(hundredths % 100)
    return "\(hundredths / 100).\(digits.count == 1 ? "0" : "")\(digits) %"
}

/// A number with so many decimal places.
func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let fraction = String(scaled % Int(scale))
    let zeros = String(repeating: "0", count: places - fraction.count)
    return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / Int(scale)).\(zeros)\(fraction)"
}

extension String {
    /// A–Z for a–z, the rest as it is.
    var asciiUppercased: String {
        String(decoding: utf8.map { (97...122).contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
    }
}
