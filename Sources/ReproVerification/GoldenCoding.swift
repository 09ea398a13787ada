import ReproFormats
import ReproTrace

extension Golden {
    /// The golden as text: keys sorted, one stage or leaf a line, so that a review shows what moved.
    public var encoded: [UInt8] {
        var lines = ["{"]
        let head: JSONValue = [
            "blessed": ["by": blessedBy, "reason": reason] as JSONValue, "contract": Golden.contract, "data": data,
            "experiment": experiment, "format": Golden.format, "name": name, "root": root, "seed": seed,
        ]
        for member in head.members ?? [] {
            lines.append("  \(member.key.json.text(.compact)): \(member.value.text(.compact)),")
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
        do {
            document = try JSONValue.parse(bytes, path: path)
        } catch {
            throw GoldenFault.malformed(path: path, line: error.line, problem: error.problem)
        }
        let reader = GoldenReader(path: path)
        let golden = try reader.golden(document)
        if let node = Trace.firstInconsistency(stages: golden.stages, claimed: golden.root) {
            throw GoldenFault.malformed(
                path: path, line: nil, problem: "\(node) does not hash up from what is below it")
        }
        return golden
    }
}

/// Takes a golden's JSON apart, strictly.
private struct GoldenReader {
    let path: String

    func malformed(_ problem: String, line: Int? = nil) -> GoldenFault {
        .malformed(path: path, line: line, problem: problem)
    }

    /// What a reader of a part finds, or the golden's fault.
    private func coded<Part>(
        _ value: JSONValue, _ read: (JSONValue) throws(StageCoding.Fault) -> Part
    ) throws(GoldenFault) -> Part {
        do { return try read(value) } catch { throw malformed(error.problem, line: error.line) }
    }

    private func members(_ value: JSONValue, _ what: String, _ keys: [String]) throws(GoldenFault) -> [JSONValue] {
        do { return try StageCoding.members(value, what, keys) } catch {
            throw malformed(error.problem, line: error.line)
        }
    }

    func golden(_ document: JSONValue) throws(GoldenFault) -> Golden {
        // The versions are looked at first: another one may lay out everything else otherwise.
        guard let contract = document["contract"]?.int, let format = document["format"]?.int else {
            throw malformed("no versions of format and contract")
        }
        if contract != Golden.contract { throw .otherContract(path: path, found: contract) }
        if format != Golden.format { throw malformed("format \(format) where this build reads \(Golden.format)") }
        let keys = ["blessed", "contract", "data", "experiment", "format", "name", "root", "seed", "stages"]
        let values = try members(document, "the golden", keys)
        let blessed = try members(values[0], "'blessed'", ["by", "reason"])
        guard let by = blessed[0].string, let reason = blessed[1].string, let name = values[5].string,
            let seed = values[7].uint64, let data = values[2].elements, let stages = values[8].elements, !stages.isEmpty
        else { throw malformed("a value of another kind than a golden's") }
        var files: [Golden.DataFile] = []
        for value in data {
            let parts = try members(value, "a data file", ["path", "sha256"])
            guard let file = parts[0].string else { throw malformed("a data file without a path") }
            files.append(Golden.DataFile(path: file, digest: try coded(parts[1], StageCoding.digest)))
        }
        var read: [Stage] = []
        for value in stages { read.append(try coded(value, StageCoding.stage)) }
        return Golden(
            name: name, experiment: values[3], data: files, seed: seed, root: try coded(values[6], StageCoding.digest),
            stages: read,
            blessedBy: by, reason: reason)
    }
}
