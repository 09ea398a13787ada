import ReproNN
import ReproNumerics

// Cuts a batch into the parts that pass through the model one after another, and joins what they give.

extension SequenceBatch {
    /// Shards of consecutive sequences: of B sequences, shard s of S holds ⌊sB/S⌋ up to ⌊(s+1)B/S⌋; nil where that is none.
    func shards(_ count: Int, tagging: Bool) -> [SequenceBatch?] {
        if count == 1 { return [self] }
        let set = SequenceSet(self, tagging: tagging)
        return (0..<count).map { shard in
            let range = (shard * lengths.count / count)..<((shard + 1) * lengths.count / count)
            return range.isEmpty ? nil : set.batch(range)
        }
    }

    /// Micro-batches of at most `size` consecutive sequences; the batch itself where it has no more, or for nil.
    func microBatches(_ size: Int?, tagging: Bool) -> [SequenceBatch] {
        guard let size, size < lengths.count else { return [self] }
        let set = SequenceSet(self, tagging: tagging)
        return stride(from: 0, to: lengths.count, by: size).map { set.batch($0..<min($0 + size, lengths.count)) }
    }
}

extension Tensor {
    /// Joins matrices, one under another.
    ///
    /// - Precondition: at least one, all of one width.
    package init(joiningRows parts: [Tensor]) {
        if parts.count == 1 {
            self = parts[0]
            return
        }
        let (rows, columns) = (parts.map { $0.shape[0] }.reduce(0, +), parts[0].shape[1])
        let joined = Matrix(rows: rows, columns: columns)
        var first = 0
        for part in parts {
            joined.view.rows(first..<(first + part.shape[0])).copy(from: part.matrix.view)
            first += part.shape[0]
        }
        self.init(joined, shape: [rows, columns])
    }

    /// The rows of logits whose target is known, and their targets: a label that training lacks has −1, and no loss.
    package func rowsWithTargets(_ targets: [Int]) -> (logits: Tensor, targets: [Int]) {
        guard targets.contains(where: { $0 < 0 }) else { return (self, targets) }
        let known = targets.indices.filter { targets[$0] >= 0 }
        let joined = Matrix(rows: known.count, columns: shape[1])
        for (row, index) in known.enumerated() {
            joined.view.rows(row..<(row + 1)).copy(from: matrix.view.rows(index..<(index + 1)))
        }
        return (Tensor(joined, shape: [known.count, shape[1]]), known.map { targets[$0] })
    }
}
