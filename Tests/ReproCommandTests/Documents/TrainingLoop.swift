import Repro

// The code of the article "A training loop of your own", which TrainingLoopTests runs and holds to the article.

/// A bidirectional LSTM over sequences of two features; its final states go through a linear layer into two classes.
struct Classifier {
    static let hiddenSize = 4
    var lstm: LSTM
    var linear: Linear

    init(streams: RandomStreams) throws {
        let width = 2 * Classifier.hiddenSize
        lstm = try LSTM(
            inputSize: 2, hiddenSize: Classifier.hiddenSize, bidirectional: true, prefix: "lstm.", streams: streams)
        let weight = try streams.draw(parameter: "linear.weight") {
            try Initialization.linear(fanIn: width).tensor(shape: [2, width], from: &$0)
        }
        linear = Linear(weight: weight, bias: Tensor(zeros: [2]))
    }

    /// All that the optimiser changes, in one order.
    var parameters: [Parameter] {
        get {
            lstm.parameters + [
                Parameter(name: "linear.weight", value: linear.weight),
                Parameter(name: "linear.bias", value: linear.bias!),
            ]
        }
        set {
            lstm.parameters = Array(newValue.dropLast(2))
            linear = Linear(weight: newValue[newValue.count - 2].value, bias: newValue[newValue.count - 1].value)
        }
    }
}

/// Eight sequences of five steps; the class says whether the first feature is greater at the end than at the start.
func drawBatch(_ number: Int, from streams: RandomStreams) -> (input: Tensor, targets: [Int]) {
    let numbers = streams.draw(.generatedData, key: UInt32(number)) { $0.uniforms(5 * 8 * 2, from: -1, to: 1) }
    let input = Tensor(shape: [5, 8, 2], elements: numbers)
    return (input, (0..<8).map { input[4, $0, 0] > input[0, $0, 0] ? 1 : 0 })
}

/// The gradients of one batch, in the parameters' order.
func gradients(
    of model: Classifier, _ input: Tensor, _ targets: [Int], engine: Engine, in recorder: Recorder
) throws -> [Tensor] {
    let (states, tape) = try model.lstm.forwardForTraining(input, engine: engine)
    let features = try states.final()
    var logits = try model.linear.forward(features, engine: engine)
    try recorder.record("logits", &logits)
    var loss = try Loss.crossEntropy(logits, targets: targets, engine: engine)
    try recorder.record("loss", &loss.value)

    let linear = try model.linear.backward(loss.gradient, input: features, engine: engine)
    // The final states stand side by side in the features, and one below the other in h_n.
    var hidden = Tensor(zeros: states.hidden.shape)
    for direction in 0..<2 {
        for sequence in targets.indices {
            for unit in 0..<Classifier.hiddenSize {
                hidden[direction, sequence, unit] = linear.input[sequence, direction * Classifier.hiddenSize + unit]
            }
        }
    }
    let lstm = try model.lstm.backward(tape, hidden: hidden, engine: engine)
    return lstm.parameters + [linear.weight, linear.bias]
}

/// Trains for so many steps. The trace's root is the digest of all that was recorded.
func train(steps: Int, seed: UInt64, engine: Engine) throws -> (model: Classifier, trace: Trace) {
    let streams = RandomStreams(seed: seed)
    let recorder = Recorder(engine: engine)
    var model = try Classifier(streams: streams)
    let options = TrainingOptions(optimizer: .adam, learningRate: 0.05, batchSize: 8, epochs: 1)
    var optimizer = Optimizer(options, parameters: model.parameters)

    recorder.begin(.initialization)
    for index in model.parameters.indices {
        try recorder.record(model.parameters[index].name, &model.parameters[index].value)
    }
    try recorder.end(streams: streams.takeLedger())

    for step in 0..<steps {
        recorder.begin(.step(step))
        let (input, targets) = drawBatch(step, from: streams)
        var gradients = try gradients(of: model, input, targets, engine: engine, in: recorder)
        for index in gradients.indices {
            try recorder.record("grad." + model.parameters[index].name, &gradients[index])
        }
        try optimizer.apply(gradients, to: &model.parameters, engine: engine)
        try recorder.end(streams: streams.takeLedger())
    }
    return (model, try recorder.trace())
}
