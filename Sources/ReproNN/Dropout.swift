import ReproNumerics
import ReproRandom

/// Dropout between layers, in training (contract, section 4).
///
/// One uniform per element in the order of positions, then features: kept where `u ≥ p` and multiplied by
/// `1 ÷ (1 − p)`, else +0. p = 1 gives +0 everywhere, from as many draws.
enum Dropout {
    /// - Parameter rows: the row of each position, in the contract's order.
    /// - Returns: the dropped copy, and for each element in memory order whether it was kept.
    static func drop(
        _ buffer: Buffer, rows: [Int], probability: Double, from stream: inout PCG64
    ) -> (Buffer, [Bool]) {
        let width = rows.isEmpty ? 0 : buffer.count / rows.count
        let threshold = Float(probability)
        let scale = factor(probability)
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
    private static func factor(_ probability: Double) -> Float {
        probability == 1 ? 0 : Float(1 / (1 - probability))
    }
}
