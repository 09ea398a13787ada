import ReproNumerics

/// The rows of one step in the batch's order, whatever their order in memory.
struct ObservedRows {
    /// The ranks of the running sequences, in batch order.
    let ranks: [Int]

    init(_ layout: SequenceLayout, step: Int) {
        ranks = (0..<layout.running(step)).sorted { layout.sequence(rank: $0) < layout.sequence(rank: $1) }
    }

    /// The running ranks' rows of a matrix whose row `first` is rank 0's.
    func views(_ matrix: MatrixView, from first: Int = 0) -> [VectorView] { ranks.map { matrix[first + $0] } }

    /// A copy of the rows.
    func copy(_ matrix: MatrixView, from first: Int = 0) -> [[Float]] {
        views(matrix, from: first).map { row in (0..<row.count).map { row[$0] } }
    }

    /// The state before a step that its kernel may read: c of a cell that has one, else h.
    func statesBefore(
        _ step: Int, _ walk: Walk, _ state: DirectionState, _ configuration: RecurrentConfiguration
    ) -> [[Float]] {
        let hidden = configuration.hiddenSize
        var states = [[Float]](repeating: [], count: ranks.count)
        walk.forEachSegment(step) { segment in
            for rank in segment.ranks {
                let row = segment.previousRow.map { $0 + rank }
                // Cells are kept at every position in training alone; else c runs in place.
                let source =
                    row.flatMap { state.cells?[$0] } ?? state.cell?[rank]
                    ?? row.map { state.output.rows(from: $0, count: 1)[0] } ?? state.initialState[rank]
                states[rank] = (0..<hidden).map { source[$0] }
            }
        }
        return ranks.map { states[$0] }
    }
}
