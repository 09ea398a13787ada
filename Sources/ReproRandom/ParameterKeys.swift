/// The stream keys of a model's parameters, known to differ.
public struct ParameterKeys: Sendable, Equatable {
    /// The full names, as given.
    public let names: [String]
    /// The key of each name, in the same order.
    public let keys: [UInt32]

    /// - Throws: `ParameterKeyCollision` where two names share a key, since they would then start from the same numbers. The
    ///   same name twice is such a case.
    public init(names: [String]) throws(ParameterKeyCollision) {
        let keys = names.map { CRC32.checksum($0) }
        let order = names.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        for (first, second) in zip(order, order.dropFirst()) where keys[first] == keys[second] {
            throw ParameterKeyCollision(first: names[first], second: names[second], key: keys[first])
        }
        self.names = names
        self.keys = keys
    }
}

/// Two parameters that would draw from one stream.
public struct ParameterKeyCollision: Error, Equatable, CustomStringConvertible {
    /// The name that has the key already.
    public let first: String
    /// The name that would have it too.
    public let second: String
    /// The key that both have.
    public let key: UInt32

    public var description: String {
        if first.utf8.elementsEqual(second.utf8) {
            return "two parameters are named “\(first)”; give each its own name"
        }
        let digits = String(key, radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        return "the names “\(first)” and “\(second)” have the same CRC-32, \(padded), and would start from the same "
            + "random numbers; rename one of them"
    }
}
