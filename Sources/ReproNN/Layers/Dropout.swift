import ReproNumerics
import ReproRandom

/// Dropout between layers, in training (contract, section 4): the generators that a step draws from, one per layer.
///
/// One uniform per element in the order of positions, then features, layers one after another: kept where `u ≥ p` and
/// multiplied by `1 ÷ (1 − p)`, else +0. p = 1 gives +0 everywhere, from as many draws.
///
/// A value says where the next part of the batch draws; a pass returns, in its tape, the value for the part after it. So
/// shards and micro-batches, one after another, draw the numbers of their whole batch, and a part that passes forward
/// twice draws the same ones twice.
public struct Dropout: Sendable, Equatable {
    /// One layer's piece of the step's sequence of draws.
    private struct Layer: Equatable {
        /// The generator before the layer's first draw.
        let start: PCG64
        /// The generator before the layer's next draw.
        var generator: PCG64
    }

    private var layers: [Layer] = []
    private let probability: Double

    /// - Parameters:
    ///   - stream: the step's generator before its first draw.
    ///   - batchPositions: positions of the whole batch, all shards and micro-batches together.
    /// - Precondition: the configuration drops: p > 0 and more than one layer.
    public init(stream: PCG64, _ configuration: RecurrentConfiguration, batchPositions: Int) {
        require(configuration.drops, "dropout \(configuration.dropout) in \(configuration.layers) layers")
        probability = configuration.dropout
        var next = stream
        for _ in 1..<configuration.layers {
            layers.append(Layer(start: next, generator: next))
            next.skip32(UInt64(batchPositions * configuration.outputSize))
        }
    }

    /// The step's generator after its last draw, once every part has drawn: the last layer's. A layer that did not end
    /// where the next one began has drawn too many or too few numbers, and is then returned in its place.
    public var stream: PCG64 {
        for (layer, next) in zip(layers, layers.dropFirst()) where layer.generator != next.start {
            return layer.generator
        }
        return layers[layers.count - 1].generator
    }

    /// Draws for the rows that leave a layer.
    ///
    /// - Returns: the dropped copy, and for each element in memory order whether it was kept.
    mutating func drop(_ rows: Matrix, layer: Int, layout: SequenceLayout) -> (Matrix, [Bool]) {
        let width = rows.columns
        let threshold = Float(probability)
        let scale = Dropout.factor(probability)
        var generator = layers[layer].generator
        let dropped = Matrix(rows: layout.positions, columns: width)
        var kept = [Bool](repeating: false, count: layout.positions * width)
        layout.forEachPosition { _, _, row in
            for column in 0..<width {
                let isKept = generator.uniform32() >= threshold
                kept[row * width + column] = isKept
                dropped[row][column] = isKept ? rows[row][column] * scale : 0
            }
        }
        layers[layer].generator = generator
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
