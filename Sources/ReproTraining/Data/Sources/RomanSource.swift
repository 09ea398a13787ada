import ReproFormats
import ReproNumerics
import ReproRandom

/// The Roman numerals of 1 … 3999, one letter per position, added or subtracted; split 8 : 1 : 1 in a drawn order.
public struct RomanSource: TrainingSource {
    static let format = "roman"
    static let tasks = [Experiment.Task.tagging]

    var options: JSONValue { .object([]) }

    func dataset(_ request: DataRequest) throws -> Dataset {
        let order = request.streams.draw(.dataSplit, key: 0) { $0.permutation(RomanNumeral.count) }
        let sequences = order.map { RomanNumeral(value: $0 + 1).labelledSequence }
        let (train, validation) = (sequences.count * 8 / 10, sequences.count / 10)
        let splits: [(split: Split, sequences: [LabelledSequence])] = [
            (.train, Array(sequences[..<train])),
            (.validation, Array(sequences[train..<(train + validation)])),
            (.test, Array(sequences[(train + validation)...])),
        ]
        return try Dataset(splits, for: request)
    }
}

extension RomanSource {
    init(_ options: inout OptionReader, task: Experiment.Task) throws(FormatError) { self.init() }
}

extension DataSource where Self == RomanSource {
    /// Data made by this source.
    public static var roman: RomanSource { RomanSource() }
}

/// A numeral of 1 … 3999, and which of its letters are subtracted.
struct RomanNumeral {
    /// How many there are.
    static let count = 3999

    private static let symbols: [(value: Int, letters: String)] = [
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
        (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ]

    let letters: [UInt8]

    /// - Precondition: 1 ≤ value ≤ 3999.
    init(value: Int) {
        require(value >= 1 && value <= RomanNumeral.count, "no numeral for \(value)")
        var rest = value
        var letters: [UInt8] = []
        for symbol in RomanNumeral.symbols {
            while rest >= symbol.value {
                letters += Array(symbol.letters.utf8)
                rest -= symbol.value
            }
        }
        self.letters = letters
    }

    /// One token per letter, labelled `subtracted` where a letter of greater value follows it directly, else `added`.
    var labelledSequence: LabelledSequence {
        let labels = letters.indices.map { index in
            let isSubtracted =
                index + 1 < letters.count
                && RomanNumeral.value(of: letters[index + 1]) > RomanNumeral.value(of: letters[index])
            return Array((isSubtracted ? "subtracted" : "added").utf8)
        }
        return LabelledSequence(tokens: letters.map { [$0] }, labels: labels)
    }

    private static func value(of letter: UInt8) -> Int {
        symbols.first { Array($0.letters.utf8) == [letter] }!.value
    }
}
