import ReproNumerics

/// Reading a recurrent module's results: what stands where. Directions and layers are read from the shapes.
///
/// Everything here moves numbers or, in merging, combines them by the contract's section 4; the article "Reading a
/// bidirectional layer's output" draws the tensors. `D·S` are the features of `output`: the forward direction's state,
/// then the reverse one's. Row `k·D + d` of `h_n` and `c_n` is direction `d` of layer `k`.
extension RecurrentOutput {
    /// Results as other tensors hold them: computed elsewhere, or read from a file.
    ///
    /// - Precondition: `output` has 1 or 2 times the features of `hidden`, and `hidden` as many rows per layer.
    public init(_ output: Tensor, hidden: Tensor, cell: Tensor? = nil) {
        self.init(output: output, hidden: hidden, cell: cell)
        require(
            output.rank == hidden.rank && (output.rank == 2 || output.rank == 3) && stateSize > 0
                && output.shape[output.rank - 1] == directions * stateSize && (1...2).contains(directions)
                && hidden.shape[0] == layers * directions,
            "output of shape \(output.shape) with h_n of shape \(hidden.shape)")
    }

    /// `S`: the size of h.
    public var stateSize: Int { hidden.shape[hidden.rank - 1] }
    /// `D`: 2 where the module is bidirectional.
    public var directions: Int { output.shape[output.rank - 1] / stateSize }
    /// `L`.
    public var layers: Int { hidden.shape[0] / directions }
    /// Whether there is no axis of sequences.
    public var isBatchless: Bool { output.rank == 2 }

    // MARK: By direction and layer

    /// `output.view(…, D, S)`: the same numbers with an axis of directions before the last, `[T, B, D, S]`.
    public var outputByDirection: Tensor { output.reshaped(output.shape.dropLast() + [directions, stateSize]) }

    /// One direction's half of the output, `[T, B, S]`: `output.chunk(D, -1)[d]`, which is `outputByDirection[…, d, :]`.
    ///
    /// - Precondition: the module has that direction.
    public func output(of direction: Direction) -> Tensor {
        verify(direction)
        let first = direction.rawValue * stateSize
        let rows = output.reshaped([output.count / (directions * stateSize), directions * stateSize])
        return rows.columns(first..<(first + stateSize)).reshaped(output.shape.dropLast() + [stateSize])
    }

    /// One direction's `h_n` of every layer, `[L, B, S]`: `h_n[::2]` forward, `h_n[1::2]` reverse, where there are two.
    ///
    /// - Precondition: the module has that direction.
    public func hidden(of direction: Direction) -> Tensor { layerStates(hidden, direction) }

    /// One direction's `c_n` of every layer, `[L, B, H]`; nil for a module without cells.
    ///
    /// - Precondition: the module has that direction.
    public func cell(of direction: Direction) -> Tensor? { cell.map { layerStates($0, direction) } }

    /// `h_n` of one layer and direction, `[B, S]`.
    ///
    /// - Parameter layer: counted from 0; a negative one from the last, −1.
    public func hidden(layer: Int, direction: Direction) -> Tensor { hidden.slice(row(layer, direction)) }

    /// `c_n` of one layer and direction, `[B, H]`; nil for a module without cells.
    ///
    /// - Parameter layer: counted from 0; a negative one from the last, −1.
    public func cell(layer: Int, direction: Direction) -> Tensor? { cell?.slice(row(layer, direction)) }

    private func layerStates(_ states: Tensor, _ direction: Direction) -> Tensor {
        verify(direction)
        let rows = (0..<layers).map { states.slice($0 * directions + direction.rawValue) }
        return Tensor(shape: [layers] + states.shape.dropFirst(), elements: rows.flatMap(\.elements))
    }

    private func row(_ layer: Int, _ direction: Direction) -> Int {
        verify(direction)
        require((-layers..<layers).contains(layer), "layer \(layer) of \(layers)")
        return (layer < 0 ? layers + layer : layer) * directions + direction.rawValue
    }

    private func verify(_ direction: Direction) {
        require(direction.rawValue < directions, "no \(direction) half in one direction")
    }

    // MARK: A sequence in one row

