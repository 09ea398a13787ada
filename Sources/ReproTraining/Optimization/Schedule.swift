import ReproFormats
import ReproNumerics

/// How the learning rate changes from epoch to epoch (contract, section 8): PyTorch's `StepLR`, `ExponentialLR`, `LinearLR`
/// and `CosineAnnealingLR`, stepped once an epoch, in binary64 without a library function.
public enum Schedule: Sendable, Equatable {
    /// Multiplied by the factor after every `every` epochs. PyTorch's factor is 0.1 unless said otherwise.
    case step(every: Int, factor: Double = 0.1)
    /// Multiplied by the factor after each epoch.
    case exponential(factor: Double)
    /// Times a number that goes from `start` to `end` over `epochs` epochs, in equal steps, and stays there.
    case linear(start: Double = 1.0 / 3, end: Double = 1, epochs: Int = 5)
    /// Times a number that goes from 1 to `end` over `epochs` epochs as half a cosine does, and stays there.
    case cosine(epochs: Int, end: Double = 0)

    /// The rate of an epoch, counted from 0.
    ///
    ///     step: base × factor × factor × …, ⌊epoch ÷ every⌋ times   exponential: epoch times
    ///     linear: base × (start + (end − start) × min(epoch, n) ÷ n)
    ///     cosine: base × (end + (1 − end) × (1 + cos(π × epoch ÷ n)) ÷ 2); base itself at first, base × end from n on
    ///
    /// - Precondition: the epoch is not negative; `every` and `epochs` are at least 1.
    /// - Throws: `FloatingPointFault`.
    public func rate(_ base: Double, epoch: Int) throws(FloatingPointFault) -> Double {
        require(epoch >= 0, "epoch \(epoch)")
        try FloatingPointEnvironment.verify()
        switch self {
        case .step(let every, let factor):
            require(every >= 1, "a schedule that steps every \(every) epochs")
            return Schedule.product(base, factor, times: epoch / every)
        case .exponential(let factor): return Schedule.product(base, factor, times: epoch)
        case .linear(let start, let end, let epochs):
            require(epochs >= 1, "a linear schedule over \(epochs) epochs")
            let way = (end - start) * Double(min(epoch, epochs))
            return base * (start + way / Double(epochs))
        case .cosine(let epochs, let end):
            if epoch == 0 { return base }
            if epoch >= epochs { return base * end }
            let way = (1 - end) * Cosine.factor(epoch: epoch, of: epochs)
            return base * (end + way)
        }
    }

    private static func product(_ base: Double, _ factor: Double, times: Int) -> Double {
        var rate = base
        for _ in 0..<times { rate *= factor }
        return rate
    }
}

extension Schedule {
    enum Kind: String, CaseIterable {
        case step
        case exponential
        case linear
        case cosine
    }

    init(_ options: inout OptionReader) throws(FormatError) {
        let factors = Double.leastNormalMagnitude...1e6
        let kind: Kind = try options.choice("kind")
        switch kind {
        case .step:
            self = .step(
                every: try options.integer("every", in: 1...1000),
                factor: try options.number("factor", default: 0.1, in: factors))
        case .exponential: self = .exponential(factor: try options.number("factor", in: factors))
        case .linear:
            self = .linear(
                start: try options.number("start", default: 1.0 / 3, in: factors),
                end: try options.number("end", default: 1, in: 0...1e6),
                epochs: try options.integer("epochs", default: 5, in: 1...1000))
        case .cosine:
            self = .cosine(
                epochs: try options.integer("epochs", in: 1...100_000),
                end: try options.number("end", default: 0, in: 0...1e6))
        }
    }

    var json: JSONValue {
        switch self {
        case .step(let every, let factor): ["kind": Kind.step.rawValue, "every": every, "factor": factor]
        case .exponential(let factor): ["kind": Kind.exponential.rawValue, "factor": factor]
        case .linear(let start, let end, let epochs):
            ["kind": Kind.linear.rawValue, "start": start, "end": end, "epochs": epochs]
        case .cosine(let epochs, let end): ["kind": Kind.cosine.rawValue, "epochs": epochs, "end": end]
        }
    }
}
