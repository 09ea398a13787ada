/// Where a generator stood after the last draw of a stage: what the digest of the stage's streams covers.
public struct StreamState: Sendable, Equatable {
    /// What the stream is for: a domain's number.
    public let domain: UInt32
    /// Which of the domain's streams it is.
    public let key: UInt32
    /// The generator's 128-bit state.
    public let state: (high: UInt64, low: UInt64)
    /// The generator's 128-bit increment.
    public let increment: (high: UInt64, low: UInt64)
    /// The half of a 64-bit draw that waits to be given out, where there is one.
    public let buffered: UInt32?

    public init(
        domain: UInt32, key: UInt32, state: (high: UInt64, low: UInt64), increment: (high: UInt64, low: UInt64),
        buffered: UInt32?
    ) {
        self.domain = domain
        self.key = key
        self.state = state
        self.increment = increment
        self.buffered = buffered
    }

    /// Reads a generator.
    public init(domain: UInt32, key: UInt32, _ generator: PCG64) {
        self.init(
            domain: domain, key: key, state: generator.state, increment: generator.inc,
            buffered: generator.hasUInt32 ? generator.uinteger : nil)
    }

    /// The one entry of PyTorch's generator: what it began with and how far it has been drawn from are all of its state.
    public init(_ generator: MersenneTwister) {
        self.init(
            domain: .max, key: 0, state: (0, generator.draws), increment: (0, generator.seed), buffered: nil)
    }

    public static func == (a: StreamState, b: StreamState) -> Bool {
        a.domain == b.domain && a.key == b.key && a.state == b.state && a.increment == b.increment
            && a.buffered == b.buffered
    }
}
