import ReproNN

// Finds options that are accepted and change nothing.

extension Experiment {
    /// Options that are set and change nothing, each with its reason: no error, and most likely not what was meant.
    public var ineffectiveOptions: [String] {
        var remarks: [String] = []
        if model.dropout > 0 && model.layers == 1 {
            remarks.append("model.dropout is between layers, and there is one layer")
        }
        if model.nonlinearity != .tanh && !model.cells.contains(.rnn) {
            remarks.append("model.nonlinearity is an rnn's")
        }
        guard let training else { return remarks }
        if training.optimizer == .sgd {
            if training.beta1 != 0.9 || training.beta2 != 0.999 || training.epsilon != 1e-8 {
                remarks.append("training.beta1, beta2 and epsilon are adam's and adamw's")
            }
        } else if training.momentum != 0 {
            remarks.append("training.momentum is sgd's")
        }
        let additions = training.additions
        if let stopping = additions.earlyStopping, stopping.patience >= training.epochs {
            remarks.append(
                "training.earlyStopping waits for no fewer epochs than there are, and restores the best alone")
        }
        if case .cosine(let epochs, _) = training.schedule, epochs < training.epochs {
            remarks.append("training.schedule ends before training, and stays at its end")
        }
        if let size = training.microBatch, size >= training.batchSize {
            remarks.append("training.microBatch is no less than batchSize")
        }
        if training.shards > training.batchSize {
            remarks.append("training.shards is greater than batchSize, so that some are empty")
        }
        return remarks
    }
}
