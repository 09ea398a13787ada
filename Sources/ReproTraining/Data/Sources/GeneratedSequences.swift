import ReproFormats
import ReproNumerics
import ReproRandom

/// How many sequences to generate, and of which lengths.
public struct GeneratedSequences: Sendable, Equatable {
    /// The least length of a sequence.
    public var minimumLength: Int
    /// The greatest length of a sequence.
    public var maximumLength: Int
    /// How many sequences training has.
    public var train: Int
    /// How many sequences the test has.
    public var test: Int

    public init(minimumLength: Int, maximumLength: Int, train: Int, test: Int) {
        self.minimumLength = minimumLength
        self.maximumLength = maximumLength
        self.train = train
        self.test = test
    }
}

extension GeneratedSequences {
    /// - Parameter features: how many numbers a position holds.
    /// - Throws: `FormatError` where an option is out of range, or more elements may come of all of them than an experiment
    ///   may have.
    init(_ options: inout OptionReader, features: Int = 1) throws(FormatError) {
        let sizes = 1...10_000_000
        options.expect("maximumLength")
        let minimum = try options.integer("minimumLength", in: 1...10_000)
        self.init(
            minimumLength: minimum, maximumLength: try options.integer("maximumLength", in: minimum...10_000),
            train: try options.integer("train", in: sizes), test: try options.integer("test", in: sizes))
        guard (train + test) * maximumLength * features <= Experiment.greatestElementCount else {
            throw options.error(
                features > 1 ? "features" : "train",
                "more than \(Experiment.greatestElementCount) elements may come of these sizes",
                remedy: "make train, test, maximumLength\(features > 1 ? " or features" : "") smaller")
        }
    }

    var json: JSONValue {
        ["minimumLength": minimumLength, "maximumLength": maximumLength, "train": train, "test": test]
    }

    /// Draws both splits, sequence by sequence: a length, then what `make` draws.
    func generate<Element>(
        from streams: RandomStreams, _ make: (_ length: Int, _ generator: inout PCG64) -> Element
    ) -> [(split: Split, sequences: [Element])] {
        streams.draw(.generatedData, key: 0) { generator in
            [(Split.train, train), (Split.test, test)].map { split, count in
                let sequences = (0..<count).map { _ in
                    make(minimumLength + generator.pick(maximumLength - minimumLength + 1), &generator)
                }
                return (split, sequences)
            }
        }
    }
}

extension PCG64 {
    /// An integer below `bound` (contract, section 9): `((next32 >> 8) × bound) >> 24`.
    ///
    /// - Precondition: 1 ≤ bound ≤ 2^24.
    package mutating func pick(_ bound: Int) -> Int {
        require(bound >= 1 && bound <= 1 << 24, "pick below \(bound)")
        return (Int(next32() >> 8) * bound) >> 24
    }
}
