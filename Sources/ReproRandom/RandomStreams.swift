/// All random streams of one seed: one for each purpose, never one shared by two.
///
/// The stream of a purpose is `numpy.random.PCG64(numpy.random.SeedSequence(seed, spawn_key=(domain, key)))`. So a layer
/// more leaves every other parameter unchanged, and a resumed run needs no generator's state.
public struct RandomStreams: Sendable, Equatable {
    /// What a stream is drawn for; the raw value is the first word of its spawn key, part of the numerical contract.
    public enum Domain: UInt32, Sendable, CaseIterable {
        /// Initial parameters; the key is the CRC-32 of the parameter's full name.
        case parameters = 0
        /// Generated data; the key is 0.
        case generatedData = 1
        /// The order of examples; the key is the epoch, from 0.
        case epochOrder = 2
        /// Dropout; the key is the optimiser step, from 0, and layers follow one another within it.
        case dropout = 3
        /// The split into training, validation and test; the key is 0.
        case dataSplit = 4
    }

    public let seed: UInt64

    public init(seed: UInt64) {
        self.seed = seed
    }

    /// The stream of a purpose, at its beginning.
    public func stream(_ domain: Domain, key: UInt32) -> PCG64 {
        PCG64(SeedSequence(seed: seed, spawnKey: [domain.rawValue, key]))
    }

    /// The stream of a parameter. Names that share a key are refused by `ParameterKeys`, which a model asks first.
    public func parameters(of name: String) -> PCG64 {
        stream(.parameters, key: CRC32.checksum(name))
    }
}
