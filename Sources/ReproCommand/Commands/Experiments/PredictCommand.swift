import Repro

/// `repro predict`: a run directory and lines of text in, a label and its probabilities for each line out.
enum PredictCommand: Command {
    static let specification = CommandSpecification(
        name: "predict", summary: "Predicts labels for new text with the model of a run, one line out for each line in",
        operands: "",
        options: [
            .option("run", "DIR", "the run directory; needed"),
            .option(
                "input", "FILE",
                "one text on each line, or of a tagger one sentence of words; - is standard input; needed"),
            .option("format", "text|tsv|jsonl", "how to print a prediction (default text)"),
        ],
        notes: [
            "text: the label and its probability, of a tagger a label for each word. tsv: the label and the probability of every class,",
            "of a tagger the labels. jsonl: an object with the labels and every probability. A line without a token gives an empty one.",
            "In regression the number stands alone.",
            "A line's bits depend on nothing but the line: not on the lines beside it, threads or kernels.",
        ])

    /// Lines that are read before their predictions are printed.
    private static let chunkSize = 1024

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        guard let directory = arguments.value("run") else { throw usage("name the run directory: --run DIR") }
        guard let path = arguments.value("input") else {
            throw usage("name the texts: --input FILE, or --input - for standard input")
        }
        let form = try arguments.choice("format", PredictionForm.allCases.map(\.rawValue))
        let model = try TrainedModel(contentsOf: directory, engine: try context.engine())
        guard let encoding = model.encoding else {
            throw usage("the model in '\(directory)' reads features and no text; repro evaluate takes its data")
        }
        let printer = PredictionPrinter(model, PredictionForm(rawValue: form ?? "text")!)
        let stream = try LineStream(path: path)
        var isOpen = true
        while isOpen {
            var sequences: [Tokens] = []
            // What is there is answered before more is waited for, so that a pipe works like a conversation.
            while sequences.count < chunkSize, sequences.isEmpty || stream.hasLine {
                guard let line = try stream.next() else {
                    isOpen = false
                    break
                }
                let reading = encoding.tokenization
                sequences.append(
                    model.isTagger ? reading.tokens(of: Text.tokens(line)) : reading.tokens(of: line))
            }
            try Output.write(try model.predictions(sequences).map(printer.line))
        }
        return .success
    }
}
