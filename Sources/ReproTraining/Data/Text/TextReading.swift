import ReproFormats
import ReproTrace

/// A text file as it was read, once and to its end: where each example begins, and its tokens and labels by their numbers in
/// ``Tables``. Beyond a number of tokens these are let go, and read again where they are needed.
struct TextReading {
    /// The distinct tokens and labels of all files, in the order in which they were read.
    struct Tables {
        var tokens = TokenTable()
        var labels = TokenTable()
    }

    let path: String
    let tagging: Bool
    let tokenization: Tokenization
    private(set) var reader: RecordReader
    /// The offset of each example, and the size of what was read.
    private(set) var starts: [Int] = []
    private(set) var lengths: [Int32] = []
    /// How many examples have more tokens than are read.
    private(set) var cutCount = 0
    /// How often each token of the tables occurs in this file.
    private(set) var counts: [Int] = []
    /// All tokens, and all labels, one after another; nil beyond the memory. Of a classification the labels are always there.
    private(set) var tokens: [UInt32]? = []
    private(set) var labels: [UInt32]? = []
    /// Where each example's tokens begin; empty where there are none.
    private var offsets: [Int] = []

    /// Reads a file.
    ///
    /// - Parameter memory: how many tokens are kept.
    init(
        _ file: ByteFile, _ format: RecordFormat, _ files: TextFiles, tagging: Bool, memory: Int,
        into tables: inout Tables
    ) throws(FormatError) {
        let hashing = Hashing()
        reader = RecordReader(
            DigestedFile(file) { bytes in bytes.withBytes { hashing.pieces(of: $0) } }, format: format,
            layout: files.layout, tagging: tagging)
        path = file.path
        self.tagging = tagging
        tokenization = files.tokenization
        while let example = try reader.next() {
            append(example, at: reader.start, memory: memory, into: &tables)
        }
        try file.verifyUnchanged()
        starts.append(reader.byteCount)
        if tokens != nil { offsets = [0] + lengths.reduce(into: []) { $0.append(($0.last ?? 0) + Int($1)) } }
    }

    private mutating func append(_ example: TextRecord, at start: Int, memory: Int, into tables: inout Tables) {
        let tokens = tokenization.tokens(of: example.content)
        starts.append(start)
        lengths.append(Int32(tokens.count))
        cutCount += tokens.isCut ? 1 : 0
        for token in tokens {
            let number = tables.tokens.insert(token)
            while counts.count <= number { counts.append(0) }
            counts[number] += 1
            self.tokens?.append(UInt32(number))
        }
        for label in example.labels.prefix(tagging ? tokens.count : 1) {
            let number = tables.labels.insert(label[...])
            labels?.append(UInt32(number))
        }
        if let count = self.tokens?.count, count > memory {
            self.tokens = nil
            if tagging { labels = nil }
        }
    }

    /// How many examples there are.
    var count: Int { lengths.count }

    /// The numbers of the tokens and labels of some examples, one example after another.
    func visit(
        _ members: some Sequence<Int>, _ tables: Tables,
        _ body: (Int, ArraySlice<UInt32>, ArraySlice<UInt32>) throws -> Void
    ) throws {
        var window = RecordReader.Window(ahead: 63)
        for member in members {
            if let tokens {
                let range = offsets[member]..<offsets[member + 1]
                try body(member, tokens[range], tagging ? labels![range] : labels![member...member])
            } else {
                let example = try example(member, &window)
                let tokens = tokenization.tokens(of: example.content)
                try body(
                    member, ArraySlice(tokens.map { UInt32(tables.tokens.number(of: $0)!) }),
                    ArraySlice(
                        example.labels.prefix(tagging ? tokens.count : 1).map {
                            UInt32(tables.labels.number(of: $0[...])!)
                        }))
            }
        }
    }

    /// An example, read again.
    func example(_ member: Int, _ window: inout RecordReader.Window) throws(FormatError) -> TextRecord {
        try reader.example(in: starts[member]..<starts[member + 1], &window)
    }

    /// The line of a label of an example.
    func line(_ member: Int, place: Int) throws(FormatError) -> Int {
        var window = RecordReader.Window(ahead: 0)
        let own = try example(member, &window).lines[place]
        return try reader.line(at: starts[member]) + own - 1
    }
}

extension Tokenization {
    /// The tokens of an example.
    func tokens(of content: TextRecord.Content) -> Tokens {
        switch content {
        case .text(let text): tokens(of: text)
        case .words(let words): tokens(of: words)
        }
    }
}
