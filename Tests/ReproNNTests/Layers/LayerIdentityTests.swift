import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// What holds in every bit.
@Suite struct LayerIdentityTests {

    @Test func withoutWeightsCrossEntropyIsTheTrainingLoss() throws {
        let engine = try Engine(threads: 1)
        let logits = random([50, 7], "x", scale: 5)
        let targets = (0..<50).map { ($0 * 3) % 7 }
        let plain = try SequenceModelConfiguration.Head.softmax.loss(logits, targets: targets, engine: engine)
        let ones = Tensor(shape: [7], elements: [Float](repeating: 1, count: 7))
        for weight in [nil, ones] {
            let found = try Loss.crossEntropy(logits, targets: targets, weight: weight, engine: engine)
            #expect(found.value.isBitwiseEqual(to: plain.value))
            #expect(found.gradient.isBitwiseEqual(to: plain.gradient))
            let nll = try Loss.nll(
                LogSoftmax().forward(logits, engine: engine), targets: targets, weight: weight)
            #expect(nll.value.isBitwiseEqual(to: plain.value))
        }
    }

    @Test func ignoredRowsCountForNothing() throws {
        let engine = try Engine(threads: 1)
        let logits = random([6, 4], "x", scale: 3)
        let weight = Tensor(shape: [4], elements: [0.5, 2, 0, 1.25])
        let all = [1, -100, 3, 0, -100, 2]
        let counted = all.indices.filter { all[$0] >= 0 }
        let rows = Tensor(shape: [4, 4], elements: counted.flatMap { logits.slice($0).elements })
        let found = try Loss.crossEntropy(logits, targets: all, weight: weight, engine: engine)
        let expected = try Loss.crossEntropy(rows, targets: counted.map { all[$0] }, weight: weight, engine: engine)
        #expect(found.value.isBitwiseEqual(to: expected.value))
        for (place, row) in counted.enumerated() {
            #expect(found.gradient.slice(row).isBitwiseEqual(to: expected.gradient.slice(place)))
        }
        for row in [1, 4] { #expect(found.gradient.slice(row).elements.allSatisfy { $0.bitPattern == 0 }) }
    }

    @Test func aMeanOverNothingIsAnError() throws {
        let engine = try Engine(threads: 1)
        let logits = random([2, 3], "x")
        let weight = Tensor(shape: [3], elements: [0, 1, 1])
        #expect(throws: NothingCounted(targetCount: 2)) {
            try Loss.crossEntropy(logits, targets: [-100, -100], engine: engine)
        }
        #expect(throws: NothingCounted(targetCount: 2)) { try Loss.nll(logits, targets: [1, 1], ignoreIndex: 1) }
        #expect(throws: NothingCounted(targetCount: 2)) {
            try Loss.crossEntropy(logits, targets: [0, 0], weight: weight, engine: engine)
        }
        let none = Tensor(zeros: [0])
        #expect(throws: NothingCounted(targetCount: 0)) {
            try Loss.binaryCrossEntropyWithLogits(none, targets: none, engine: engine)
        }
    }

    @Test func binaryCrossEntropyOfOneLogitPerRowIsTheTrainingLoss() throws {
        let engine = try Engine(threads: 1)
        let logits = random([40, 1], "x", scale: 8)
        let targets = (0..<40).map { ($0 / 3) % 2 }
        let plain = try SequenceModelConfiguration.Head.sigmoid.loss(logits, targets: targets, engine: engine)
        let found = try Loss.binaryCrossEntropyWithLogits(
            logits, targets: Tensor(shape: [40, 1], elements: targets.map { Float($0) }), engine: engine)
        #expect(found.value.isBitwiseEqual(to: plain.value))
        #expect(found.gradient.isBitwiseEqual(to: plain.gradient))
    }

    @Test func dropoutKeepsWhereTheDrawIsAtLeastItsProbability() throws {
        let input = random([4, 25], "x")
        let before = PCG64(seed: 6, .dropout, key: 0)
        for probability in [0.1, 0.5, 1] {
            var stream = before
            let dropped = try Dropout.forward(input, probability: probability, from: &stream)
            var expected = before
            let uniforms = expected.uniforms(100)
            #expect(stream.next64() == expected.next64(), "as many draws as elements")
            let gradient = random([4, 25], "d")
            let back = try Dropout.backward(gradient, dropped)
            for (index, u) in uniforms.enumerated() {
                let kept = u >= Float(probability)
                let factor = kept ? Float(1 / (1 - probability)) : 0
                #expect(
                    dropped.output.elements[index].bitPattern
                        == (kept ? input.elements[index] * factor : 0).bitPattern)
                #expect(
                    back.elements[index].bitPattern == (kept ? gradient.elements[index] * factor : 0).bitPattern)
            }
        }
        var stream = before
        let whole = try Dropout.forward(input, probability: 0, from: &stream)
        #expect(whole.output.isBitwiseEqual(to: input))
        #expect(try Dropout.backward(input, whole).isBitwiseEqual(to: input))
        var untouched = before
        #expect(stream.next64() == untouched.next64(), "p = 0 draws nothing")
    }

    /// The contract's sentences as a loop that shares nothing with the layer. Its fma goes by way of binary64, which holds
    /// every step before the rounding: with inputs that are multiples of 2^-8 and a mean over 8, differences are multiples
    /// of 2^-11 below 2, and the chain of their squares of 2^-22 below 32.
    @Test func layerNormIsTheContractsLoop() throws {
        let x = random([3, 8], "x").elements.map { ($0 * 256).rounded() / 256 }
        let (output, _) = try LayerNorm().forward(Tensor(shape: [3, 8], elements: x))
        for row in 0..<3 {
            let values = Array(x[(row * 8)..<(row * 8 + 8)])
            let mean = values.reduce(Float(0), +) / 8
            let differences = values.map { $0 - mean }
            var squares: Float = 0
            for d in differences { squares = Float(Double(squares) + Double(d) * Double(d)) }
            let deviation = (squares / 8 + Float(1e-5)).squareRoot()
            #expect(differences.map { $0 / deviation } == output.slice(row).elements)
        }
    }

    @Test func layerNormNamesWhatDoesNotFit() throws {
        let input = random([2, 3], "x")
        #expect(throws: ShapeError.self) { try LayerNorm().forward(Tensor(zeros: [])) }
        #expect(throws: ShapeError.self) { try LayerNorm(weight: Tensor(zeros: [2])).forward(input) }
        #expect(throws: ShapeError.self) { try LayerNorm(bias: Tensor(zeros: [3])).forward(input) }
        let (_, tape) = try LayerNorm().forward(input)
        #expect(throws: ShapeError.self) { try LayerNorm().backward(Tensor(zeros: [3, 2]), tape) }
    }
}
