/// All random streams of one seed: lends each generator to who draws from it, and keeps a ledger of where it ended.
///
/// One stream for each purpose, never one shared by two: `numpy.random.PCG64(numpy.random.SeedSequence(seed, spawn_key=
/// (domain, key)))`. So one more layer leaves every other parameter unchanged, and a resumed run needs no generator's state.
///
/// The ledger holds what was observed: the state of the very generator that drew, read after its last draw.
///
/// Generators, integers and `uniform32` are exact under every rounding. Draws between two bounds round, and do not look at the
/// thread's floating-point environment: whoever draws them has done so. A run does, and so does every initial value.
public final class RandomStreams {
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
        /// Dropout of what the first layer reads; the key is the optimiser step, from 0.
        case inputDropout = 5
        /// Dropout of what the linear layer reads; the key is the optimiser step, from 0.
        case readoutDropout = 6
        /// The order of an epoch's batches, where they are buckets of like lengths; the key is the epoch, from 0.
        case batchOrder = 7
    }

    /// The seed that every stream starts from.
    public let seed: UInt64
    /// Where each lent generator stood when it came back, in order of use.
    private var ledger: [StreamState] = []
    private var isLending = false

    public init(seed: UInt64) {
        self.seed = seed
    }

    /// Lends the generator of a purpose, at its beginning, and enters where the body left it into the ledger.
    ///
    /// - Precondition: no other generator is lent.
    public func draw<Result>(
        _ domain: Domain, key: UInt32, _ body: (inout PCG64) throws -> Result
    ) rethrows -> Result {
        try lend {
            var generator = PCG64(seed: seed, domain, key: key)
            DrawFault.skip(&generator, domain, seed: seed)
            let result = try body(&generator)
            DrawFault.drawOnceMore(&generator, domain, seed: seed)
            return (result, StreamState(domain: domain.rawValue, key: key, generator))
        }
    }

    /// Lends the generator of a parameter. Names that share a key are refused by `ParameterKeys`, which a model asks first.
    public func draw<Result>(parameter name: String, _ body: (inout PCG64) throws -> Result) rethrows -> Result {
        try draw(.parameters, key: CRC32.checksum(name), body)
    }

    /// Lends PyTorch's one generator, as after `torch.manual_seed(seed)`.
    public func drawAsTorch<Result>(_ body: (inout MersenneTwister) throws -> Result) rethrows -> Result {
        try lend {
            var generator = MersenneTwister(seed: seed)
            let result = try body(&generator)
            return (result, StreamState(generator))
        }
    }

    /// Where every generator ended that was lent since the last call, in order of use; the ledger is empty afterwards.
    public func takeLedger() -> [StreamState] {
        defer { ledger = [] }
        return ledger
    }

    private func lend<Result>(_ body: () throws -> (Result, StreamState)) rethrows -> Result {
        guard !isLending else { fatalError("a generator is lent while another one draws") }
        isLending = true
        defer { isLending = false }
        let (result, state) = try body()
        ledger.append(state)
        return result
    }
}

extension PCG64 {
    /// The generator of a purpose before its first draw, in no ledger; a run borrows from ``RandomStreams`` instead.
    public init(seed: UInt64, _ domain: RandomStreams.Domain, key: UInt32) {
        self.init(SeedSequence(seed: seed, spawnKey: [domain.rawValue, key]))
    }
}
