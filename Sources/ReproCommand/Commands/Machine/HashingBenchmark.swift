import Repro

/// How fast the pieces of a tensor are hashed, as a run's recorder hashes them.
enum HashingBenchmark {
    /// A tensor that the second-level cache holds no part of for long, as after a training step.
    private static let bytes = [UInt8](repeating: 0xa5, count: 4 << 20)

    /// 10^9 bytes a second, by the shortest time.
    static func gigabytesPerSecond(_ hashing: Hashing) throws -> Double {
        let timing = try Timing.of(seconds: 0.2, leastRuns: 5) {
            _ = bytes.withUnsafeBytes { hashing.pieces(of: $0) }
        }
        return Double(bytes.count) / timing.secondsMin * 1e-9
    }
}
