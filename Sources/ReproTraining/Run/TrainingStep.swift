import ReproNN
import ReproNumerics
import ReproRandom

/// A step's passes forward and backward, part by part: shards, and micro-batches of each (contract, sections 2 and 11).
struct TrainingStep {
    let model: SequenceModel
    let weights: RecurrentWeights
    let engine: Engine
    let observer: OperationObserver?
    /// Whether the shards are to pass in parts that bound the memory.
    let isInMicroBatches: Bool
    /// The probabilities of dropping an element of the embedded rows, and of what the linear layer reads.
    var dropout = (input: 0.0, readout: 0.0)

    /// What a part of a batch went forward with, and its tape where that is kept.
    struct Pass {
        let batch: SequenceBatch
        /// Where the part began to draw.
        let dropout: Dropout?
        let masks: DropoutMasks
        let tape: SequenceModel.Tape?
        let observer: OperationObserver?
    }

    /// The passes of each shard, none for an empty one, and the logits of all.
    struct Forward {
        fileprivate(set) var shards: [[Pass]] = []
        var logits: Tensor
        /// Where the last part ended.
        fileprivate let dropout: Dropout?
    }

    /// Takes each part forward by itself, which changes no bit of its rows.
    ///
    /// The step's stream is lent for as long as dropout draws, and comes back as the last part left it.
    func forward(_ shards: [[SequenceBatch]], number: Int, streams: RandomStreams) throws -> Forward {
        let recurrent = model.configuration.recurrent
        let positions = shards.joined().map(\.positions).reduce(0, +)
        let masks = masks(positions: positions, rows: shards.joined().map(rows).reduce(0, +), number, streams)
        guard recurrent.drops else { return try forward(shards, masks, dropout: nil) }
        return try streams.draw(.dropout, key: UInt32(number)) { generator in
            let result = try forward(
                shards, masks, dropout: Dropout(stream: generator, recurrent, batchPositions: positions))
            generator = result.dropout!.stream
            return result
        }
    }

    /// How many rows the linear layer reads of a part.
    private func rows(_ part: SequenceBatch) -> Int {
        model.configuration.readout == .positions ? part.positions : part.lengths.count
    }

    /// What the step drops beside the dropout between layers, drawn for the whole batch.
    private func masks(positions: Int, rows: Int, _ number: Int, _ streams: RandomStreams) -> DropoutMasks {
        func mask(_ domain: RandomStreams.Domain, _ probability: Double, _ rows: Int, _ columns: Int) -> DropoutMask? {
            guard probability > 0 else { return nil }
            return streams.draw(domain, key: UInt32(number)) {
                DropoutMask(rows: rows, columns: columns, probability: probability, from: &$0)
            }
        }
        return DropoutMasks(
            input: mask(.inputDropout, dropout.input, positions, model.configuration.recurrent.inputSize),
            readout: mask(.readoutDropout, dropout.readout, rows, model.configuration.readoutSize))
    }

    private func forward(_ shards: [[SequenceBatch]], _ masks: DropoutMasks, dropout: Dropout?) throws -> Forward {
        // Of micro-batches no tape is kept: the loss takes all logits before the first gradient, and one tape at a time is what
        // they are for. Each passes forward again before it passes backward. A watched step keeps them: an operation happens once.
        let keepsTapes = !isInMicroBatches || shards.joined().count == 1 || observer != nil
        var dropout = dropout
        var logits: [Tensor] = []
        var passes: [[Pass]] = []
        var (position, row) = (0, 0)
        for (number, shard) in shards.enumerated() {
            passes.append([])
            for (place, part) in shard.enumerated() {
                let own = observer?.within(shard: number, of: shards.count, part: place, of: shard.count)
                let (next, nextRow) = (position + part.positions, row + rows(part))
                let masks = masks.part(positions: position..<next, rows: row..<nextRow)
                (position, row) = (next, nextRow)
                let (partLogits, tape) = try model.forwardForTraining(
                    part, weights: weights, engine: engine, dropout: dropout, masks: masks, observer: own)
                logits.append(partLogits)
                passes[number].append(
                    Pass(batch: part, dropout: dropout, masks: masks, tape: keepsTapes ? tape : nil, observer: own))
                dropout = tape.dropout
            }
        }
        return Forward(shards: passes, logits: Tensor(joiningRows: logits), dropout: dropout)
    }

    /// Gradients of the whole batch: the shards', each a chain of its own that its micro-batches continue, added in
    /// ascending order. An empty shard's is +0, and is added.
    func gradients(_ forward: Forward, logitsGradient: Tensor) throws -> [Tensor] {
        var sum: [Tensor]?
        var firstRow = 0
        var afterEmpty = false
        for shard in forward.shards {
            // A second +0 in a row changes nothing any more: the first has made +0 of every −0.
            if shard.isEmpty && afterEmpty { continue }
            afterEmpty = shard.isEmpty
            var own: [Tensor] = []
            for pass in shard {
                let tape =
                    try pass.tape
                    ?? model.forwardForTraining(
                        pass.batch, weights: weights, engine: engine, dropout: pass.dropout, masks: pass.masks
                    ).tape
                let part = logitsGradient.rows(firstRow..<(firstRow + tape.rows))
                firstRow += tape.rows
                own = try model.backward(
                    tape, logitsGradient: part, continuing: own.isEmpty ? nil : own, engine: engine,
                    observer: pass.observer)
            }
            if own.isEmpty { own = model.parameters.map { Tensor(zeros: $0.value.shape) } }
            sum = sum.map { zip($0, own).map { $0.combined($1, +) } } ?? own
        }
        return sum ?? []
    }
}

extension OperationObserver {
    /// For a shard, where there are several, and for a micro-batch of it, where there are several.
    fileprivate func within(shard: Int, of shards: Int, part: Int, of parts: Int) -> OperationObserver {
        within((shards > 1 ? "shard[\(shard)]." : "") + (parts > 1 ? "micro[\(part)]." : ""))
    }
}
