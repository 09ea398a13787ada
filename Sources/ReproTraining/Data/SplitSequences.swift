import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace

/// The sequences of a split: in memory, or in a file that is too large for it.
public struct SplitSequences: Sendable {
    enum Storage: Sendable {
        case memory(SequenceSet)
        case file(TextIndex)
    }

    private var storage: Storage

    init(_ storage: Storage) { self.storage = storage }

    /// Sequences in memory.
    public init(_ sequences: SequenceSet) { storage = .memory(sequences) }

    /// How many sequences there are.
    public var count: Int {
        switch storage {
        case .memory(let set): set.count
        case .file(let index): index.count
        }
    }

    /// How many positions each sequence has.
    public var lengths: [Int] {
        switch storage {
        case .memory(let set): set.all.lengths
        case .file(let index): (0..<index.count).map { index.length($0) }
        }
    }

    /// The sequences at these indices, in this order.
    ///
    /// - Throws: `FormatError` where a file that is read again was changed.
    public func batch(_ indices: some Collection<Int>) throws(FormatError) -> SequenceBatch {
        switch storage {
        case .memory(let set): set.batch(indices)
        case .file(let index): try index.batch(indices)
        }
    }

    /// The targets of all sequences, or, tagging, of all positions; −1 for a label that training lacks.
    ///
    /// - Throws: `FormatError` where a file that is read again was changed.
    public func targets() throws(FormatError) -> [Int] {
        switch storage {
        case .memory(let set): return set.all.targets
        case .file(let index) where !index.reading.tagging: return index.targets.map { Int($0) }
        case .file(let index):
            var targets: [Int] = []
            try index.forEachPart { part throws(FormatError) in targets += part.targets }
            return targets
        }
    }

    /// The batches of an epoch as buckets of like lengths (contract, section 11): of the sequences of `batches` batches in
    /// turn, those of one length in their order, short ones first.
    func buckets(_ order: [Int], batchSize: Int, batches: Int) -> [[Int]] {
        let lengths = lengths
        let (pooled, overflows) = batchSize.multipliedReportingOverflow(by: batches)
        let pool = overflows ? order.count : min(pooled, order.count)
        return stride(from: 0, to: order.count, by: pool).flatMap { first -> [[Int]] in
            let part = order[first..<min(first + pool, order.count)]
            let sorted = part.enumerated()
                .sorted { (lengths[$0.element], $0.offset) < (lengths[$1.element], $1.offset) }
                .map(\.element)
            return stride(from: 0, to: sorted.count, by: batchSize).map {
                Array(sorted[$0..<min($0 + batchSize, sorted.count)])
            }
        }
    }

    /// In regression the number of each sequence, else none.
    public var numbers: [Float] {
        switch storage {
        case .memory(let set): set.all.numbers
        case .file(let index): index.numbers
        }
    }

    /// Records what the stage `data` holds of the split (contract, section 12).
    mutating func record(prefix: String, in recorder: Recorder) throws {
        switch storage {
        case .memory(var set):
            try set.all.record(prefix: prefix, in: recorder)
            storage = .memory(set)
        case .file(let index):
            let positions = (0..<index.count).reduce(0) { $0 + index.length($1) }
            var inputs = IntegerLeaf(count: positions)
            var lengths = IntegerLeaf(count: index.count)
            let columns = index.encoding.affixes.counts.count
            var affixes = IntegerLeaf(count: positions * columns)
            var targets = IntegerLeaf(count: index.reading.tagging ? positions : index.count)
            try index.forEachPart { part throws(FormatError) in
                guard case .tokens(let tokens) = part.inputs else { fatalError("text without tokens") }
                inputs.append(tokens)
                affixes.append(part.affixRows)
                lengths.append(part.lengths)
                targets.append(part.targets)
            }
            try inputs.record(prefix + "inputs", in: recorder)
            if columns > 0 { try affixes.record(prefix + "affixes", columns: columns, in: recorder) }
            try lengths.record(prefix + "lengths", in: recorder)
            if index.numbers.isEmpty {
                try targets.record(prefix + "targets", in: recorder)
            } else {
                var tensor = Tensor(shape: [index.count], elements: index.numbers)
                try recorder.record(prefix + "targets", &tensor)
            }
        }
    }
}

extension TextIndex {
    /// All sequences, part by part.
    fileprivate func forEachPart(_ body: (SequenceBatch) throws(FormatError) -> Void) throws(FormatError) {
        for first in stride(from: 0, to: count, by: 1024) {
            try body(try batch(first..<min(first + 1024, count)))
        }
    }
}

/// The digests of integers that are never in memory together.
private struct IntegerLeaf {
    /// Whole pieces, as many as a worker takes at once.
    private static let pieceElementCount = 32 * Hashing.pieceSize / MemoryLayout<Int64>.size

    private let hashing = Hashing()
    /// How many integers there are to be.
    let count: Int
    private var waiting: [Int64] = []
    private var done = 0
    private(set) var pieces: [UInt8] = []
    private(set) var samples: [Leaf.Sample] = []
    private var offsets: ArraySlice<Int>

    init(count: Int) {
        self.count = count
        offsets = Leaf.sampleOffsets(count: count)[...]
    }

    mutating func append(_ integers: [Int]) {
        while let offset = offsets.first, offset < done + integers.count {
            samples.append(Leaf.Sample(offset: offset, bits: UInt64(bitPattern: Int64(integers[offset - done]))))
            offsets.removeFirst()
        }
        done += integers.count
        for integer in integers {
            waiting.append(Int64(integer))
            if waiting.count == IntegerLeaf.pieceElementCount { finish() }
        }
    }

    /// Records a vector, or the rows of a matrix.
    mutating func record(_ name: String, columns: Int? = nil, in recorder: Recorder) throws {
        finish()
        try recorder.record(
            name, .int64, shape: columns.map { [count / $0, $0] } ?? [count], pieces: pieces, samples: samples)
    }

    private mutating func finish() {
        pieces += waiting.withBytes { hashing.pieces(of: $0) }
        waiting.removeAll(keepingCapacity: true)
    }
}
