// Converts goldens to the text of their files and back; what does not read back exactly is refused.

import ReproFormats
import ReproTrace

extension Golden {
    /// The golden as text: keys sorted, one data file, stage or leaf per line, so that a review shows what moved.
    public var encoded: [UInt8] {
        var head: [JSONValue.Member] = [
            .init("blessed", ["by": blessedBy, "reason": reason]), .init("contract", Golden.contract.json),
            .init("data", data.json), .init("experiment", experiment), .init("format", Golden.format.json),
            .init("name", name.json), .init("root", root.json), .init("seed", seed.json),
        ]
        if let config { head.insert(.init("config", config.json), at: 1) }
        if !metrics.isEmpty { head.insert(.init("metrics", .object(metrics)), at: head.count - 3) }
        var lines = ["{"]
        for member in head {
            guard member.key == "data", !data.isEmpty else {
                lines.append("  \(member.key.json.text(.compact)): \(member.value.text(.compact)),")
                continue
            }
            let files = data.map { "    \($0.json.text(.compact))" }.joined(separator: ",\n")
            lines += ["  \"data\": [", files, "  ],"]
        }
        lines.append("  \"stages\": [")
        for (index, stage) in stages.enumerated() {
            let comma = index + 1 < stages.count ? "," : ""
            let head = stage.jsonWithoutLeaves
            guard let leaves = stage.leaves else {
                lines.append("    \(head.text(.compact))\(comma)")
                continue
            }
            lines.append("    " + head.text(.compact).dropLast() + ",\"leaves\":[")
            for (position, leaf) in leaves.enumerated() {
                let separator = position + 1 < leaves.count ? "," : ""
                lines.append("      \(leaf.json.text(.compact))\(separator)")
            }
            lines.append("    ]}\(comma)")
        }
        lines += ["  ]", "}", ""]
        return Array(lines.joined(separator: "\n").utf8)
    }

    /// Reads a golden's text and holds it against itself: the tree has to hash up to its root.
    ///
    /// - Throws: ``GoldenFault`` where the bytes are no golden of this contract.
    public static func decode(_ bytes: [UInt8], path: String) throws(GoldenFault) -> Golden {
        if bytes.isEmpty { throw GoldenFault.malformed(path: path, line: nil, problem: "the file is empty") }
        let document: JSONValue
        do { document = try JSONValue.parse(bytes, path: path) } catch {
            throw GoldenFault.malformed(path: path, line: error.line, problem: error.problem)
        }
        // The versions are looked at first: another one may lay out everything else otherwise.
        if let contract = document["contract"]?.int, document["format"]?.int != nil, contract != Golden.contract {
            throw .otherContract(path: path, found: contract)
        }
        let golden: Golden
        do { golden = try Golden(document) } catch {
            throw GoldenFault.malformed(path: path, line: error.line, problem: error.problem)
        }
        if let node = Trace.firstInconsistency(stages: golden.stages, claimed: golden.root) {
            throw GoldenFault.malformed(
                path: path, line: nil, problem: "\(node) does not hash up from what is below it")
        }
        return golden
    }

    /// Takes a golden's JSON apart, strictly.
    private init(_ document: JSONValue) throws(StageCoding.Fault) {
        guard document["contract"]?.int != nil, let format = document["format"]?.int else {
            throw StageCoding.Fault(problem: "no versions of format and contract")
        }
        guard format == Golden.format else {
            throw StageCoding.Fault(problem: "format \(format) where this build reads \(Golden.format)")
        }
        let keys = ["blessed", "contract", "data", "experiment", "format", "name", "root", "seed", "stages"]
        let values = try StageCoding.members(document, "the golden", keys, optional: ["config", "metrics"])
        let blessed = try StageCoding.members(values[0], "'blessed'", ["by", "reason"])
        guard let by = blessed[0].string, let reason = blessed[1].string, let name = values[5].string,
            let seed = values[7].uint64, let data = values[2].elements, let list = values[8].elements, !list.isEmpty
        else { throw StageCoding.Fault(problem: "a value of another kind than a golden's") }
        var files: [DataFile] = []
        for value in data { files.append(try DataFile(value)) }
        var stages: [Stage] = []
        for value in list { stages.append(try StageCoding.stage(value)) }
        if let stage = StageCoding.firstDisordered(stages) {
            throw StageCoding.Fault(problem: "stage '\(stage)' stands out of a run's order or twice")
        }
        self.init(
            name: try Golden.name(name, ofExperiment: values[3]), config: try Golden.config(document["config"]),
            experiment: values[3], data: files, seed: seed, metrics: try Golden.metrics(document["metrics"]),
            root: try StageCoding.digest(values[6]), stages: stages, blessedBy: by, reason: reason)
    }

    /// The name, which the experiment has too.
    private static func name(_ text: String, ofExperiment experiment: JSONValue) throws(StageCoding.Fault) -> GoldenName
    {
        guard let name = GoldenName(text) else {
            throw StageCoding.Fault(
                problem: "it calls itself '\(Text.excerpt(text))', and a name is \(GoldenName.rule)")
        }
        guard let other = experiment["name"]?.string, Text.areSame(text, other) else {
            let other = experiment["name"].map { Text.excerpt($0.text(.compact)) } ?? "no name"
            throw StageCoding.Fault(problem: "it calls itself '\(text)', and its experiment has \(other)")
        }
        return name
    }

    static func config(_ value: JSONValue?) throws(StageCoding.Fault) -> String? {
        guard let value else { return nil }
        guard let path = value.string, !path.isEmpty else {
            throw StageCoding.Fault(problem: "'config' is no path of a file")
        }
        return path
    }

    static func metrics(_ value: JSONValue?) throws(StageCoding.Fault) -> [JSONValue.Member] {
        guard let value else { return [] }
        guard let metrics = value.members, !metrics.isEmpty, metrics.allSatisfy({ $0.value.double != nil }) else {
            throw StageCoding.Fault(problem: "'metrics' are no numbers under names")
        }
        return metrics
    }
}

extension Golden.DataFile {
    init(_ value: JSONValue) throws(StageCoding.Fault) {
        let parts = try StageCoding.members(value, "a data file", ["path", "sha256"], optional: ["lines"])
        guard let path = parts[0].string, !path.isEmpty else {
            throw StageCoding.Fault(problem: "a data file without a path")
        }
        if let lines = value["lines"] {
            let digits = Golden.DataFile.digitsPerLine
            guard let text = lines.string, text.utf8.count % digits == 0,
                text.utf8.count <= digits * Golden.DataFile.greatestLineCount, StageCoding.isHexadecimal(text)
            else {
                throw StageCoding.Fault(
                    problem: "'lines' of '\(path)' are not \(digits) hexadecimal digits for each of at most "
                        + "\(Golden.DataFile.greatestLineCount) lines")
            }
        }
        self.init(path: path, digest: try StageCoding.digest(parts[1]), lines: value["lines"]?.string)
    }
}
