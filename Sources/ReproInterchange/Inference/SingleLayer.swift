import ReproNN
import ReproNumerics

/// One direction of one LSTM layer, computed under the contract from numbers that another library computed with.
public enum SingleLayer {
    /// h of every step, `[T, B, H]`, in the order of positions.
    ///
    /// - Parameters:
    ///   - input: `[T, B, I]`.
    ///   - weights: W_ih `[4H, I]`, W_hh `[4H, H]`, b_ih and b_hh `[4H]`, rows in the order i f g o.
    ///   - hidden: h before the first step, `[B, H]`.
    ///   - cell: c before the first step, `[B, H]`.
    ///   - isReverse: whether the first step is taken at the last position.
    /// - Precondition: weights of these shapes.
    /// - Throws: `ShapeError` for an input or states of other shapes, `FloatingPointFault`.
    public static func hiddenStates(
        _ input: Tensor, weights: [Tensor], hidden: Tensor, cell: Tensor, isReverse: Bool, engine: Engine
    ) throws -> Tensor {
        let sizes = (input: weights[0].shape[1], hidden: weights[1].shape[1])
        let configuration = RecurrentConfiguration(cell: .lstm, inputSize: sizes.input, hiddenSize: sizes.hidden)
        let parameters = zip(configuration.parameterShapes, weights).map { Parameter(name: $0.name, value: $1) }
        let module = Recurrent(configuration, parameters: parameters)
        let batch = hidden.shape[0]
        let states = [hidden, cell].map { $0.reshaped([1, batch, sizes.hidden]) }
        let output = try module.forward(
            isReverse ? reversed(input) : input, initial: InitialStates(hidden: states[0], cell: states[1]),
            weights: module.weights(for: engine), engine: engine
        ).output
        return isReverse ? reversed(output) : output
    }

    /// The first axis the other way round.
    private static func reversed(_ tensor: Tensor) -> Tensor {
        let elements = Array(tensor.elements)
        let width = tensor.shape[0] == 0 ? 0 : elements.count / tensor.shape[0]
        let steps = (0..<tensor.shape[0]).reversed()
        return Tensor(shape: tensor.shape, elements: steps.flatMap { elements[$0 * width..<($0 + 1) * width] })
    }
}
