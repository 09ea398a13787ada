import ReproNumerics
import ReproRandom

/// Dropout between layers, in training (contract, section 4).
///
/// One uniform per element in the order of positions, then features, layers one after another: kept where `u ≥ p` and
/// multiplied by `1 ÷ (1 − p)`, else +0. p = 1 gives +0 everywhere, from as many draws. A shard of a batch finds its own
/// place in the batch's draws, so that what is dropped does not depend on the shards.
public struct Dropout: Sendable {
    /// The step's stream, before its first draw.
    let stream: PCG64
    /// Positions of the whole batch, and how many precede the shard's.
    let batchPositions: Int
    let firstPosition: Int

    public init(stream: PCG64, batchPositions: Int, firstPosition: Int = 0) {
        self.stream = stream
        self.batchPositions = batchPositions
        self.firstPosition = firstPosition
    }

    /// Draws per layer for the whole batch.
    private func draws(width: Int) -> Int { batchPositions * width }

    /// The stream as it stands after the whole batch's draws in `layers` layers of `width` features.
    public func streamAfter(layers: Int, width: Int) -> PCG64 {
        var stream = stream
        stream.skip32(UInt64(layers * draws(width: width)))
        return stream
    }

    /// - Parameter rows: the row of each position, in the contract's order.
    /// - Returns: the dropped copy, and for each element in memory order whether it was kept.
    func drop(_ buffer: Buffer, layer: Int, rows: [Int], probability: Double) -> (Buffer, [Bool]) {
        let width = rows.isEmpty ? 0 : buffer.count / rows.count
        let threshold = Float(probability)
        let scale = Dropout.factor(probability)
        var stream = stream
        stream.skip32(UInt64(layer * draws(width: width) + firstPosition * width))
        let dropped = Buffer(count: buffer.count)
        var kept = [Bool](repeating: false, count: buffer.count)
        for row in rows {
            for element in (row * width)..<((row + 1) * width) {
                kept[element] = stream.uniform32() >= threshold
                dropped.pointer[element] = kept[element] ? buffer.pointer[element] * scale : 0
            }
        }
        return (dropped, kept)
    }

    /// The gradient of what was dropped from that of the dropped copy.
    static func restore(_ gradient: Buffer, kept: [Bool], probability: Double) -> Buffer {
        let scale = factor(probability)
        let restored = Buffer(count: gradient.count)
        for element in 0..<gradient.count {
            restored.pointer[element] = kept[element] ? gradient.pointer[element] * scale : 0
        }
        return restored
    }

    /// No uniform reaches 1, so that at p = 1 nothing is kept and the factor is never read.
    static func factor(_ probability: Double) -> Float {
        probability == 1 ? 0 : Float(1 / (1 - probability))
    }
}
