// Converts goldens to the text of their files and back; what does not read back exactly is refused.

import ReproFormats
import ReproTrace

extension Golden {
    /// The golden as text: keys sorted, one stage or leaf per line, so that a review shows what moved.
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
        let values = try StageCoding.members(document, "the golden", keys)
        let blessed = try StageCoding.members(values[0], "'blessed'", ["by", "reason"])
        guard let by = blessed[0].string, let reason = blessed[1].string, let name = values[5].string,
            let seed = values[7].uint64, let data = values[2].elements, let list = values[8].elements, !list.isEmpty
        else { throw StageCoding.Fault(problem: "a value of another kind than a golden's") }
        var files: [DataFile] = []
        for value in data {
            let parts = try StageCoding.members(value, "a data file", ["path", "sha256"])
            guard let file = parts[0].string else { throw StageCoding.Fault(problem: "a data file without a path") }
            files.append(DataFile(path: file, digest: try StageCoding.digest(parts[1])))
        }
        var stages: [Stage] = []
        for value in list { stages.append(try StageCoding.stage(value)) }
        self.init(
            name: name, experiment: values[3], data: files, seed: seed, root: try StageCoding.digest(values[6]),
            stages: stages, blessedBy: by, reason: reason)
    }
}
