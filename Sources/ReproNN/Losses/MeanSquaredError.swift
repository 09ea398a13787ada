import ReproNumerics

// The loss of numbers.

extension Loss {
    /// `torch.nn.MSELoss`: the mean of the squared errors over all elements, in row-major order.
    ///
    ///     e = x − t   Σ e × e ÷ n   d = (e + e) ÷ n
    ///
    /// - Parameter targets: in the shape of the outputs.
    /// - Precondition: shapes as stated.
    /// - Throws: ``NothingCounted`` where there is no element, `FloatingPointFault`.
    public static func meanSquaredError(_ outputs: Tensor, targets: Tensor) throws -> LossValue {
        require(targets.shape == outputs.shape, "targets of shape \(targets.shape) for \(outputs.shape)")
        try FloatingPointEnvironment.verify()
        guard outputs.count > 0 else { throw NothingCounted(targetCount: 0) }
        let n = Float(outputs.count)
        let errors = outputs.combined(targets, -)
        let sum = errors.elements.reduce(Float(0)) { sum, error in
            let square = error * error
            return sum + square
        }
        return LossValue(value: Tensor(shape: [], elements: [sum / n]), gradient: errors.mapped { ($0 + $0) / n })
    }
}
