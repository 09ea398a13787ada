import Foundation
import Repro

/// `repro infer`: PyTorch's weights in, output, h_n and c_n out.
enum InferCommand: Command {
    static let specification = CommandSpecification(
        name: "infer", summary: "Runs a recurrent layer whose weights PyTorch saved; prints each result's digest",
        operands: "",
        options: [
            .option("weights", "FILE", "a state_dict: safetensors, or what torch.save wrote; needed"),
            .option("input", "FILE", "npy or safetensors, float32 [T, B, I], or [T, I] without a batch; needed"),
            .option("lengths", "FILE", "valid steps of each sequence, int64 or int32 [B]"),
            .option("h0", "FILE", "initial hidden state [L·D, B, H] (default +0)"),
            .option("c0", "FILE", "an LSTM's initial cell [L·D, B, H], with --h0"),
            .option("prefix", "TEXT", "what precedes the names, such as lstm. (default: found)"),
            .flag("batch-first", "the input is [B, T, I], and the output alike"),
            .option("nonlinearity", "tanh|relu", "of an RNN (default tanh)"),
            .option("output", "FILE", "safetensors to write: output, h_n, c_n; needed"),
            .flag("force", "replace the file named by --output"),
        ],
        notes: [
            "Cell, sizes, layers, directions, bias and projection are read from names and shapes. Inputs are npy files, or",
            "safetensors files of one tensor.",
        ])

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        func needed(_ name: String) throws -> String {
            guard let path = arguments.value(name) else { throw usage("--\(name) FILE is needed") }
            return path
        }
        let (weights, input, output) = (try needed("weights"), try needed("input"), try needed("output"))
        let nonlinearity = try arguments.choice("nonlinearity", of: Nonlinearity.self)
        try Paths.verifyPlace(output, replacing: arguments.has("force"))

        let found = try RecurrentImport(try SafetensorsFile(weights: weights), prefix: arguments.value("prefix"))
        let cell = found.configuration.cell
        if nonlinearity != nil && cell != .rnn {
            throw usage("--nonlinearity is for an RNN, and \(weights) holds \(cell.rawValue) weights")
        }
        if arguments.has("c0") && !cell.hasCellState {
            throw usage("--c0 is for an LSTM, and \(weights) holds \(cell.rawValue) weights")
        }
        if cell.hasCellState && arguments.has("h0") != arguments.has("c0") {
            throw usage("an LSTM's initial state is both: --h0 FILE --c0 FILE")
        }
        let engine = try context.engine()
        let module = try found.module(
            nonlinearity: nonlinearity ?? .tanh, batchFirst: arguments.has("batch-first"))
        let inference = try Inference(
            module,
            try InferenceInput(
                input, lengths: arguments.value("lengths"), hidden: arguments.value("h0"), cell: arguments.value("c0"),
                for: module.configuration),
            engine: engine)
        try context.interruption.protected { try inference.write(to: output) }

        let environment = RunEnvironment(engine: engine)
        try context.answer(
            json(inference, module.configuration, prefix: found.prefix, environment),
            ["module    \(describe(module.configuration, prefix: found.prefix))"]
                + inference.results.map { result in
                    let shape = result.value.shape.map(String.init).joined(separator: "×")
                    return "\(result.name.padded(8))  \(shape.padded(14))  \(result.digest)"
                })
        if context.format == .text { context.messages.remark("wrote \(output)") }
        return .success
    }

    private static func describe(_ configuration: RecurrentConfiguration, prefix: String) -> String {
        let name = (configuration.bidirectional ? "Bi-" : "") + configuration.cell.rawValue.asciiUppercased
        var parts = [
            "\(configuration.layers) \(configuration.layers == 1 ? "layer" : "layers")",
            "\(configuration.inputSize) inputs", "\(configuration.hiddenSize) hidden",
        ]
        if configuration.projectionSize > 0 { parts.append("projected to \(configuration.projectionSize)") }
        if !configuration.bias { parts.append("no bias") }
        if configuration.cell == .rnn { parts.append(configuration.nonlinearity.rawValue) }
        return name + " (" + parts.joined(separator: ", ") + ")" + (prefix.isEmpty ? "" : ", prefix \(prefix)")
    }

    private static func json(
        _ inference: Inference, _ configuration: RecurrentConfiguration, prefix: String, _ environment: RunEnvironment
    ) -> JSONValue {
        let module: JSONValue = [
            "prefix": prefix, "cell": configuration.cell.rawValue, "inputs": configuration.inputSize,
            "hidden": configuration.hiddenSize, "layers": configuration.layers,
            "bidirectional": configuration.bidirectional, "bias": configuration.bias,
            "projection": configuration.projectionSize, "nonlinearity": configuration.nonlinearity.rawValue,
            "batchFirst": configuration.batchFirst,
        ]
        let tensors = inference.results.map { result -> JSONValue in
            ["name": result.name, "dtype": "F32", "shape": result.value.shape, "digest": result.digest]
        }
        return ["module": module, "tensors": tensors, "environment": environment]
    }
}
