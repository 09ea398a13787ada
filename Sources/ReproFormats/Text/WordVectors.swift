/// Vectors of words in GloVe's text format: on each line a token, then its numbers, with single spaces between. The last
/// `width` fields are the numbers, so that a token may hold spaces. A first line of two integers, as word2vec and fastText
/// write, is passed over.
public struct WordVectors {
    private var lines: LineReader
    private let path: String
    private let width: Int
    private var number = 0

    /// - Parameter width: how many numbers a vector has.
    public init(_ file: ByteFile, width: Int) {
        lines = LineReader(file)
        path = file.path
        self.width = width
    }

    /// The next vector whose token is wanted, its numbers the nearest binary64 numbers rounded to binary32; nil at the end.
    ///
    /// - Throws: `FormatError`: `.badData` for a line with fewer numbers, and for what is no finite number.
    public mutating func next(
        where isWanted: ([UInt8]) -> Bool
    ) throws(FormatError) -> (token: [UInt8], vector: [Float])? {
        while let line = try lines.next() {
            number += 1
            var text = line.utf8[...]
            while let last = text.last, Text.isWhiteSpace(last) { text.removeLast() }
            let fields = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            if number == 1 && fields.count == 2 && width != 1 && fields.allSatisfy({ Int(Substring($0)) != nil }) {
                continue
            }
            guard fields.count > width else {
                throw malformed(
                    "\(max(0, fields.count - 1)) numbers where model.embedding is \(width)",
                    remedy: "set model.embedding to the vectors' size, or name the file of that size")
            }
            let token = Array(fields.dropLast(width).joined(separator: [UInt8(ascii: " ")]))
            guard isWanted(token) else { continue }
            var vector: [Float] = []
            for field in fields.suffix(width) {
                guard let value = Double(Substring(field)), case let single = Float(value), single.isFinite else {
                    throw malformed("'\(Substring(field))' is no finite number", remedy: "correct the line")
                }
                vector.append(single)
            }
            return (token, vector)
        }
        return nil
    }

    private func malformed(_ problem: String, remedy: String) -> FormatError {
        FormatError(.badData, path: path, line: number, problem: problem, remedy: remedy)
    }
}
