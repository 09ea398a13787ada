import ReproFormats
import ReproNumerics

/// Precision, recall and F1 of spans, such as the names in a sentence: a span counts as found where its kind, its first and
/// its last position are all right. What seqeval computes unless told otherwise (contract, section 14).
public struct SpanScores: Sendable, Equatable {
    /// The counts of each kind of span, in ascending byte order of the kinds.
    public let kinds: [(kind: [UInt8], score: ClassScore)]

    public static func == (a: SpanScores, b: SpanScores) -> Bool {
        a.kinds.elementsEqual(b.kinds) { $0.kind == $1.kind && $0.score == $1.score }
    }

    /// - Parameters:
    ///   - targets: the label of each position, sentence after sentence.
    ///   - predictions: as many, in the same order.
    ///   - lengths: how many positions each sentence has. No span crosses a sentence's end.
    /// - Precondition: as many positions as the lengths say.
    public init(targets: [[UInt8]], predictions: [[UInt8]], lengths: [Int]) {
        let count = lengths.reduce(0, +)
        require(
            targets.count == count && predictions.count == count,
            "\(targets.count) targets and \(predictions.count) predictions for \(count) positions")
        let actual = Span.all(in: targets, lengths: lengths)
        let predicted = Span.all(in: predictions, lengths: lengths)
        // For looking up alone, never gone through: the order of a set differs from process to process.
        let known = Set(actual)
        let kinds = Set(actual.map(\.kind) + predicted.map(\.kind)).sorted { Text.precedes($0, $1) }
        self.kinds = kinds.map { kind in
            let own = predicted.filter { $0.kind == kind }
            return (
                kind,
                ClassScore(
                    correct: own.count { known.contains($0) }, predicted: own.count,
                    actual: actual.count { $0.kind == kind })
            )
        }
    }

    /// All spans together, whatever their kind: the scores that shared tasks report. F1 is `2 × p × r ÷ (p + r)`, rounded
    /// after each operation, 0 where both are 0.
    public var micro: AveragedScore {
        SpanScores.harmonic(
            ClassScore(
                correct: kinds.reduce(0) { $0 + $1.score.correct },
                predicted: kinds.reduce(0) { $0 + $1.score.predicted },
                actual: kinds.reduce(0) { $0 + $1.score.actual }))
    }

    /// The means over the kinds.
    public var macro: AveragedScore {
        AveragedScore(
            macro: kinds.map { kind in
                let score = SpanScores.harmonic(kind.score)
                return (score.precision, score.recall, score.f1)
            })
    }

    /// Precision and recall of counts, with F1 made of the two, which seqeval does not make of the counts.
    static func harmonic(_ score: ClassScore) -> AveragedScore {
        let (precision, recall) = (score.precision, score.recall)
        return AveragedScore(
            precision: precision, recall: recall,
            f1: ClassScore.ratio(2 * precision * recall, precision + recall))
    }

    /// Whether labels are of this kind: each is `O`, or a letter of B, I, E and S before a hyphen and a kind, and at least one
    /// begins a span.
    public static func areSpans(_ labels: [[UInt8]]) -> Bool {
        labels.contains { $0.starts(with: Array("B-".utf8)) }
            && labels.allSatisfy { label in
                label == Array("O".utf8)
                    || (label.count > 2 && Array("BIES".utf8).contains(label[0]) && label[1] == UInt8(ascii: "-"))
            }
    }
}

/// A span of positions, numbered through all sentences.
struct Span: Hashable {
    let kind: [UInt8]
    let first: Int
    let last: Int

    /// The spans of labels, in order. A span ends before a `B`, an `S`, an `O`, another kind, and after an `E` or an `S`; an
    /// `I` or `E` that continues nothing begins one.
    static func all(in labels: [[UInt8]], lengths: [Int]) -> [Span] {
        var spans: [Span] = []
        var position = 0
        for length in lengths {
            var open: (kind: [UInt8], first: Int)?
            var previous = UInt8(ascii: "O")
            for index in position..<(position + length) {
                let tag = labels[index].first ?? UInt8(ascii: "O")
                let kind = tag == UInt8(ascii: "O") ? [] : Array(labels[index].dropFirst(2))
                let isWithin = tag == UInt8(ascii: "I") || tag == UInt8(ascii: "E")
                let isEnded = previous == UInt8(ascii: "E") || previous == UInt8(ascii: "S")
                if let span = open, !isWithin || isEnded || span.kind != kind {
                    spans.append(Span(kind: span.kind, first: span.first, last: index - 1))
                    open = nil
                }
                if tag != UInt8(ascii: "O"), open == nil { open = (kind, index) }
                previous = tag
            }
            position += length
            if let span = open { spans.append(Span(kind: span.kind, first: span.first, last: position - 1)) }
        }
        return spans
    }
}
