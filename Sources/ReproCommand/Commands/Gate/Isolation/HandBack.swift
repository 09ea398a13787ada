import Repro

/// What a process that judges one case answers: lines of JSON, first how far it is, then once a verdict or why there is none.
enum HandBack {
    /// Raised with every change of what stands in a line; another version is refused.
    private static let version = 1
    /// The files in which a golden for review is left, in the folder of the order.
    private static let goldenName = "golden.json", tensorsName = "golden.safetensors"

    /// Why a line is not taken for an answer.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    static func progress(_ step: Int, of count: Int) -> [UInt8] {
        (["step": step, "of": count] as JSONValue).encoded(.compact)
    }

    /// The step, and of how many; nil for a line that says something else.
    static func progress(_ line: some Sequence<UInt8>) -> (step: Int, count: Int)? {
        guard let json = try? JSONValue.parse(Array(line), path: "answer"), let step = json["step"]?.int,
            let count = json["of"]?.int
        else { return nil }
        return (step, count)
    }

    static func refusal(_ error: any Error) -> [UInt8] {
        (["handBack": version, "error": message(of: error), "exitCode": ExitCode(of: error).rawValue] as JSONValue)
            .encoded(.compact)
    }

    /// - Throws: `FormatError` where a golden for review cannot be left.
    static func verdict(_ judged: JudgedCase, of order: CaseOrder) throws -> [UInt8] {
        var json: JSONValue = [
            "handBack": version, "finding": judged.finding.handBack, "exitCode": judged.exitCode.rawValue,
            "report": judged.json,
        ]
        if let folder = order.successorFolder, let successor = judged.successor {
            try AtomicFile.write(successor.golden.encoded, to: folder + "/" + goldenName)
            try AtomicFile.write(successor.tensorBytes, to: folder + "/" + tensorsName)
            json = json.adding(["successor": true])
        }
        return json.encoded(.compact)
    }

    /// Reads the answer to an order.
    ///
    /// - Throws: ``Unreadable`` for anything that the process of an order cannot have meant; `CommandLineError` for what it
    ///   refused; ``GoldenFault`` and `FormatError` for a golden for review.
    static func judged(_ output: [UInt8], of order: CaseOrder) throws -> JudgedCase {
        let lines = output.split(separator: UInt8(ascii: "\n")).filter { progress($0) == nil }
        guard lines.count == 1, let json = try? JSONValue.parse(Array(lines[0]), path: "answer") else {
            throw Unreadable(description: lines.isEmpty ? "it is empty" : "it is no line of JSON")
        }
        guard json["handBack"]?.int == version else { throw Unreadable(description: "it is of another version") }
        guard let code = json["exitCode"]?.int.flatMap({ ExitCode(rawValue: Int32(clamping: $0)) }) else {
            throw Unreadable(description: "it has no exit code")
        }
        if let error = json["error"]?.string { throw CommandLineError(message: error, code: code) }
        guard let finding = json["finding"].flatMap(Finding.init(handBack:)), let report = json["report"],
            Text.areSame(finding.name, order.name), report["exitCode"]?.int == Int(code.rawValue),
            (finding.outcome == .passed) == (code == .success)
        else { throw Unreadable(description: "it is no verdict of '\(order.name)'") }
        var judged = JudgedCase(finding: finding, exitCode: code, json: report)
        if json["successor"]?.bool == true, let folder = order.successorFolder {
            let path = folder + "/" + goldenName
            let tensors = try ByteFile(path: folder + "/" + tensorsName)
            judged.successor = GoldenChange(
                try Golden.decode(try ByteFile.contents(of: path), path: path),
                tensorBytes: try tensors.read(at: 0, count: tensors.byteCount))
        }
        return judged
    }
}

extension Finding {
    fileprivate var handBack: JSONValue {
        var json: JSONValue = [
            "name": name, "outcome": outcome.rawValue, "headline": headline, "rows": rows.map(\.handBack),
        ]
        json.add("digest", ifPresent: digest)
        json.add("file", ifPresent: file)
        json.add("title", ifPresent: title?.handBack)
        return json
    }

    fileprivate init?(handBack json: JSONValue) {
        guard let name = json["name"]?.string, let headline = json["headline"]?.string,
            let outcome = json["outcome"]?.string.flatMap(Outcome.init(rawValue:)), let list = json["rows"]?.elements
        else { return nil }
        let rows = list.compactMap(FindingRow.init(handBack:))
        guard rows.count == list.count else { return nil }
        self.init(
            name: name, outcome: outcome, headline: headline, rows: rows,
            digest: json["digest"]?.string.flatMap { Digest(hexadecimal: $0) }, file: json["file"]?.string,
            title: json["title"].flatMap(StyledText.init(handBack:)))
    }
}

extension FindingRow {
    fileprivate var handBack: JSONValue {
        var json: JSONValue = ["value": value.handBack, "below": below.map(\.handBack)]
        json.add("name", ifPresent: name)
        if isInHeadline { json = json.adding(["isInHeadline": true]) }
        return json
    }

    fileprivate init?(handBack json: JSONValue) {
        guard let value = json["value"].flatMap(StyledText.init(handBack:)), let list = json["below"]?.elements else {
            return nil
        }
        let below = list.compactMap(FindingRow.init(handBack:))
        guard below.count == list.count else { return nil }
        if let name = json["name"]?.string {
            self.init(name, value, below: below)
        } else {
            self.init(line: value, isInHeadline: json["isInHeadline"]?.bool == true)
        }
    }
}

extension StyledText {
    /// Each span with the number of its style, 0 where it is plain.
    fileprivate var handBack: JSONValue {
        .array(spans.map { .array([$0.text.json, ($0.style?.rawValue ?? 0).json]) })
    }

    fileprivate init?(handBack json: JSONValue) {
        guard let list = json.elements else { return nil }
        var text: StyledText = ""
        for span in list {
            guard let pair = span.elements, pair.count == 2, let part = pair[0].string, let style = pair[1].int else {
                return nil
            }
            text = text + StyledText(part, Style(rawValue: style))
        }
        self = text
    }
}
