import Repro

/// One part of several into which machines share the cases of a check: K of N, from 1.
struct Shard {
    let number: Int
    let count: Int

    /// Reads `--shard K/N`; nil where the option is absent.
    init?(_ arguments: Arguments) throws {
        guard let text = arguments.value("shard") else { return nil }
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number >= 1, number <= count else {
            throw usage("--shard is '\(text)'; it has to be K/N with 1 ≤ K ≤ N, for example 1/4 for the first of four")
        }
        self.number = number
        self.count = count
    }

    /// The shard's own cases: in the order of bytes, every N-th from the K-th on. Over all K they are every case once, whatever
    /// the order in which they are given.
    func own(_ names: [String]) -> [String] {
        names.sorted { Text.precedes($0.utf8, $1.utf8) }.enumerated()
            .filter { $0.offset % count == number - 1 }.map(\.element)
    }
}
