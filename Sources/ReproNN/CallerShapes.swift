import ReproNumerics

/// Between the caller's tensors and the layers' rows.
struct CallerShapes {
    let layout: SequenceLayout
    private let configuration: RecurrentConfiguration
    private let batchless: Bool

    init(layout: SequenceLayout, batchless: Bool, _ configuration: RecurrentConfiguration) {
        self.layout = layout
        self.batchless = batchless
        self.configuration = configuration
    }

    /// - Precondition: an input of the configuration's features and at least one step; a length a sequence.
    init(_ input: Tensor, _ lengths: [Int]?, _ configuration: RecurrentConfiguration) {
        precondition(
            (input.rank == 2 || input.rank == 3) && input.shape[input.rank - 1] == configuration.inputSize,
            "input of shape \(input.shape) for \(configuration.inputSize) features")
        let batchless = input.rank == 2
        let steps = input.shape[batchless || !configuration.batchFirst ? 0 : 1]
        let batch = batchless ? 1 : input.shape[configuration.batchFirst ? 0 : 1]
        precondition(steps > 0, "an input of no steps")
        let layout: SequenceLayout
        if let lengths {
            precondition(lengths.count == batch, "\(lengths.count) lengths for \(batch) sequences")
            layout = SequenceLayout(lengths: lengths, steps: steps)
        } else {
            layout = SequenceLayout(batch: batch, steps: steps)
        }
        self.init(layout: layout, batchless: batchless, configuration)
    }

    private var batchFirst: Bool { configuration.batchFirst && !batchless }
    private var stateRows: Int { configuration.layers * configuration.directions * layout.batch }

    /// The shape of the caller's input or output.
    func rows(width: Int) -> [Int] {
        if batchless { return [layout.steps, width] }
        return batchFirst ? [layout.batch, layout.steps, width] : [layout.steps, layout.batch, width]
    }

    /// The shape of the caller's states.
    func states(_ width: Int) -> [Int] {
        let blocks = configuration.layers * configuration.directions
        return batchless ? [blocks, width] : [blocks, layout.batch, width]
    }

    /// Elements of the hidden states.
    var hiddenCount: Int { stateRows * configuration.stateSize }

    /// Whether the caller's tensor and the layers' rows are the same memory: every sequence runs to the end, time-major.
    var isIdentity: Bool {
        layout.positions == layout.batch * layout.steps && (!batchFirst || layout.batch == 1)
    }

    /// Whether the caller's tensor has every row, sequence by sequence.
    var isSequenceMajor: Bool { layout.isUniform && layout.longest == layout.steps && batchFirst }

    /// Visits each row with its place in the caller's tensor, on the engine's workers where rows of this width take long.
    @inline(__always)
    private func forEachRow(
        width: Int, _ engine: Engine, _ body: (_ row: Int, _ place: Int) -> Void
    ) throws(FloatingPointFault) {
        let (sequenceStride, stepStride) = batchFirst ? (layout.steps, 1) : (1, layout.batch)
        let workers = engine.workerCount(moving: layout.positions * width)
        try engine.run(workers: workers) { worker in
            for step in Workers.share(of: layout.longest, worker: worker, workers: workers) {
                let first = layout.offset(step)
                for rank in 0..<layout.running(step) {
                    body(first + rank, layout.sequence(rank: rank) * sequenceStride + step * stepStride)
                }
            }
        }
    }

    /// A tensor's rows; +0 where there is none.
    func gather(_ tensor: Tensor?, width: Int, _ engine: Engine) throws(FloatingPointFault) -> Rows {
        let rows = Rows(count: layout.positions * width)
        try withExtendedLifetime(rows.owner) { () throws(FloatingPointFault) in
            guard let tensor else { return rows.pointer.update(repeating: 0, count: layout.positions * width) }
            precondition(
                tensor.shape == self.rows(width: width), "shape \(tensor.shape) is not \(self.rows(width: width))")
            try tensor.withUnsafeElements { elements throws(FloatingPointFault) in
                try forEachRow(width: width, engine) { row, place in
                    (rows.pointer + row * width).update(from: elements + place * width, count: width)
                }
            }
        }
        return rows
    }

    /// Puts rows where the caller's tensor has them, +0 past each sequence's length.
    func scatter(
        _ rows: UnsafePointer<Float>, width: Int, into elements: UnsafeMutablePointer<Float>, _ engine: Engine
    ) throws(FloatingPointFault) {
        let count = layout.batch * layout.steps * width
        if layout.positions < layout.batch * layout.steps { elements.update(repeating: 0, count: count) }
        try forEachRow(width: width, engine) { row, place in
            (elements + place * width).update(from: rows + row * width, count: width)
        }
    }

    /// States with rows by rank, from the caller's `[L·D, B, width]`; +0 where there are none.
    func rank(_ tensor: Tensor?, width: Int, into target: UnsafeMutablePointer<Float>) {
        guard let tensor else { return target.update(repeating: 0, count: stateRows * width) }
        precondition(tensor.shape == states(width), "state of shape \(tensor.shape) is not \(states(width))")
        tensor.withUnsafeElements { elements in
            forEachState { ranked, place in
                (target + ranked * width).update(from: elements + place * width, count: width)
            }
        }
    }

    /// The caller's states from rows by rank.
    func unrank(_ rows: UnsafePointer<Float>, width: Int, into elements: UnsafeMutablePointer<Float>) {
        forEachState { ranked, place in
            (elements + place * width).update(from: rows + ranked * width, count: width)
        }
    }

    @inline(__always)
    private func forEachState(_ body: (_ ranked: Int, _ place: Int) -> Void) {
        for first in stride(from: 0, to: stateRows, by: max(1, layout.batch)) {
            for rank in 0..<layout.batch { body(first + rank, first + layout.sequence(rank: rank)) }
        }
    }
}
