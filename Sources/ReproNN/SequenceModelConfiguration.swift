import ReproNumerics

/// A batch of sequences in the order of positions: sequence by sequence, time ascending.
public struct SequenceBatch: Sendable {
    public enum Inputs: Sendable {
        /// A token a position.
        case tokens([Int])
        /// `[P, I]`.
        case features(Tensor)
    }

    public var inputs: Inputs
    public let lengths: [Int]
    /// A class a sequence or, in tagging, a position.
    public let targets: [Int]

    public init(inputs: Inputs, lengths: [Int], targets: [Int]) {
        self.inputs = inputs
        self.lengths = lengths
        self.targets = targets
    }

    public var positions: Int { lengths.reduce(0, +) }
}

/// What a sequence model is made of.
public struct SequenceModelConfiguration: Sendable, Equatable {
    public enum Input: Sendable, Equatable {
        case tokens(vocabulary: Int, embedding: Int)
        case features(Int)
    }

    public enum Readout: Sendable, Equatable {
        /// One row a sequence: the last layer's final states, merged.
        case finalStates(Merging)
        /// One row a position: the last layer's output.
        case positions
    }

    /// What the logits mean.
    public enum Head: String, Sendable, CaseIterable {
        case softmax
        case sigmoid
    }

    public let input: Input
    public let recurrent: RecurrentConfiguration
    public let readout: Readout
    public let head: Head
    /// Classes; the sigmoid head tells two apart with one logit.
    public let classes: Int

    /// - Precondition: the recurrent input size is the embedding's or the features'; 2 classes with a sigmoid head.
    public init(input: Input, recurrent: RecurrentConfiguration, readout: Readout, head: Head, classes: Int) {
        switch input {
        case .tokens(_, let width), .features(let width):
            precondition(recurrent.inputSize == width, "\(width) features into \(recurrent.inputSize)")
        }
        precondition(head == .softmax || classes == 2, "a sigmoid head for \(classes) classes")
        self.input = input
        self.recurrent = recurrent
        self.readout = readout
        self.head = head
        self.classes = classes
    }

    public var logitCount: Int { head == .sigmoid ? 1 : classes }

    /// Features that the linear layer reads.
    public var readoutSize: Int {
        switch readout {
        case .finalStates(let merging):
            merging.width(stateSize: recurrent.stateSize, directions: recurrent.directions)
        case .positions: recurrent.outputSize
        }
    }
}
