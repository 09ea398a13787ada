/// A sentence of a CoNLL-U file: its words and their universal part-of-speech tags.
public struct TaggedSentence: Sendable, Equatable {
    /// The words, column FORM, byte by byte.
    public let forms: [[UInt8]]
    /// The tags, column UPOS; as many as there are words.
    public let tags: [[UInt8]]
    /// The line of each word, from 1, for messages about it.
    public let lines: [Int]
}

/// Files in CoNLL-U, of which the columns ID, FORM and UPOS are read.
///
/// A word is a line of ten columns with tabs between; a blank line ends a sentence. Comments, multiword tokens (`1-2`) and
/// empty nodes (`1.1`) are passed over. The blank line after the last sentence may be missing, and blank lines may follow one
/// another. Source: universaldependencies.org/format.html, version 2.
public enum CoNLLU {
    /// - Throws: `FormatError`, `.badData`, at the first line that breaks a rule: words not numbered 1, 2, 3, …, other than ten
    ///   columns, an empty form or tag, a word without a tag (`_`), a sentence without words, a file without sentences.
    public static func parse(_ bytes: [UInt8], path: String) throws(FormatError) -> [TaggedSentence] {
        let source = try TextLines(bytes, path: path)
        var sentences: [TaggedSentence] = []
        var forms: [[UInt8]] = []
        var tags: [[UInt8]] = []
        var lines: [Int] = []
        var commentLine: TextLines.Line?

        func finishSentence() throws(FormatError) {
            if !forms.isEmpty {
                sentences.append(TaggedSentence(forms: forms, tags: tags, lines: lines))
            } else if let commentLine {
                throw source.error(commentLine, "a sentence has no words", remedy: "remove it")
            }
            (forms, tags, lines, commentLine) = ([], [], [], nil)
        }

        for line in source.lines {
            if line.bytes.isEmpty {
                try finishSentence()
            } else if line.bytes.first == UInt8(ascii: "#") {
                commentLine = line
            } else if let word = try word(line, in: source, number: forms.count + 1) {
                forms.append(word.form)
                tags.append(word.tag)
                lines.append(line.number)
            }
        }
        try finishSentence()
        guard !sentences.isEmpty else {
            throw FormatError(
                .badData, path: path, problem: "the file holds no sentence", remedy: "check that it is CoNLL-U")
        }
        return sentences
    }

    /// The word on a line, or nil for a multiword token or an empty node.
    private static func word(
        _ line: TextLines.Line, in source: TextLines, number: Int
    ) throws(FormatError) -> (form: [UInt8], tag: [UInt8])? {
        let columns = line.bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        guard columns.count == 10 else {
            throw source.error(
                line, "\(columns.count) columns instead of 10",
                remedy: "separate ten columns by single tabs, with _ for none")
        }
        let identifier = columns[0]
        if isPair(identifier) { return nil }
        guard identifier.elementsEqual(String(number).utf8) else {
            throw source.error(
                line, key: "ID", "expected word \(number) of the sentence",
                remedy: "number words 1, 2, 3, … and end each sentence with a blank line")
        }
        let (form, tag) = (columns[1], columns[3])
        guard !form.isEmpty else {
            throw source.error(line, at: form.startIndex, key: "FORM", "the column is empty", remedy: "write the word")
        }
        guard !tag.isEmpty, !tag.elementsEqual([UInt8(ascii: "_")]) else {
            throw source.error(
                line, at: tag.startIndex, key: "UPOS", "the word has no tag",
                remedy: "write a universal part-of-speech tag")
        }
        return (Array(form), Array(tag))
    }

    /// Whether an ID is `number-number` or `number.number`.
    private static func isPair(_ identifier: ArraySlice<UInt8>) -> Bool {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard let mark = identifier.firstIndex(where: { !isDigit($0) }) else { return false }
        let second = identifier[(mark + 1)...]
        return mark > identifier.startIndex
            && (identifier[mark] == UInt8(ascii: "-") || identifier[mark] == UInt8(ascii: "."))
            && !second.isEmpty && second.allSatisfy(isDigit)
    }
}
