import ReproNumerics

/// A recurrent module's weights laid out for the kernels: made once after each change of the parameters.
///
/// Each direction's units are divided into parts, one for each worker that may compute it, so that every matrix is
/// packed for exactly the columns that one worker needs. The number of parts never shows in a result.
public final class RecurrentWeights: @unchecked Sendable {
    /// What the weights belong to.
    public let configuration: RecurrentConfiguration
    /// Whose kernels they are laid out for.
    private let path: KernelPath
    /// Whether they hold what only the backward pass needs.
    private let hasBackward: Bool
    /// Parts of each direction.
    let partCount: Int
    /// By layer, then direction.
    private let directions: [DirectionWeights]
    /// By layer, then direction, then part.
    private let parts: [UnitPart]
    /// The parameters' shapes, which are their gradients'.
    let shapes: [[Int]]
    /// Where everything stands; not written any more.
    private let memory: Workspace

    /// - Parameters:
    ///   - parameters: in the order and with the shapes of `configuration.parameterShapes`.
    ///   - backward: whether to pack what only the backward pass needs.
    /// - Precondition: the shapes are the configuration's; this thread's floating-point environment is the contract's.
    init(_ configuration: RecurrentConfiguration, parameters: ArraySlice<Parameter>, engine: Engine, backward: Bool) {
        let expected = configuration.parameterCount
        require(parameters.count == expected, "\(parameters.count) parameters, expected \(expected)")
        let shapes = parameters.map(\.value.shape)
        self.shapes = shapes
        self.configuration = configuration
        path = engine.kernels.path
        hasBackward = backward
        // A projection reads every unit of a step, so its units stay with one worker.
        let partCount =
            configuration.projectionSize > 0
            ? 1 : max(1, min(engine.workers.count / configuration.directions, (configuration.hiddenSize + 15) / 16))
        self.partCount = partCount
        let count = parameters.reduce(0) { $0 + $1.value.count }
        var packing = WeightPacking(kernels: engine.kernels, expecting: (backward ? 2 : 1) * count + count / 16)
        var directions: [DirectionWeights] = []
        var parts: [UnitPart] = []
        for layer in 0..<configuration.layers {
            for direction in Direction.allCases.prefix(configuration.directions) {
                func parameter(_ kind: RecurrentParameterName.Kind) -> MatrixView? {
                    let name = RecurrentParameterName(layer: layer, direction: direction, kind: kind)
                    guard let index = configuration.index(of: name) else { return nil }
                    require(
                        configuration.hasShape(shapes[index], name),
                        "'\(name)' of shape \(shapes[index]), not \(configuration.shape(of: name))")
                    return parameters[parameters.startIndex + index].value.matrixView
                }
                let own = DirectionParameters(
                    configuration: configuration, weightIH: parameter(.weightIH)!, weightHH: parameter(.weightHH)!,
                    biases: parameter(.biasIH).map { ($0, parameter(.biasHH)!) }, weightHR: parameter(.weightHR),
                    backward: backward)
                directions.append(own.weights(&packing))
                for part in 0..<partCount { parts.append(UnitPart(own, part, of: partCount, &packing)) }
            }
        }
        packing.fill(on: engine)
        memory = packing.memory
        self.directions = directions
        self.parts = parts
    }

    /// Holds the weights to a pass that is about to use them.
    ///
    /// - Precondition: they are a module's of this configuration, laid out for kernels of the engine's path, for training
    ///   with `backward`. The number of the engine's workers may be another.
    func verify(for configuration: RecurrentConfiguration, engine: Engine, training: Bool) {
        require(
            self.configuration == configuration, "weights of \(self.configuration) in a module of \(configuration)")
        require(
            path == engine.kernels.path,
            "weights laid out for '\(path.rawValue)' kernels in a pass by '\(engine.kernels.path.rawValue)'")
        require(hasBackward || !training, "weights without what training needs: make them with 'backward: true'")
    }

    @inline(__always)
    func direction(_ direction: Int, layer: Int) -> DirectionWeights {
        directions[layer * configuration.directions + direction]
    }

