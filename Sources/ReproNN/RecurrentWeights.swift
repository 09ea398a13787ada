import ReproNumerics

/// A recurrent module's weights laid out for the kernels: made once after each change of the parameters.
///
/// Each direction's units are divided into parts, one for each worker that may compute it, so that every matrix is
/// packed for exactly the columns that one worker needs. The number of parts never shows in a result.
public final class RecurrentWeights: @unchecked Sendable {
    public let configuration: RecurrentConfiguration
    /// Parts of each direction.
    let partCount: Int
    /// By layer, then direction.
    private let directions: [DirectionWeights]
    /// By layer, then direction, then part.
    private let parts: [UnitPart]
    /// The parameters' shapes, which are their gradients'.
    let shapes: [[Int]]
    /// Where everything stands, by the worker that packed it; not written any more.
    private let memory: [Arena]

    /// Packs on the engine's workers, a direction of a layer at a time.
    ///
    /// - Parameter parameters: in the order and with the shapes of `configuration.parameterShapes`.
    /// - Parameter backward: whether to pack what only the backward pass needs.
    /// - Precondition: the shapes are the configuration's.
    public init(
        _ configuration: RecurrentConfiguration, parameters: ArraySlice<Parameter>, engine: Engine, backward: Bool
    ) {
        let directionCount = configuration.layers * configuration.directions
        precondition(
            parameters.count == directionCount * configuration.parametersPerDirection,
            "\(parameters.count) parameters for \(directionCount) directions")
        self.configuration = configuration
        // A projection reads every unit of a step, so its units stay with one worker.
        let partCount =
            configuration.projectionSize > 0
            ? 1 : max(1, min(engine.workers.count / configuration.directions, (configuration.hiddenSize + 15) / 16))
        self.partCount = partCount
        shapes = parameters.map { $0.value.shape }
        let count = parameters.reduce(0) { $0 + $1.value.count }
        let workers = engine.workerCount(moving: count)
        let memory = (0..<workers).map { _ in
            Arena(expecting: (count + count / 16 + (backward ? count : 0)) / workers)
        }
        self.memory = memory
        func packing(_ index: Int, in memory: Arena) -> DirectionPacking {
            let layer = index / configuration.directions
            let first =
                parameters.startIndex
                + configuration.firstParameter(layer: layer, direction: index % configuration.directions)
            return DirectionPacking(
                configuration: configuration, inputSize: configuration.inputSize(ofLayer: layer),
                parameters: parameters[first..<(first + configuration.parametersPerDirection)],
                kernels: engine.kernels, memory: memory, backward: backward)
        }
        var parts: [UnitPart] = []
        directions = [DirectionWeights](unsafeUninitializedCapacity: directionCount) { directions, count in
            let directions = directions
            count = directionCount
            parts = [UnitPart](unsafeUninitializedCapacity: directionCount * partCount) { parts, count in
                let parts = parts
                count = directionCount * partCount
                func pack(_ worker: Int) {
                    for index in stride(from: worker, to: directionCount, by: workers) {
                        let packing = packing(index, in: memory[worker])
                        directions.initializeElement(at: index, to: packing.weights())
                        for part in 0..<partCount {
                            parts.initializeElement(
                                at: index * partCount + part, to: packing.part(part, of: partCount))
                        }
                    }
                }
                // Where a thread's environment is at fault, the pass that reads the weights says so.
                do { try engine.run(workers: workers, pack) } catch { for worker in 0..<workers { pack(worker) } }
            }
        }
        self.parts = parts
    }

    func direction(_ direction: Int, layer: Int) -> DirectionWeights {
        directions[layer * configuration.directions + direction]
    }

    func part(_ part: Int, direction: Int, layer: Int) -> UnitPart {
        parts[(layer * configuration.directions + direction) * partCount + part]
    }
}

/// A matrix packed for `multiply`.
struct PackedMatrix {
    let pointer: UnsafeMutablePointer<Float>
    let depth: Int
    let columns: Int
    /// Where its columns begin in the row that it is multiplied into.
    let offset: Int

    /// Packs `depth` × `columns` elements of B with `B(k, n) = b[k × rowStride + n × columnStride]`.
    init(
        _ b: UnsafePointer<Float>, depth: Int, columns: Int, rowStride: Int, columnStride: Int, offset: Int = 0,
        kernels: any Kernels, in memory: Arena
    ) {
        pointer = memory.take(kernels.packedCount(depth: depth, columns: columns))
        self.depth = depth
        self.columns = columns
        self.offset = offset
        kernels.pack(
            depth: depth, columns: columns, from: b, rowStride: rowStride, columnStride: columnStride, into: pointer)
    }
}

/// A part's columns of some gates, transposed: one matrix where they stand beside one another, else one a gate.
struct PackedGates {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    /// Of each matrix.
    let depth: Int
    let columns: Int
    /// Where the first matrix's columns begin in a row of gates, and the distances to the next matrix and its columns.
    let offset: Int
    let step: Int
    let gap: Int

    /// C += A · B in all gates, or C = start + A · B, with C's rows at `gates` and `stride` apart.
    @inline(__always)
    func multiply(
        rows: Int, a: UnsafePointer<Float>, aStride: Int, start: UnsafePointer<Float>?,
        gates: UnsafeMutablePointer<Float>, stride: Int, kernels: any Kernels
    ) {
        for index in 0..<count {
            let column = offset + index * gap
            kernels.multiply(
                rows: rows, columns: columns, depth: depth, a: a, aStride: aStride, packed: pointer + index * step,
                start: start.map { $0 + column }, c: gates + column, cStride: stride)
        }
    }
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
}

