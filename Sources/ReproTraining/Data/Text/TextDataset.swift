import ReproFormats
import ReproNN
import ReproRandom

// Reads the files of text and numbers what they hold by the training split.

extension TextFiles {
    /// Reads every file once, divides the training file where that is asked for, and numbers all splits by the training split.
    func dataset(
        _ format: RecordFormat, _ request: DataRequest
    ) throws -> Dataset {
        var files = self
        if request.tagging { files.tokenization.level = .words }
        var tables = TextReading.Tables()
        var parts: [Part] = []
        for (split, path) in splits {
            let reading = try TextReading(
                try request.reader.file(path), format, files, tagging: request.tagging,
                memory: request.reader.greatestTokenCount, into: &tables)
            parts.append(Part(split: split, reading: reading, members: nil))
        }
        if let division { parts = try divide(parts, division, tables, request) }
        let numbering = try Numbering(parts[0], tables, files, for: request)
        var metrics: [(name: String, value: Double)] = []
        var sequences: [(split: Split, sequences: SplitSequences)] = []
        for part in parts {
            let numbered = try NumberedPart(part, numbering, tables, unseen: unseenLabels)
            sequences.append((part.split, numbered.sequences))
            if tokenization.maxLength != nil, part.members == nil || part.split == .train {
                metrics.append((part.split.rawValue + "Truncated", Double(part.reading.cutCount)))
            }
            if unseenLabels != .error, part.split != .train {
                metrics.append((part.split.rawValue + "UnseenLabels", Double(numbered.unseenCount)))
            }
        }
        return Dataset(
            input: .tokens(vocabulary: numbering.encoding.vocabulary.count),
            classes: request.task == .regression ? 1 : numbering.encoding.labels.count,
            labels: numbering.encoding.labels, encoding: numbering.encoding, splits: sequences,
            files: parts.filter { $0.members == nil || $0.split == .train }.map {
                ($0.split, [FileDigest($0.reading.reader.file)])
            }, metrics: metrics)
    }

    /// The parts that the training file is divided into, among those that have a file of their own.
    private func divide(
        _ parts: [Part], _ division: Division, _ tables: TextReading.Tables, _ request: DataRequest
    ) throws -> [Part] {
        let reading = parts[0].reading
        var groups = [Array(0..<reading.count)]
        if division.stratified {
            guard request.task == .classification else {
                throw FormatError(
                    .badData, path: reading.path, key: "data.stratified",
                    problem: "\(request.task.rawValue) has no class for each sequence",
                    remedy: "leave data.stratified out")
            }
            var byLabel = [[Int]](repeating: [], count: tables.labels.count)
            try reading.visit(0..<reading.count, tables) { member, _, labels in
                byLabel[Int(labels[labels.startIndex])].append(member)
            }
            groups = byLabel.indices.filter { !byLabel[$0].isEmpty }
                .sorted { Text.precedes(tables.labels[$0], tables.labels[$1]) }.map { byLabel[$0] }
        }
        guard let divided = division.members(of: groups, streams: request.streams) else {
            throw FormatError(
                .badData, path: reading.path,
                problem: "\(reading.count) examples are too few for the shares of data.validation and data.test",
                remedy: "make the shares larger or smaller, or add examples")
        }
        let own = divided.map { Part(split: $0.split, reading: reading, members: $0.members) }
        return Split.allCases.compactMap { split in
            own.first { $0.split == split } ?? parts.first { $0.split == split }
        }
    }
}

/// A split: a file, or some of its examples.
struct Part {
    let split: Split
    let reading: TextReading
    /// Places in the file, ascending; nil for all.
    let members: [Int]?

    /// The places in the file.
    var places: [Int] { members ?? Array(0..<reading.count) }
}