    /// Where the parts of a direction begin among all parts.
    func firstPart(direction: Int, layer: Int) -> Int { (layer * configuration.directions + direction) * partCount }

    @inline(__always)
    func part(at index: Int) -> UnitPart { parts[index] }
}

/// The units of one direction that one worker computes.
struct UnitPart {
    let units: Range<Int>
    /// Transposed W_ih: the part's columns of the pre-activations.
    let input: PackedGates
    /// Transposed W_hh; for GRU the rows r and z.
    let state: PackedGates
    /// GRU: transposed rows n of W_hh.
    let candidate: PackedGates?
    /// W_hh for the gradient into the state, the part's columns; for GRU rows r and z, then rows n.
    let stateGradient: PackedMatrix?
    let candidateGradient: PackedMatrix?

    init(_ own: DirectionParameters, _ part: Int, of partCount: Int, _ packing: inout WeightPacking) {
        let (configuration, hidden, weightHH) = (own.configuration, own.hidden, own.weightHH)
        let units = Workers.share(of: hidden, worker: part, workers: partCount, granule: 16)
        let gates = configuration.cell.gateCount
        let hasCandidate = configuration.cell.hasCandidate
        // The state's chains of the last gate are kept apart where the cell has a candidate.
        let joined = hasCandidate ? gates - 1 : gates
        let columns = configuration.projectionSize > 0 ? 0..<configuration.stateSize : units
        func gradient(_ rows: Range<Int>) -> PackedMatrix {
            packing.pack(weightHH.rows(rows).columns(columns), offset: columns.lowerBound)
        }
        self.units = units
        input = packing.transposedGates(own.weightIH, gates: 0..<gates, hidden: hidden, units: units)
        state = packing.transposedGates(weightHH, gates: 0..<joined, hidden: hidden, units: units)
        candidate =
            hasCandidate
            ? packing.transposedGates(
                weightHH, gates: joined..<gates, hidden: hidden, units: units, origin: joined * hidden) : nil
        stateGradient = own.backward ? gradient(0..<(joined * hidden)) : nil
        candidateGradient = own.backward && hasCandidate ? gradient((joined * hidden)..<(gates * hidden)) : nil
    }
}

/// What all workers of one direction share.
struct DirectionWeights {
    /// Where the chains of the pre-activations start, `[G·H]`: b_ih + b_hh; GRU's n: b_in; +0 without bias.
    let start: VectorView
    /// GRU: where the chain of gh starts, b_hn.
    let candidateStart: VectorView?
    /// Transposed W_hr.
    let projection: PackedMatrix?
    /// W_hr for the gradient into o × tanh(c).
    let projectionGradient: PackedMatrix?
    /// W_ih for the gradient into the input.
    let inputGradient: PackedMatrix?
}

/// One direction's parameters on their way into packed matrices.
struct DirectionParameters {
    let configuration: RecurrentConfiguration
    let weightIH: MatrixView
    let weightHH: MatrixView
    let biases: (ih: MatrixView, hh: MatrixView)?
    let weightHR: MatrixView?
    let backward: Bool

    var hidden: Int { configuration.hiddenSize }

    func weights(_ packing: inout WeightPacking) -> DirectionWeights {
        let hasCandidate = configuration.cell.hasCandidate
        let start = packing.vector(configuration.gateRows)
        let candidateStart = hasCandidate ? packing.vector(hidden) : nil
        if let biases {
            let shared = hasCandidate ? (configuration.cell.gateCount - 1) * hidden : configuration.gateRows
            for row in 0..<configuration.gateRows {
                if row < shared {
                    start[row] = biases.ih[0][row] + biases.hh[0][row]
                } else {
                    start[row] = biases.ih[0][row]
                    candidateStart![row - shared] = biases.hh[0][row]
                }
            }
        }
        return DirectionWeights(
            start: start, candidateStart: candidateStart,
            projection: weightHR.map { packing.pack($0, transposed: true) },
            projectionGradient: backward ? weightHR.map { packing.pack($0) } : nil,
            inputGradient: backward ? packing.pack(weightIH) : nil)
    }
}
