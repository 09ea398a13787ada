/// Where a generator stood when a stage had drawn all that it draws.
public struct StreamState: Sendable, Equatable {
    public let domain: UInt32
    public let key: UInt32
    public let state: (high: UInt64, low: UInt64)
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

    public static func == (a: StreamState, b: StreamState) -> Bool {
        a.domain == b.domain && a.key == b.key && a.state == b.state && a.increment == b.increment
            && a.buffered == b.buffered
    }
}
