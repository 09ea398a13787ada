// Reads a line of JSON as an example.

extension RecordParser {
    /// The example of a line `{"text": …, "label": …}`; tagging reads a list of words and one of labels.
    ///
    /// - Throws: `FormatError` for what is no object, lacks a key, or has a value of another kind.
    func object(_ line: RecordBytes) throws(FormatError) -> TextRecord {
        let text = layout.encoding.decoded(line.bytes)
        let object: JSONValue
        do { object = try JSONValue.parse(text, path: line.path) } catch {
            // The place is one in the decoded text; in Latin-1 a character of two bytes there is one here.
            let offset = text.prefix(error.byteOffset ?? 0).reduce(0) {
                $0 + (layout.encoding == .latin1 && $1 & 0xc0 == 0x80 ? 0 : 1)
            }
            throw line.error(
                at: line.bytes.startIndex + min(offset, line.bytes.count), key: error.key, error.problem,
                remedy: error.remedy)
        }
        guard let members = object.members else {
            throw malformed(line, nil, "\(object.kind) instead of an object")
        }
        func value(_ key: String, _ column: RecordLayout.Column?) throws(FormatError) -> JSONValue {
            var name = key
            if case .name(let given)? = column { name = given }
            guard let value = object[name] else {
                let keys = members.map(\.key).joined(separator: ", ")
                throw line.error(
                    at: line.bytes.startIndex, key: name, "the object lacks the key",
                    remedy: "set data.\(key) to the key that holds it" + (keys.isEmpty ? "" : ", one of: \(keys)"))
            }
            return value
        }
        let (content, labels) = (try value("text", layout.text), try value("label", layout.label))
        if tagging {
            guard let words = content.elements?.map(\.string), let tags = labels.elements?.map(RecordParser.label),
                !words.isEmpty, words.count == tags.count
            else { throw malformed(line, nil, "words and labels are not two lists of one length, above 0") }
            let pairs = zip(words, tags).compactMap { word, tag in word.flatMap { word in tag.map { (word, $0) } } }
            guard pairs.count == words.count, pairs.allSatisfy({ !$0.0.isEmpty && !$0.1.isEmpty }) else {
                throw malformed(line, nil, "a word or label is empty, or no string")
            }
            return TextRecord(
                content: .words(pairs.map { Array($0.0.utf8) }), labels: pairs.map { Array($0.1.utf8) },
                lines: pairs.map { _ in line.line })
        }
        guard let string = content.string else { throw malformed(line, "text", "\(content.kind) instead of a string") }
        guard !string.utf8.allSatisfy(Text.isWhiteSpace) else {
            throw malformed(line, "text", "the text holds no token")
        }
        guard let label = RecordParser.label(labels) else {
            throw malformed(line, "label", "\(labels.kind) instead of a string")
        }
        guard !label.utf8.allSatisfy(Text.isWhiteSpace) else { throw malformed(line, "label", "the label is empty") }
        return TextRecord(content: .text(Array(string.utf8)), labels: [Array(label.utf8)], lines: [line.line])
    }

    /// A string, a number as it is written, or `true` or `false`.
    private static func label(_ value: JSONValue) -> String? {
        if case .number(let number) = value { return number.text }
        return value.string ?? value.bool.map { $0 ? "true" : "false" }
    }

    private func malformed(_ line: RecordBytes, _ key: String?, _ problem: String) -> FormatError {
        line.error(
            at: line.bytes.startIndex, key: key, problem,
            remedy: tagging
                ? "write each line as {\"text\": [\"word\", …], \"label\": [\"tag\", …]}"
                : "write each line as {\"text\": \"…\", \"label\": \"…\"}")
    }
}
