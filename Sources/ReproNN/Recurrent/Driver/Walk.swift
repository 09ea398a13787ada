// The order in which a direction walks a batch, and which rows its steps read.

/// Rows of one step that read the same kind of state.
struct StepSegment {
    /// Ranks, and so rows from the step's first.
    let ranks: Range<Int>
    /// The row of the step walked before where rank 0 stands; nil where the initial state is read.
    let previousRow: Int?

    /// The ranks' rows, where rank 0's is `first`.
    func rows(from first: Int) -> Range<Int> { (first + ranks.lowerBound)..<(first + ranks.upperBound) }
}

/// The order in which a direction walks the steps, and what each step reads.
struct Walk {
    let layout: SequenceLayout
    let reverse: Bool

    /// The step at a place of the walk.
    func step(_ place: Int) -> Int { reverse ? layout.longest - 1 - place : place }

    /// Visits a step's rows by the state that they read: the previous step's, then the initial one.
    @inline(__always)
    func forEachSegment(_ step: Int, _ body: (StepSegment) -> Void) {
        let running = layout.running(step)
        let previous = reverse ? step + 1 : step - 1
        let continuing = reverse ? layout.running(previous) : step > 0 ? running : 0
        if continuing > 0 { body(StepSegment(ranks: 0..<continuing, previousRow: layout.offset(previous))) }
        if continuing < running { body(StepSegment(ranks: continuing..<running, previousRow: nil)) }
    }

    /// The sequences that take one more step after this one in the walk: their ranks, and the row where rank 0 stands in
    /// that next step. No ranks where no sequence goes on.
    func following(_ step: Int) -> (ranks: Range<Int>, row: Int) {
        if reverse {
            return step == 0 ? (0..<0, 0) : (0..<layout.running(step), layout.offset(step - 1))
        }
        let continuing = layout.running(step + 1)
        return (0..<continuing, continuing > 0 ? layout.offset(step + 1) : 0)
    }

    /// The row of the step walked before, for one sequence; nil where the initial state is read.
    func previousRow(sequence: Int, step: Int) -> Int? {
        let previous = reverse ? step + 1 : step - 1
        guard previous >= 0 && previous < layout.length(sequence) else { return nil }
        return layout.row(sequence: sequence, step: previous)
    }
}