    /// The final representation, `[B, D·S]`: the last layer's final states, merged; `torch.cat([h_n[-2], h_n[-1]], -1)`
    /// unless said otherwise. Right for any number of layers and any lengths.
    ///
    /// - Throws: `FloatingPointFault`.
    public func final(_ merging: Merging = .concat) throws(FloatingPointFault) -> Tensor {
        try merged(
            merging, forward: hidden(layer: -1, direction: .forward),
            reverse: directions == 2 ? hidden(layer: -1, direction: .reverse) : nil)
    }

    /// The last states from the output, `[B, D·S]`: the forward half at each sequence's `length − 1`, the reverse half at
    /// step 0. The same as ``final(_:)``.
    ///
    /// - Parameters:
    ///   - lengths: as the module had them; nil for all steps.
    ///   - batchFirst: as the module has it.
    /// - Precondition: one length per sequence, each within 1 … T.
    public func lastByGather(lengths: [Int]? = nil, batchFirst: Bool = false) -> Tensor {
        rows(SequenceShape(trusting: output.shape, batchFirst: batchFirst, lengths: lengths)) {
            sequences, sequence, direction in direction == 0 ? sequences.length(sequence) - 1 : 0
        }
    }

    /// `output[-1]`, `[B, D·S]`: both halves at the input's last step, whatever the lengths.
    ///
    /// Seldom what is wanted. The reverse direction begins at the last step, so that its half there has read one step
    /// alone; and past a sequence's length both halves are +0.
    public func lastStep(batchFirst: Bool = false) -> Tensor {
        rows(SequenceShape(trusting: output.shape, batchFirst: batchFirst)) { sequences, _, _ in sequences.steps - 1 }
    }

    /// The whole output with its halves merged at every step: `[T, B, D·S]` for concat, else `[T, B, S]`.
    ///
    /// - Throws: `FloatingPointFault`.
    public func merged(_ merging: Merging) throws(FloatingPointFault) -> Tensor {
        try merged(
            merging, forward: output(of: .forward), reverse: directions == 2 ? output(of: .reverse) : nil)
    }

    private func merged(
        _ merging: Merging, forward: Tensor, reverse: Tensor?
    ) throws(FloatingPointFault) -> Tensor {
        let matrix = [forward.count / stateSize, stateSize]
        let merged = try merging.merge(forward: forward.reshaped(matrix), reverse: reverse?.reshaped(matrix))
        return merged.reshaped(forward.shape.dropLast() + [merged.shape[1]])
    }

    /// The output of each sequence at a step of its own for either half.
    private func rows(
        _ sequences: SequenceShape, step: (_ sequences: SequenceShape, _ sequence: Int, _ direction: Int) -> Int
    ) -> Tensor {
        let width = directions * stateSize
        var elements: [Float] = []
        for sequence in 0..<sequences.batch {
            for direction in 0..<directions {
                let row = sequences.row(sequence: sequence, step: step(sequences, sequence, direction))
                let first = row * width + direction * stateSize
                elements += output.elements[first..<(first + stateSize)]
            }
        }
        return Tensor(shape: (isBatchless ? [] : [sequences.batch]) + [width], elements: elements)
    }

    // MARK: The order of a reverse pass

    /// Turns what a reverse pass made, step after step as it walked, into the input's order, or back.
    ///
    /// The pass walks a sequence from `length − 1` down to 0, so that its k-th result belongs to step `length − 1 − k`. That
    /// is an exchange: the same call turns input order into the pass's. What stands past a length stays there. Only in
    /// input order may the halves be merged; a module's `output` has that order already.
    ///
    /// - Parameters:
    ///   - output: `[T, B, F]`, `[B, T, F]` batch first, or `[T, F]`.
    ///   - lengths: nil for all steps.
    /// - Precondition: one length per sequence, each within 1 … T.
    public static func turningReversePass(
        _ output: Tensor, lengths: [Int]? = nil, batchFirst: Bool = false
    ) -> Tensor {
        let sequences = SequenceShape(trusting: output.shape, batchFirst: batchFirst, lengths: lengths)
        let source = output.matrix
        let turned = Matrix(rows: source.rows, columns: source.columns)
        turned.view.copy(from: source.view)
        for sequence in 0..<sequences.batch {
            let length = sequences.length(sequence)
            for step in 0..<length {
                turned[sequences.row(sequence: sequence, step: step)]
                    .copy(from: source[sequences.row(sequence: sequence, step: length - 1 - step)])
            }
        }
        return Tensor(turned, shape: output.shape)
    }
}
