import ReproFormats
import ReproNN

/// What a model is made of, up to what the data decides.
public struct ModelOptions: Sendable, Equatable {
    /// One cell; an inspection may look at several modules in turn.
    public var cells: [Cell]
    /// Whether a second direction reads each sequence backwards.
    public var bidirectional: Bool
    /// How many recurrent layers are stacked.
    public var layers: Int
    /// Features of the embedding; 0 where the data has features of its own.
    public var embedding: Int
    /// How many hidden units a direction has.
    public var hidden: Int
    /// The size that h is projected to; 0 for none.
    public var projection: Int
    /// Whether gates have biases.
    public var bias: Bool
    /// The function of an RNN's cell.
    public var nonlinearity: Nonlinearity
    /// The probability of dropping an element between layers.
    public var dropout: Double
    /// How the two directions' final states are merged.
    public var pooling: Merging
    /// How logits become probabilities.
    public var head: SequenceModelConfiguration.Head
    /// Whose numbers the parameters start from.
    public var initialization: InitialNumbers
    /// What is set beside these; an experiment that sets none of it reads as it always did.
    public var additions = ModelAdditions()

    /// Where parameters come from.
    public enum InitialNumbers: String, Sendable, CaseIterable {
        /// Every parameter has a stream of its own.
        case repro
        /// PyTorch's one generator, in the order in which PyTorch makes the modules.
        case torch
    }

    public init(
        cells: [Cell] = [.lstm], bidirectional: Bool = true, layers: Int = 1, embedding: Int = 0, hidden: Int,
        projection: Int = 0, bias: Bool = true, nonlinearity: Nonlinearity = .tanh, dropout: Double = 0,
        pooling: Merging = .concat, head: SequenceModelConfiguration.Head = .softmax,
        initialization: InitialNumbers = .repro
    ) {
        self.cells = cells
        self.bidirectional = bidirectional
        self.layers = layers
        self.embedding = embedding
        self.hidden = hidden
        self.projection = projection
        self.bias = bias
        self.nonlinearity = nonlinearity
        self.dropout = dropout
        self.pooling = pooling
        self.head = head
        self.initialization = initialization
    }

    public func recurrent(_ cell: Cell, inputSize: Int) -> RecurrentConfiguration {
        RecurrentConfiguration(
            cell: cell, inputSize: inputSize, hiddenSize: hidden, layers: layers, bias: bias, batchFirst: true,
            dropout: dropout, bidirectional: bidirectional, projectionSize: projection, nonlinearity: nonlinearity)
    }
}

extension ModelOptions {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) {
        let cells: [Cell]
        if task == .inspection, options.has("cells") {
            let elements = try options.value("cells").elements ?? []
            var found: [Cell] = []
            for name in elements.compactMap(\.string) {
                let cell: Cell = try options.choice(name, "cells")
                if !found.contains(cell) { found.append(cell) }
            }
            guard !found.isEmpty, found.count == elements.count else {
                throw options.error("cells", "not a list of different cells", remedy: "write [\"gru\", \"lstm\"]")
            }
            cells = found
        } else {
            cells = [try options.choice("cell", default: Cell.lstm)]
        }
        let sizes = 1...1_000_000
        let hidden = try options.integer("hidden", in: sizes)
        self.init(
            cells: cells,
            bidirectional: try options.bool("bidirectional", default: true),
            layers: try options.integer("layers", default: 1, in: 1...1000),
            embedding: task == .inspection ? 0 : try options.integer("embedding", default: 0, in: 0...1_000_000),
            hidden: hidden,
            projection: try options.integer("projection", default: 0, in: 0...1_000_000),
            bias: try options.bool("bias", default: true),
            nonlinearity: try options.choice("nonlinearity", default: .tanh),
            dropout: task == .inspection ? 0 : try options.number("dropout", default: 0, in: 0...1),
            pooling: task == .inspection ? .concat : try options.choice("pooling", default: .concat),
            head: task == .inspection
                ? .softmax : try options.choice("head", default: task == .regression ? .linear : .softmax),
            initialization: try options.choice("init", default: .repro))
        if task != .inspection {
            additions = try ModelAdditions(&options, embedding: embedding, initialization: initialization)
        }
        if initialization == .torch && embedding > 0 {
            throw options.error(
                "init",
                "an embedding cannot start from PyTorch's numbers, which pass through the platform's log and cos",
                remedy: "use \"repro\", or data of features without an embedding")
        }
        if projection > 0 && (projection >= hidden || cells != [.lstm]) {
            throw options.error(
                "projection", "a projection of \(projection) does not fit",
                remedy: "use an LSTM, and a projection smaller than its \(hidden) hidden units")
        }
        if head == .sigmoid && task == .tagging || (head == .linear) != (task == .regression) {
            throw options.error(
                "head", "\(task.rawValue) has no \(head.rawValue) head",
                remedy: "use \"\(task == .regression ? "linear" : "softmax")\"")
        }
    }

    func json(task: Experiment.Task) -> JSONValue {
        let isInspection = task == .inspection
        var json: JSONValue = isInspection ? ["cells": cells.map(\.rawValue)] : ["cell": cells[0].rawValue]
        json = json.adding(["bidirectional": bidirectional, "layers": layers])
        json.add("embedding", ifPresent: isInspection ? nil : embedding)
        json = json.adding([
            "hidden": hidden, "projection": projection, "bias": bias, "nonlinearity": nonlinearity.rawValue,
        ])
        if !isInspection {
            json = json.adding(["dropout": dropout, "pooling": pooling.rawValue, "head": head.rawValue])
        }
        // Left out where it is the default, so that goldens from before the option stay as they are.
        if initialization != .repro { json.add("init", ifPresent: initialization.rawValue) }
        return json.adding(additions.json)
    }
}
