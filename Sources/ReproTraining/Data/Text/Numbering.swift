import ReproFormats

/// The numbers that the training split gives to tokens, affixes and labels; in regression a label is a number itself.
struct Numbering {
    /// The vocabulary, the affixes and the classes' labels, of which regression has none.
    let encoding: TextEncoding
    /// What each label of the tables stands for.
    let labels: Labels

    /// What each label of the tables stands for.
    enum Labels {
        /// Its class; −1 where training lacks it.
        case classes([Int32])
        /// The number that it is written as; nil where it is none.
        case numbers([Float?])
    }

    /// - Parameter files: what the files were read with.
    init(_ training: Part, _ tables: TextReading.Tables, _ files: TextFiles, for request: DataRequest) throws {
        let (counts, isSeen) = try Numbering.occurrences(training, tables)
        let isRegression = request.task == .regression
        let seen =
            isRegression
            ? []
            : isSeen.indices.filter { isSeen[$0] }.sorted { Text.precedes(tables.labels[$0], tables.labels[$1]) }
        encoding = TextEncoding(
            tokenization: files.tokenization,
            vocabulary: Vocabulary(tables.tokens, counts: counts, limits: files.limits),
            affixes: request.affixes, labels: seen.map { Array(tables.labels[$0]) })
        if isRegression {
            labels = .numbers((0..<tables.labels.count).map { Numbering.number(of: tables.labels[$0]) })
        } else {
            var classes = [Int32](repeating: -1, count: isSeen.count)
            for (number, label) in seen.enumerated() { classes[label] = Int32(number) }
            labels = .classes(classes)
        }
    }

    /// How often each token of the tables occurs in the training split, and which labels do.
    private static func occurrences(
        _ training: Part, _ tables: TextReading.Tables
    ) throws -> (counts: [Int], isSeen: [Bool]) {
        var counts = training.reading.counts
        var isSeen = [Bool](repeating: false, count: tables.labels.count)
        if training.members == nil, let labels = training.reading.labels {
            for label in labels { isSeen[Int(label)] = true }
        } else {
            counts = []
            try training.reading.visit(training.places, tables) { _, tokens, labels in
                for token in tokens {
                    while counts.count <= Int(token) { counts.append(0) }
                    counts[Int(token)] += 1
                }
                for label in labels { isSeen[Int(label)] = true }
            }
        }
        return (counts + [Int](repeating: 0, count: tables.tokens.count - counts.count), isSeen)
    }

    /// The finite number that a label is, as JSON writes one: the nearest binary64, rounded to binary32.
    static func number(of label: ArraySlice<UInt8>) -> Float? {
        guard label.allSatisfy({ $0 > 0x20 }), let double = (try? JSONValue.parse(Array(label), path: ""))?.double
        else { return nil }
        let value = Float(double)
        return value.isFinite ? value : nil
    }

    static func noNumber(_ label: ArraySlice<UInt8>, path: String, line: Int) -> FormatError {
        FormatError(
            .badData, path: path, line: line,
            problem: "the label '\(String(decoding: label, as: UTF8.self))' is no finite number",
            remedy: "write a number such as -1.5 or 2e-3, or set task to \"classification\"")
    }
}
