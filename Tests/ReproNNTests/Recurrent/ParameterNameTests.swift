import ReproNN
import ReproNumerics
import ReproRandom
import ReproTestSupport
import Testing

/// Parameters by layer, direction and kind, in PyTorch's spelling and order.
@Suite struct ParameterNameTests {
    /// `[name for name, _ in torch.nn.LSTM(3, 5, 2, bidirectional=True, proj_size=2).named_parameters()]`, with the shapes.
    private static let lstm: [(String, [Int])] = [
        ("weight_ih_l0", [20, 3]), ("weight_hh_l0", [20, 2]), ("bias_ih_l0", [20]), ("bias_hh_l0", [20]),
        ("weight_hr_l0", [2, 5]), ("weight_ih_l0_reverse", [20, 3]), ("weight_hh_l0_reverse", [20, 2]),
        ("bias_ih_l0_reverse", [20]), ("bias_hh_l0_reverse", [20]), ("weight_hr_l0_reverse", [2, 5]),
        ("weight_ih_l1", [20, 4]), ("weight_hh_l1", [20, 2]), ("bias_ih_l1", [20]), ("bias_hh_l1", [20]),
        ("weight_hr_l1", [2, 5]), ("weight_ih_l1_reverse", [20, 4]), ("weight_hh_l1_reverse", [20, 2]),
        ("bias_ih_l1_reverse", [20]), ("bias_hh_l1_reverse", [20]), ("weight_hr_l1_reverse", [2, 5]),
    ]

    @Test func namesAndShapesArePyTorchs() {
        let lstm = RecurrentConfiguration(
            cell: .lstm, inputSize: 3, hiddenSize: 5, layers: 2, bidirectional: true, projectionSize: 2)
        #expect(lstm.parameterShapes.map(\.name) == Self.lstm.map(\.0))
        #expect(lstm.parameterShapes.map(\.shape) == Self.lstm.map(\.1))
        let gru = RecurrentConfiguration(cell: .gru, inputSize: 3, hiddenSize: 5, layers: 2, bias: false)
        #expect(gru.parameterShapes.map(\.name) == ["weight_ih_l0", "weight_hh_l0", "weight_ih_l1", "weight_hh_l1"])
        #expect(gru.parameterShapes.map(\.shape) == [[15, 3], [15, 5], [15, 5], [15, 5]])
    }

    /// Every combination that there is has one place; every other has none.
    @Test(arguments: [false, true], [0, 2])
    func aNameAndItsPlaceSayTheSame(_ bias: Bool, _ projection: Int) {
        for (layers, bidirectional) in [(1, false), (1, true), (3, false), (3, true)] {
            let configuration = RecurrentConfiguration(
                cell: .lstm, inputSize: 3, hiddenSize: 5, layers: layers, bias: bias, bidirectional: bidirectional,
                projectionSize: projection)
            let names = configuration.parameterNames
            #expect(names.map { configuration.index(of: $0) } == Array(names.indices))
            for layer in -1...layers {
                for direction in Direction.allCases {
                    for kind in RecurrentParameterName.Kind.allCases {
                        let name = RecurrentParameterName(layer: layer, direction: direction, kind: kind)
                        #expect(configuration.index(of: name) == names.firstIndex(of: name), "\(name)")
                    }
                }
            }
        }
    }

    @Test func aModulesParametersStandUnderTheirNames() throws {
        for configuration in everyModule {
            let module = try module(configuration)
            #expect(module.parameters.map(\.name) == configuration.parameterNames.map(\.description))
            #expect(module.parameters.map(\.value.shape) == configuration.parameterNames.map(configuration.shape))
        }
    }

    /// The first two names of an RNN whose CRC-32 is the same, found by search.
    @Test func namesThatShareAKeyAreRefusedBeforeAnythingIsDrawn() throws {
        let deep = RecurrentConfiguration(cell: .rnn, inputSize: 1, hiddenSize: 1, layers: 3030, bidirectional: true)
        let model = SequenceModelConfiguration(
            input: .features(1), recurrent: deep, readout: .positions, head: .softmax, classes: 2)
        let streams = RandomStreams(seed: 1)
        for body in [
            { _ = try Recurrent(deep, prefix: "rnn.", streams: streams) },
            { _ = try SequenceModel(model, streams: streams) },
        ] {
            let collision = try thrown(ParameterKeyCollision.self, nil, body)
            #expect(collision.first == "rnn.weight_hh_l1577_reverse" && collision.second == "rnn.weight_hh_l3029")
        }
        #expect(streams.takeLedger().isEmpty)
    }
}
