import CRepro
import ReproNN
import ReproNumerics

/// What a pass asks of weights: its module's options and parameters, and whether gradients will be taken.
struct WeightsRequest {
    let options: repro_recurrent
    let batchFirst: Bool
    let parameters: UnsafeBufferPointer<repro_input>
    let backward: Bool

    /// The module over the caller's memory, and its weights.
    ///
    /// - Parameter isCopied: the module gets memory of its own first, and the weights are made of that.
    /// - Throws: ``Refusal`` for options and parameters that do not fit; `FloatingPointFault`.
    func laidOut(on engine: Engine, isCopied: Bool = false) throws -> (module: Recurrent, weights: RecurrentWeights) {
        var module = try Recurrent(options.configuration(batchFirst: batchFirst), parameters)
        if isCopied {
            // A tensor that stands in a caller's memory is copied as it is made mutable.
            for index in module.parameters.indices { _ = module.parameters[index].value.mutableView() }
        }
        return (module, try module.weights(for: engine, backward: backward))
    }
}

/// A module's weights as a pass laid them out, with a copy of the parameters that they were made of.
///
/// They serve the next pass where every byte of its parameters is that of the copy. Nothing else is asked: no version, no
/// address and no word of the caller's, so that it does not matter what wrote the parameters. They are made of the copy, so
/// that a caller who writes parameters during a pass cannot part the two.
final class KeptWeights: @unchecked Sendable {
    private struct Entry {
        let module: Recurrent
        let weights: RecurrentWeights
        let options: repro_recurrent
        let path: KernelPath
        let threads: Int
        let hasBackward: Bool

        /// Whether the weights are what would be laid out, byte for byte.
        func serve(_ request: WeightsRequest, _ engine: Engine) -> Bool {
            guard path == engine.kernels.path, threads == engine.workers.count, hasBackward || !request.backward,
                module.configuration.batchFirst == request.batchFirst, hasSameBytes(options, request.options),
                module.parameters.count == request.parameters.count
            else { return false }
            for (parameter, input) in zip(module.parameters, request.parameters) {
                let kept = parameter.value.view
                guard kept.count == Int(input.count), let data = input.data,
                    Int(bitPattern: data) % MemoryLayout<Float>.alignment == 0,
                    haveSameBits(kept.base, data, count: kept.count)
                else { return false }
            }
            return true
        }
    }

    /// Training lays the weights of more elements out for each pass: it changes them after most, and a copy would be for nothing.
    private static let greatestInTraining = 1 << 16

    private let lock = Lock()
    private var entry: Entry?

    /// The module of a pass and its weights: the kept ones, or new ones.
    ///
    /// Where another thread is at it, or was when this process was forked, the pass lays out its own.
    ///
    /// - Throws: ``Refusal`` for options and parameters that do not fit; `FloatingPointFault`.
    func weights(
        _ request: WeightsRequest, _ engine: Engine
    ) throws -> (module: Recurrent, weights: RecurrentWeights) {
        guard lock.tryLock() else { return try request.laidOut(on: engine) }
        defer { lock.unlock() }
        if let entry, entry.serve(request, engine) {
            try engine.verify()
            return (entry.module, entry.weights)
        }
        // What no pass will read again goes before memory is taken.
        entry = nil
        // Counts that no memory has are refused further down; their sum may wrap.
        if request.backward && request.parameters.reduce(0, { $0 &+ $1.count }) > KeptWeights.greatestInTraining {
            return try request.laidOut(on: engine)
        }
        let (module, weights) = try request.laidOut(on: engine, isCopied: true)
        entry = Entry(
            module: module, weights: weights, options: request.options, path: engine.kernels.path,
            threads: engine.workers.count, hasBackward: request.backward)
        return (module, weights)
    }
}

/// Whether two structures without gaps hold the same bytes.
private func hasSameBytes<Value: BitwiseCopyable>(_ one: Value, _ other: Value) -> Bool {
    withUnsafeBytes(of: one) { one in withUnsafeBytes(of: other) { one.elementsEqual($0) } }
}

/// Whether numbers have the same bits, so that +0 is not −0 and a NaN is itself. Blocks are gone through without a branch, as
/// processors do several elements at a time.
private func haveSameBits(_ one: UnsafePointer<Float>, _ other: UnsafePointer<Float>, count: Int) -> Bool {
    let block = 1024
    for first in stride(from: 0, to: count, by: block) {
        var apart: UInt32 = 0
        for index in first..<min(first + block, count) { apart |= one[index].bitPattern ^ other[index].bitPattern }
        if apart != 0 { return false }
    }
    return true
}
