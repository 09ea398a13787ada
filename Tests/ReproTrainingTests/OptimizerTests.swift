import ReproNN
import ReproNumerics
import ReproTraining
import Testing

@Suite struct OptimizerTests {
    /// Whether a parameter decays is asked of the option as binary32, where this one is 0.
    @Test func aDecayThatIsZeroInBinary32IsNone() throws {
        let options = TrainingOptions(
            optimizer: .adamw, learningRate: 0x1.fp127, beta1: 0, weightDecay: 0x1.fp-151, batchSize: 1, epochs: 1)
        var parameters = [Parameter(name: "p", value: Tensor(shape: [1], elements: [1]))]
        var optimizer = Optimizer(options, parameters: parameters)
        try optimizer.apply(
            [Tensor(zeros: [1])], to: &parameters, engine: Engine(path: .portable, threads: 1))
        #expect(parameters[0].value.elements == [1])
    }
}