struct DirectionWeights {
    /// Where the chains of the pre-activations start, `[G·H]`: b_ih + b_hh; GRU's n: b_in; +0 without bias.
    let start: UnsafePointer<Float>
    /// GRU: where the chain of gh starts, b_hn.
    let candidateStart: UnsafePointer<Float>?
    /// Transposed W_hr.
    let projection: PackedMatrix?
    /// W_hr for the gradient into o × tanh(c).
    let projectionGradient: PackedMatrix?
    /// W_ih for the gradient into the input.
    let inputGradient: PackedMatrix?
}

/// Lays one direction's parameters out: weight_ih, weight_hh, then bias_ih, bias_hh and weight_hr where there are any.
private struct DirectionPacking {
    let configuration: RecurrentConfiguration
    let inputSize: Int
    let parameters: ArraySlice<Parameter>
    let kernels: any Kernels
    let memory: Arena
    let backward: Bool

    private var hidden: Int { configuration.hiddenSize }
    private var rows: Int { configuration.gateRows }
    private var state: Int { configuration.stateSize }
    private var isGRU: Bool { configuration.cell == .gru }

    /// The elements of a parameter, which has to have this shape.
    private func with<Result>(
        _ index: Int, shape rows: Int, _ columns: Int? = nil, _ body: (UnsafePointer<Float>) -> Result
    ) -> Result {
        let tensor = parameters[parameters.startIndex + index].value
        precondition(
            tensor.rank == (columns == nil ? 1 : 2) && tensor.shape[0] == rows
                && (columns == nil || tensor.shape[1] == columns!),
            "'\(parameters[parameters.startIndex + index].name)' of shape \(tensor.shape)")
        return tensor.withUnsafeElements(body)
    }

    func weights() -> DirectionWeights {
        let start = memory.take(rows, zeroed: true)
        let candidateStart = isGRU ? memory.take(hidden, zeroed: true) : nil
        if configuration.bias {
            with(2, shape: rows) { biasIH in
                with(3, shape: rows) { biasHH in
                    for row in 0..<rows {
                        if let candidateStart, row >= 2 * hidden {
                            start[row] = biasIH[row]
                            candidateStart[row - 2 * hidden] = biasHH[row]
                        } else {
                            start[row] = biasIH[row] + biasHH[row]
                        }
                    }
                }
            }
        }
        let inputGradient =
            !backward
            ? nil
            : with(0, shape: rows, inputSize) {
                PackedMatrix(
                    $0, depth: rows, columns: inputSize, rowStride: inputSize, columnStride: 1, kernels: kernels,
                    in: memory)
            }
        let size = configuration.projectionSize
        let last = parameters.count - 1
        let projection =
            size == 0
            ? nil
            : with(last, shape: size, hidden) {
                PackedMatrix(
                    $0, depth: hidden, columns: size, rowStride: 1, columnStride: hidden, kernels: kernels, in: memory)
            }
        let projectionGradient =
            size == 0 || !backward
            ? nil
            : with(last, shape: size, hidden) {
                PackedMatrix(
                    $0, depth: size, columns: hidden, rowStride: hidden, columnStride: 1, kernels: kernels, in: memory)
            }
        return DirectionWeights(
            start: UnsafePointer(start), candidateStart: UnsafePointer(candidateStart), projection: projection,
            projectionGradient: projectionGradient, inputGradient: inputGradient)
    }

    func part(_ part: Int, of partCount: Int) -> UnitPart {
        let units = Workers.share(of: hidden, worker: part, workers: partCount, granule: 16)
        let gates = configuration.cell.gateCount
        let input = with(0, shape: rows, inputSize) { transposed($0, inputSize, gates: 0..<gates, units) }
        return with(1, shape: rows, state) { weightHH in
            UnitPart(
                units: units, input: input,
                state: transposed(weightHH, state, gates: 0..<(isGRU ? 2 : gates), units),
                candidate: isGRU ? transposed(weightHH, state, gates: 2..<3, units) : nil,
                stateGradient: backward ? gradient(weightHH, rows: 0..<(isGRU ? 2 * hidden : rows), units) : nil,
                candidateGradient: backward && isGRU ? gradient(weightHH, rows: (2 * hidden)..<rows, units) : nil)
        }
    }

    private func transposed(
        _ weight: UnsafePointer<Float>, _ width: Int, gates: Range<Int>, _ units: Range<Int>
    ) -> PackedGates {
        let whole = units.count == hidden
        let count = whole ? 1 : gates.count
        let columns = whole ? gates.count * hidden : units.count
        let step = (kernels.packedCount(depth: width, columns: columns) + 15) / 16 * 16
        let packed = PackedGates(
            pointer: memory.take(count * step), count: count, depth: width, columns: columns,
            offset: gates.lowerBound * hidden + units.lowerBound, step: step, gap: hidden)
        for index in 0..<count {
            kernels.pack(
                depth: width, columns: columns, from: weight + (packed.offset + index * hidden) * width, rowStride: 1,
                columnStride: width, into: packed.pointer + index * step)
        }
        return packed
    }

    private func gradient(_ weightHH: UnsafePointer<Float>, rows: Range<Int>, _ units: Range<Int>) -> PackedMatrix {
        let columns = configuration.projectionSize > 0 ? 0..<state : units
        return PackedMatrix(
            weightHH + rows.lowerBound * state + columns.lowerBound, depth: rows.count, columns: columns.count,
            rowStride: state, columnStride: 1, offset: columns.lowerBound, kernels: kernels, in: memory)
    }
}
