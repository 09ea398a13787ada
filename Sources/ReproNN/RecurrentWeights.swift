import ReproNumerics

/// A recurrent module's weights laid out for the kernels: made once after each change of the parameters.
///
/// Each direction's units are divided into parts, one for each worker that may compute it, so that every matrix is
/// packed for exactly the columns that one worker needs. The number of parts never shows in a result.
public final class RecurrentWeights: Sendable {
    public let configuration: RecurrentConfiguration
    /// By layer, then direction.
    let directions: [[DirectionWeights]]

    /// - Parameter parameters: in the order and with the shapes of `configuration.parameterShapes`.
    /// - Parameter backward: whether to pack what only the backward pass needs.
    /// - Precondition: the shapes are the configuration's.
    public init(
        _ configuration: RecurrentConfiguration, parameters: ArraySlice<Parameter>, engine: Engine, backward: Bool
    ) {
        let expected = configuration.parameterShapes
        precondition(
            parameters.count == expected.count && zip(parameters, expected).allSatisfy { $0.value.shape == $1.shape },
            "parameters of other shapes than the configuration's")
        self.configuration = configuration
        let parameters = Array(parameters)
        directions = (0..<configuration.layers).map { layer in
            (0..<configuration.directions).map { direction in
                let first = configuration.firstParameter(layer: layer, direction: direction)
                let own = parameters[first..<(first + configuration.parametersPerDirection)].map(\.value)
                return DirectionWeights(
                    configuration, inputSize: configuration.inputSize(ofLayer: layer), own, engine, backward: backward)
            }
        }
    }
}

/// One matrix packed for `multiply`.
struct PackedMatrix: Sendable {
    let buffer: Buffer
    let depth: Int
    let columns: Int
    /// Where its columns begin in the row that it is multiplied into.
    let offset: Int

    /// Packs `depth` × `columns` elements of B with `B(k, n) = b[k × rowStride + n × columnStride]`.
    init(
        _ b: UnsafePointer<Float>, depth: Int, columns: Int, rowStride: Int, columnStride: Int, offset: Int = 0,
        kernels: any Kernels
    ) {
        buffer = Buffer(count: kernels.packedCount(depth: depth, columns: columns))
        self.depth = depth
        self.columns = columns
        self.offset = offset
        kernels.pack(
            depth: depth, columns: columns, from: b, rowStride: rowStride, columnStride: columnStride,
            into: buffer.pointer)
    }
}

/// The units of one direction that one worker computes.
struct UnitPart: Sendable {
    let units: Range<Int>
    /// Transposed W_ih: the part's columns of the pre-activations.
    let input: [PackedMatrix]
    /// Transposed W_hh; for GRU the rows r and z.
    let state: [PackedMatrix]
    /// GRU: transposed rows n of W_hh.
    let candidate: PackedMatrix?
    /// W_hh for the gradient into the state, the part's columns; for GRU rows r and z, then rows n.
    let stateGradient: [PackedMatrix]
}

struct DirectionWeights: Sendable {
    /// Where the chains of the pre-activations start, `[G·H]`: b_ih + b_hh; GRU's n: b_in; +0 without bias.
    let start: Buffer
    /// GRU: where the chain of gh starts, b_hn.
    let candidateStart: Buffer?
    let parts: [UnitPart]
    /// Transposed W_hr.
    let projection: PackedMatrix?
    /// W_hr for the gradient into o × tanh(c).
    let projectionGradient: PackedMatrix?
    /// W_ih for the gradient into the input.
    let inputGradient: PackedMatrix?

    /// - Parameter parameters: weight_ih, weight_hh, then bias_ih, bias_hh and weight_hr where there are any.
    init(
        _ configuration: RecurrentConfiguration, inputSize: Int, _ parameters: [Tensor], _ engine: Engine,
        backward: Bool
    ) {
        let kernels = engine.kernels
        let hidden = configuration.hiddenSize
        let rows = configuration.gateRows
        let state = configuration.stateSize
        let gru = configuration.cell == .gru
        let (weightIH, weightHH) = (parameters[0], parameters[1])

        start = Buffer(count: rows, zeroed: true)
        candidateStart = gru ? Buffer(count: hidden, zeroed: true) : nil
        if configuration.bias {
            let (biasIH, biasHH) = (parameters[2].elements, parameters[3].elements)
            for row in 0..<rows {
                let candidate = gru && row >= 2 * hidden
                start.pointer[row] = candidate ? biasIH[row] : biasIH[row] + biasHH[row]
                if candidate { candidateStart!.pointer[row - 2 * hidden] = biasHH[row] }
            }
        }

        // A projection reads every unit of a step, so its units stay with one worker.
        let partCount =
            configuration.projectionSize > 0
            ? 1 : max(1, min(engine.workers.count / configuration.directions, (hidden + 15) / 16))
        parts = weightIH.withUnsafeElements { ih in
            weightHH.withUnsafeElements { hh in
                (0..<partCount).map { part in
                    let units = Workers.share(of: hidden, worker: part, workers: partCount, granule: 16)
                    /// The part's columns of gates `gates`, transposed; one matrix where they are contiguous.
                    func transposed(_ weight: UnsafePointer<Float>, _ width: Int, gates: Range<Int>) -> [PackedMatrix] {
                        let whole = units.count == hidden
                        let blocks: [(Int, Int)] =
                            whole
                            ? [(gates.lowerBound * hidden, gates.count * hidden)]
                            : gates.map { ($0 * hidden + units.lowerBound, units.count) }
                        return blocks.map { offset, columns in
                            PackedMatrix(
                                weight + offset * width, depth: width, columns: columns, rowStride: 1,
                                columnStride: width, offset: offset, kernels: kernels)
                        }
                    }
                    func gradient(rows range: Range<Int>) -> PackedMatrix {
                        let columns = configuration.projectionSize > 0 ? 0..<state : units
                        return PackedMatrix(
                            hh + range.lowerBound * state + columns.lowerBound, depth: range.count,
                            columns: columns.count, rowStride: state, columnStride: 1, offset: columns.lowerBound,
                            kernels: kernels)
                    }
                    let gates = configuration.cell.gateCount
                    return UnitPart(
                        units: units,
                        input: transposed(ih, inputSize, gates: 0..<gates),
                        state: transposed(hh, state, gates: 0..<(gru ? 2 : gates)),
                        candidate: gru ? transposed(hh, state, gates: 2..<3)[0] : nil,
                        stateGradient: !backward
                            ? []
                            : gru
                                ? [gradient(rows: 0..<(2 * hidden)), gradient(rows: (2 * hidden)..<rows)]
                                : [gradient(rows: 0..<rows)])
                }
            }
        }

        inputGradient =
            !backward
            ? nil
            : weightIH.withUnsafeElements {
                PackedMatrix(
                    $0, depth: rows, columns: inputSize, rowStride: inputSize, columnStride: 1, kernels: kernels)
            }
        let size = configuration.projectionSize
        if size > 0, let weightHR = parameters.last {
            projection = weightHR.withUnsafeElements {
                PackedMatrix($0, depth: hidden, columns: size, rowStride: 1, columnStride: hidden, kernels: kernels)
            }
            projectionGradient =
                !backward
                ? nil
                : weightHR.withUnsafeElements {
                    PackedMatrix($0, depth: size, columns: hidden, rowStride: hidden, columnStride: 1, kernels: kernels)
                }
        } else {
            projection = nil
            projectionGradient = nil
        }
    }
}
