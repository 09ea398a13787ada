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

    /// - Returns: the dropped copy, and for each element in memory order whether it was kept.
    func drop(
        _ rows: Matrix, layer: Int, layout: SequenceLayout, probability: Double
    ) -> (Matrix, [Bool]) {
        let width = rows.columns
        let threshold = Float(probability)
        let scale = Dropout.factor(probability)
        var stream = stream
        stream.skip32(UInt64(layer * draws(width: width) + firstPosition * width))
        let dropped = Matrix(rows: layout.positions, columns: width)
        var kept = [Bool](repeating: false, count: layout.positions * width)
        layout.forEachPosition { _, _, row in
            for column in 0..<width {
                let isKept = stream.uniform32() >= threshold
                kept[row * width + column] = isKept
                dropped[row][column] = isKept ? rows[row][column] * scale : 0
            }
        }
        return (dropped, kept)
    }

    /// Takes the gradient of the dropped copy to that of what was dropped, in place.
    static func restore(_ gradient: Matrix, kept: [Bool], probability: Double) {
        let scale = factor(probability)
        for row in 0..<gradient.rows {
            let elements = gradient[row]
            for column in 0..<gradient.columns {
                elements[column] = kept[row * gradient.columns + column] ? elements[column] * scale : 0
            }
        }
    }

    /// No uniform reaches 1, so that at p = 1 nothing is kept and the factor is never read.
    static func factor(_ probability: Double) -> Float {
        probability == 1 ? 0 : Float(1 / (1 - probability))
    }
}
