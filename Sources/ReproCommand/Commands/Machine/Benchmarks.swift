import Repro

/// One shape of a recurrent module, timed through the calls that everyone makes: tensors in, tensors out.
struct EngineBenchmark {
    enum Mode: String, CaseIterable {
        /// Forward, with weights laid out before.
        case inference
        /// Laying out new weights, forward, backward into every parameter and the input.
        case training
    }

    var configuration: RecurrentConfiguration
    var batch: Int
    var steps: Int
    var mode: Mode

    /// Operations of the matrix products, two per multiply-add; the backward pass takes twice the forward's.
    var operations: Double {
        let rows = Double(batch * steps * configuration.directions * configuration.gateRows)
        let forward = (0..<configuration.layers).reduce(0.0) { sum, layer in
            sum + 2 * rows * Double(configuration.inputSize(ofLayer: layer) + configuration.stateSize)
        }
        return mode == .training ? 3 * forward : forward
    }

    /// Runs until `seconds` have passed and at least `leastRuns` runs were timed, after a warm-up.
    func run(engine: Engine, seconds: Double = 0.4, leastRuns: Int = 5) throws -> Timing {
        let module = try Recurrent(configuration, streams: RandomStreams(seed: 0))
        var stream = PCG64(seed: 0, .generatedData, key: 0)
        let leading = configuration.batchFirst ? [batch, steps] : [steps, batch]
        func tensor(_ width: Int) -> Tensor {
            let elements = stream.uniforms(batch * steps * width)
            return Tensor(shape: leading + [width], elements: elements)
        }
        let input = tensor(configuration.inputSize)
        switch mode {
        case .inference:
            let weights = try module.weights(for: engine)
            return try Timing.of(seconds: seconds, leastRuns: leastRuns) {
                _ = try module.forward(input, weights: weights, engine: engine)
            }
        case .training:
            let gradient = tensor(configuration.outputSize)
            return try Timing.of(seconds: seconds, leastRuns: leastRuns) {
                let weights = try module.weights(for: engine, backward: true)
                let (_, tape) = try module.forwardForTraining(input, weights: weights, engine: engine)
                _ = try module.backward(tape, output: gradient, engine: engine)
            }
        }
    }
}

/// Wall-clock times of the same call.
struct Timing {
    let secondsMin: Double
    let secondsMedian: Double
    let runs: Int

    static func of(seconds: Double, leastRuns: Int, _ body: () throws -> Void) throws -> Timing {
        let clock = ContinuousClock()
        func timed() throws -> Double {
            let start = clock.now
            try body()
            return (clock.now - start) / .seconds(1)
        }
        // Threads, caches and the memory allocator settle: a tenth of the time, at least two runs.
        var warm = try timed()
        repeat { warm += try timed() } while warm < seconds / 10
        let most = 200_000
        var times: [Double] = []
        var sum = 0.0
        while times.count < leastRuns || (sum < seconds && times.count < most) {
            let time = try timed()
            times.append(time)
            sum += time
        }
        times.sort()
        let middle = times.count / 2
        let median = times.count % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2
        return Timing(secondsMin: times[0], secondsMedian: median, runs: times.count)
    }

    /// Floating-point operations a second that one thread of this processor reaches with fused multiply-adds alone.
    static func peak() throws -> Double {
        let rounds = 1 << 16
        var operations = 0.0
        let timing = try Timing.of(seconds: 0.05, leastRuns: 5) { operations = Processor.runAtPeak(rounds: rounds) }
        return operations / timing.secondsMin
    }
}

/// How fast the pieces of a tensor are hashed, as a run's recorder hashes them.
enum HashingBenchmark {
    /// A tensor that the second-level cache holds no part of for long, as after a training step.
    private static let bytes = [UInt8](repeating: 0xa5, count: 4 << 20)

    /// 10^9 bytes per second, by the shortest time.
    static func gigabytesPerSecond(_ hashing: Hashing) throws -> Double {
        let timing = try Timing.of(seconds: 0.2, leastRuns: 5) {
            _ = bytes.withBytes { hashing.pieces(of: $0) }
        }
        return Double(bytes.count) / timing.secondsMin * 1e-9
    }
}
