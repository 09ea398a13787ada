import ReproFormats
import ReproNumerics
import ReproTrace

/// A value that a file holds, by its name and its place among those of the name.
package struct OutputValue: Sendable {
    enum Payload: Sendable, Equatable {
        case array(StoredArray)
        /// A value in words; a number in the shortest digits where its spelling is the container's.
        case word(String)
        /// A line of text: its words with single spaces between them.
        case line(String)
    }

    let name: String
    let index: [Int]
    let payload: Payload

    init(_ name: String, _ index: [Int], _ payload: Payload) {
        (self.name, self.index, self.payload) = (name, index, payload)
    }

    /// The only one of its name.
    init(_ name: String, _ payload: Payload) { self.init(name, [], payload) }

    /// By the names' bytes, then by their places.
    static func precedes(_ a: OutputValue, _ b: OutputValue) -> Bool {
        if Text.precedes(a.name.utf8, b.name.utf8) { return true }
        if Text.precedes(b.name.utf8, a.name.utf8) { return false }
        return a.index.lexicographicallyPrecedes(b.index)
    }

    /// Whether both stand at the same place under the same name.
    static func areOne(_ a: OutputValue, _ b: OutputValue) -> Bool {
        Text.areSame(a.name, b.name) && a.index == b.index
    }
}

/// Takes a file's values in, one after another, and gives the digest of what it says: SHA-256 over each name, place, and value,
/// every part with its length before it.
struct ContentHash {
    private var hash = SHA256(kernels: (try? KernelPath.best.kernels()) ?? ReferenceKernels())
    private var pending: [UInt8] = []

    mutating func append(_ value: OutputValue) {
        append(Array(value.name.utf8))
        append(value.index.map(String.init).joined(separator: ","))
        switch value.payload {
        case .word(let word): append("word", word)
        case .line(let line): append("line", line)
        case .array(let array):
            append(array.dtype.name, array.shape.map(String.init).joined(separator: ","))
            append(array.bytes)
        }
    }

    mutating func append(_ texts: String...) { for text in texts { append(Array(text.utf8)) } }

    mutating func append(_ bytes: [UInt8]) {
        pending += (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) }
        pending += bytes
        if pending.count < 1 << 16 { return }
        hash.update(pending)
        pending.removeAll(keepingCapacity: true)
    }

    func finalized() -> Digest {
        var copy = hash
        copy.update(pending)
        return copy.finalized()
    }
}
