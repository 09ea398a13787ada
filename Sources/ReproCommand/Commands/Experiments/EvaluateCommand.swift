import Repro

/// `repro evaluate`: a run directory and labelled data in, every score of its model out.
enum EvaluateCommand: Command {
    static let specification = CommandSpecification(
        name: "evaluate", summary: "Scores the model of a run on labelled data that it has not seen", operands: "",
        options: [
            .option("run", "DIR", "the run directory; needed"),
            .option(
                "data", "FILE", "data of the format that the run read; of npy three files: inputs, lengths, targets",
                repeats: true),
            .option("predictions", "FILE", "write every label, prediction and text there, as TSV"),
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        guard let directory = arguments.value("run") else { throw usage("name the run directory: --run DIR") }
        let paths = arguments.allValues("data")
        guard !paths.isEmpty else { throw usage("name the data: --data FILE") }
        let model = try TrainedModel(contentsOf: directory, engine: try context.engine())
        let count = model.evaluationFileCount
        guard count == 0 || paths.count == count else {
            throw usage(
                count == 1
                    ? "--data is given \(paths.count) times, and data of '\(model.experiment.name)' is one file"
                    : "--data has to be given \(count) times: inputs, lengths and targets, in this order")
        }
        let file = arguments.value("predictions")
        var lines = Array(PredictionFile.header.utf8)
        let evaluation = try model.evaluate(paths) { row in
            guard file != nil else { return }
            let written = PredictionFile.Row(
                line: row.line, actual: row.actual, predicted: row.prediction.label,
                probability: row.prediction.probability, text: row.text)
            lines += PredictionFile.line(written).utf8
        }
        if let file {
            try context.interruption.protected { try AtomicFile.write(lines, to: file) }
            context.messages.remark("wrote \(file)")
        }
        try context.answer(evaluation.json(of: model), EvaluationText.lines(evaluation))
        return .success
    }
}
