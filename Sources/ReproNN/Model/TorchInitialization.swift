import ReproNumerics
import ReproRandom

/// Draws initial parameters as PyTorch does after `torch.manual_seed`.
extension Initialization {
    /// The weight of `torch.nn.Linear`: `kaiming_uniform_(a=√5)`, which is 1 ÷ √fan_in but for rounding. The bound is formed
    /// in binary64 as Python forms it: gain = √(2 ÷ (1 + √5²)), std = gain ÷ √fan_in, k = √3 × std.
    public static func torchLinearWeight(fanIn: Int) -> Initialization {
        let slope = 5.0.squareRoot()
        let gain = (2 / (1 + slope * slope)).squareRoot()
        return .uniform(bound: 3.0.squareRoot() * (gain / Double(fanIn).squareRoot()))
    }

    /// Draws a tensor in row-major order as `tensor.uniform_(-k, k)` does.
    ///
    /// - Throws: `FloatingPointFault`.
    public func tensor(
        shape: [Int], from generator: inout MersenneTwister
    ) throws(FloatingPointFault) -> Tensor {
        try FloatingPointEnvironment.verify()
        switch self {
        case .uniform(let bound):
            return Tensor(
                shape: shape, elements: (0..<Tensor.count(of: shape)).map { _ in generator.uniform(bound: bound) })
        }
    }
}

extension Recurrent {
    /// Draws every parameter, one after another, from one generator: the numbers that `torch.nn.LSTM(…)`, `GRU` or `RNN`
    /// starts from where PyTorch's generator stands alike.
    ///
    /// - Throws: `FloatingPointFault`.
    public init(
        _ configuration: RecurrentConfiguration, prefix: String = "", torch generator: inout MersenneTwister
    ) throws(FloatingPointFault) {
        let initialization = Initialization.recurrent(hiddenSize: configuration.hiddenSize)
        var parameters: [Parameter] = []
        for (name, shape) in configuration.parameterShapes {
            parameters.append(
                Parameter(name: prefix + name, value: try initialization.tensor(shape: shape, from: &generator)))
        }
        self.init(configuration, parameters: parameters)
    }
}

extension SequenceModel {
    /// Draws the recurrent layer, then the linear one, from one generator: the numbers of
    /// `torch.nn.LSTM(…)` followed by `torch.nn.Linear(…)`.
    ///
    /// - Precondition: no embedding. PyTorch draws its table through `log`, `sin` and `cos` of the platform, so that its bits
    ///   vary with the platform and are not reproduced.
    /// - Throws: `FloatingPointFault`.
    public init(
        _ configuration: SequenceModelConfiguration, torch generator: inout MersenneTwister
    ) throws(FloatingPointFault) {
        guard case .features = configuration.input else {
            fatalError("an embedding cannot start from PyTorch's numbers")
        }
        let fanIn = configuration.readoutSize
        let recurrent = try Recurrent(
            configuration.recurrent, prefix: configuration.recurrent.cell.rawValue + ".", torch: &generator)
        let weight = try Initialization.torchLinearWeight(fanIn: fanIn)
            .tensor(shape: [configuration.logitCount, fanIn], from: &generator)
        let bias = try Initialization.linear(fanIn: fanIn).tensor(shape: [configuration.logitCount], from: &generator)
        self.init(
            configuration,
            parameters: recurrent.parameters + [
                Parameter(name: "linear.weight", value: weight), Parameter(name: "linear.bias", value: bias),
            ])
    }
}
