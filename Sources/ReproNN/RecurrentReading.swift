import ReproNumerics

/// One of the two ways through a sequence.
public enum Direction: Int, Sendable, CaseIterable {
    case forward
    case reverse
}

/// Reading a recurrent module's results: what stands where. Directions and layers are read from the shapes.
///
/// Everything here moves numbers or, in merging, combines them by the contract's section 4; the article "Reading a
/// bidirectional layer's output" draws the tensors. `D·S` are the features of `output`: the forward direction's state,
/// then the reverse one's. Row `k·D + d` of `h_n` and `c_n` is direction `d` of layer `k`.
extension RecurrentOutput {
    /// Results as other tensors hold them: computed elsewhere, or read from a file.
    ///
    /// - Precondition: `output` has 1 or 2 times the features of `hidden`, and `hidden` as many rows a layer.
    public init(_ output: Tensor, hidden: Tensor, cell: Tensor? = nil) {
        self.init(output: output, hidden: hidden, cell: cell)
        precondition(
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
        precondition((-layers..<layers).contains(layer), "layer \(layer) of \(layers)")
        return (layer < 0 ? layers + layer : layer) * directions + direction.rawValue
    }

    private func verify(_ direction: Direction) {
        precondition(direction.rawValue < directions, "no \(direction) half in one direction")
    }

    // MARK: A sequence in one row

    /// The final representation, `[B, D·S]`: the last layer's final states, merged; `torch.cat([h_n[-2], h_n[-1]], -1)`
    /// unless said otherwise. Right for any number of layers and any lengths.
    public func final(_ merging: Merging = .concat) -> Tensor {
        merged(
            merging, forward: hidden(layer: -1, direction: .forward),
            reverse: directions == 2 ? hidden(layer: -1, direction: .reverse) : nil)
    }

    /// The last states from the output, `[B, D·S]`: the forward half at each sequence's `length − 1`, the reverse half at
    /// step 0. The same as ``final(_:)``.
    ///
    /// - Parameters:
    ///   - lengths: as the module had them; nil for all steps.
    ///   - batchFirst: as the module has it.
    public func lastByGather(lengths: [Int]? = nil, batchFirst: Bool = false) -> Tensor {
        let steps = steps(batchFirst)
        return rows(batchFirst) { sequence, direction in
            direction == 0 ? (lengths?[sequence] ?? steps) - 1 : 0
        }
    }

    /// `output[-1]`, `[B, D·S]`: both halves at the input's last step, whatever the lengths.
    ///
    /// Seldom what is wanted. The reverse direction begins at the last step, so that its half there has read one step
    /// alone; and past a sequence's length both halves are +0.
    public func lastStep(batchFirst: Bool = false) -> Tensor {
        let last = steps(batchFirst) - 1
        return rows(batchFirst) { _, _ in last }
    }

    /// The whole output with its halves merged at every step: `[T, B, D·S]` for concat, else `[T, B, S]`.
    public func merged(_ merging: Merging) -> Tensor {
        merged(
            merging, forward: output(of: .forward), reverse: directions == 2 ? output(of: .reverse) : nil)
    }

    private func merged(_ merging: Merging, forward: Tensor, reverse: Tensor?) -> Tensor {
        let matrix = [forward.count / stateSize, stateSize]
        let merged = merging.merge(forward: forward.reshaped(matrix), reverse: reverse?.reshaped(matrix))
        return merged.reshaped(forward.shape.dropLast() + [merged.shape[1]])
    }

    private func steps(_ batchFirst: Bool) -> Int { output.shape[batchFirst && !isBatchless ? 1 : 0] }

    /// The output of each sequence at a step of its own for either half.
    private func rows(_ batchFirst: Bool, step: (_ sequence: Int, _ direction: Int) -> Int) -> Tensor {
        let places = Places(output, batchFirst: batchFirst)
        var elements: [Float] = []
        for sequence in 0..<places.batch {
            for direction in 0..<directions {
                let first = places.offset(sequence, step(sequence, direction)) + direction * stateSize
                elements += output.elements[first..<(first + stateSize)]
            }
        }
        return Tensor(
            shape: (isBatchless ? [] : [places.batch]) + [directions * stateSize], elements: elements)
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
    /// - Precondition: a length a sequence, each within 1 … T.
    public static func turningReversePass(
        _ output: Tensor, lengths: [Int]? = nil, batchFirst: Bool = false
    ) -> Tensor {
        let places = Places(output, batchFirst: batchFirst)
        let lengths = lengths ?? [Int](repeating: places.steps, count: places.batch)
        precondition(
            lengths.count == places.batch && lengths.allSatisfy { (1...places.steps).contains($0) },
            "lengths \(lengths) for \(places.batch) sequences of \(places.steps) steps")
        var turned = output
        for (sequence, length) in lengths.enumerated() {
            for step in 0..<length {
                let source = places.offset(sequence, length - 1 - step)
                let target = places.offset(sequence, step)
                for feature in 0..<places.width {
                    turned[offset: target + feature] = output[offset: source + feature]
                }
            }
        }
        return turned
    }
}

/// Where the steps of sequences stand in a tensor `[T, B, F]`, `[B, T, F]` or `[T, F]`.
private struct Places {
    let steps: Int
    let batch: Int
    let width: Int
    private let batchFirst: Bool

    init(_ tensor: Tensor, batchFirst: Bool) {
        precondition(tensor.rank == 2 || tensor.rank == 3, "\(tensor.shape) is no sequence")
        let batchless = tensor.rank == 2
        self.batchFirst = batchFirst && !batchless
        steps = tensor.shape[self.batchFirst ? 1 : 0]
        batch = batchless ? 1 : tensor.shape[batchFirst ? 0 : 1]
        width = tensor.shape[tensor.rank - 1]
    }

    func offset(_ sequence: Int, _ step: Int) -> Int {
        (batchFirst ? sequence * steps + step : step * batch + sequence) * width
    }
}
