import ReproInterchange
import ReproNN
import ReproNumerics
import ReproRandom
import Testing

@Suite struct SingleLayerTests {
    /// Both halves of a bidirectional layer, bit for bit.
    @Test func eachDirectionGivesItsHalfOfTheLayer() throws {
        let engine = try Engine(threads: 1)
        let configuration = RecurrentConfiguration(cell: .lstm, inputSize: 3, hiddenSize: 4, bidirectional: true)
        let module = try Recurrent(configuration, streams: RandomStreams(seed: 3))
        let (steps, batch) = (5, 2)
        let numbers = (0..<steps * batch * 3).map { Float($0 * 7 % 11) / 8 - 0.5 }
        let input = Tensor(shape: [steps, batch, 3], elements: numbers)
        let whole = try module.forward(input, weights: module.weights(for: engine), engine: engine).output
        let zero = Tensor(zeros: [batch, 4])
        for direction in Direction.allCases {
            let weights = module.parameters[(4 * direction.rawValue)..<(4 * direction.rawValue + 4)].map(\.value)
            let half = try SingleLayer.hiddenStates(
                input, weights: weights, hidden: zero, cell: zero, isReverse: direction == .reverse, engine: engine)
            for row in 0..<steps * batch {
                for unit in 0..<4 {
                    let expected = whole.elements[row * 8 + 4 * direction.rawValue + unit]
                    #expect(half.elements[row * 4 + unit].bitPattern == expected.bitPattern, "row \(row), unit \(unit)")
                }
            }
        }
    }
}
