import ReproFormats
import ReproTrace

extension Golden {
    /// The golden as text: keys sorted, one stage or leaf a line, so that a review shows what moved.
    public var encoded: [UInt8] {
        var lines = ["{"]
        func member(_ key: String, _ value: JSONValue, last: Bool = false) {
            lines.append("  \(JSONValue.string(key).text(.compact)): \(value.text(.compact))\(last ? "" : ",")")
        }
        member("blessed", .object([.init("by", .string(blessedBy)), .init("reason", .string(reason))]))
        member("contract", .number(Golden.contract))
        member(
            "data",
            .array(
                data.map {
                    .object([.init("path", .string($0.path)), .init("sha256", .string($0.digest.hexadecimal))])
                }))
        member("experiment", experiment)
        member("format", .number(Golden.format))
        member("name", .string(name))
        member("root", .string(root.hexadecimal))
        member("seed", .number(seed))
        lines.append("  \"stages\": [")
        for (index, stage) in stages.enumerated() {
            let comma = index + 1 < stages.count ? "," : ""
            let head = Golden.encoded(stage)
            guard let leaves = stage.leaves else {
                lines.append("    \(head.text(.compact))\(comma)")
                continue
            }
            lines.append("    " + head.text(.compact).dropLast() + ",\"leaves\":[")
            for (position, leaf) in leaves.enumerated() {
                let separator = position + 1 < leaves.count ? "," : ""
                lines.append("      \(Golden.encoded(leaf).text(.compact))\(separator)")
            }
            lines.append("    ]}\(comma)")
        }
        lines += ["  ]", "}", ""]
        return Array(lines.joined(separator: "\n").utf8)
    }

    private static func encoded(_ stage: Stage) -> JSONValue {
        .object([
            .init("digest", .string(stage.digest.hexadecimal)), .init("name", .string(stage.name)),
            .init("streams", .string(stage.streams.hexadecimal)),
        ])
    }

    private static func encoded(_ leaf: Leaf) -> JSONValue {
        .object([
            .init("digest", .string(leaf.digest.hexadecimal)), .init("dtype", .string(leaf.elementType.rawValue)),
            .init("name", .string(leaf.name)),
            .init(
                "samples",
                .array(
                    leaf.samples.map {
                        .array([.number($0.offset), .string(hexadecimal($0.bits, leaf.elementType))])
                    })),
            .init("shape", .array(leaf.shape.map { .number($0) })),
        ])
    }

    /// An element's bits, two digits a byte.
    private static func hexadecimal(_ bits: UInt64, _ type: ElementType) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: max(0, 2 * type.byteCount - digits.count)) + digits
    }

    /// Reads a golden's text and holds it against itself: the tree has to hash up to its root.
    ///
    /// - Throws: ``GoldenFault`` where the bytes are no golden of this contract.
    public static func decode(_ bytes: [UInt8], path: String, hashing: Hashing) throws(GoldenFault) -> Golden {
        if bytes.isEmpty { throw GoldenFault.malformed(path: path, line: nil, problem: "the file is empty") }
        let document: JSONValue
        do {
            document = try JSONValue.parse(bytes, path: path)
        } catch {
            throw GoldenFault.malformed(path: path, line: error.line, problem: error.problem)
        }
        let reader = GoldenReader(path: path)
        let golden = try reader.golden(document)
        if let node = Trace.firstInconsistency(stages: golden.stages, claimed: golden.root, hashing: hashing) {
            throw GoldenFault.malformed(
                path: path, line: nil, problem: "\(node) does not hash up from what is below it")
        }
        return golden
    }
}

/// Takes a golden's JSON apart, strictly.
private struct GoldenReader {
    let path: String

    private func malformed(_ problem: String, line: Int? = nil) -> GoldenFault {
        .malformed(path: path, line: line, problem: problem)
    }

    /// The members of an object that has exactly these keys, in the order of `keys`.
    private func members(_ value: JSONValue, _ what: String, _ keys: [String]) throws(GoldenFault) -> [JSONValue] {
        guard let members = value.members else { throw malformed("\(what) is no object") }
        for member in members where !keys.contains(where: { Text.areSame($0, member.key) }) {
            throw malformed("\(what) has an unknown key '\(member.key)'", line: member.line)
        }
        var values: [JSONValue] = []
        for key in keys {
            guard let value = value[key] else { throw malformed("\(what) lacks '\(key)'") }
            values.append(value)
        }
        return values
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
            files.append(Golden.DataFile(path: file, digest: try digest(parts[1])))
        }
        var read: [Stage] = []
        for value in stages { read.append(try stage(value)) }
        return Golden(
            name: name, experiment: values[3], data: files, seed: seed, root: try digest(values[6]), stages: read,
            blessedBy: by, reason: reason)
    }

    private func digest(_ value: JSONValue) throws(GoldenFault) -> Digest {
        guard let digest = value.string.flatMap({ Digest(hexadecimal: $0) }) else {
            throw malformed("'\(value.text(.compact).prefix(70))' is not a digest of 64 lower-case hexadecimal digits")
        }
        return digest
    }

    private func stage(_ value: JSONValue) throws(GoldenFault) -> Stage {
        let hasLeaves = value["leaves"] != nil
        let parts = try members(value, "a stage", ["digest", "name", "streams"] + (hasLeaves ? ["leaves"] : []))
        guard let name = parts[1].string else { throw malformed("a stage without a name") }
        var leaves: [Leaf]?
        if hasLeaves {
            guard let elements = parts[3].elements else { throw malformed("leaves of '\(name)' are no list") }
            var read: [Leaf] = []
            for element in elements { read.append(try leaf(element, stage: name)) }
            leaves = read
        }
        return Stage(name: name, streams: try digest(parts[2]), digest: try digest(parts[0]), leaves: leaves)
    }

    private func leaf(_ value: JSONValue, stage: String) throws(GoldenFault) -> Leaf {
        let parts = try members(value, "a leaf of '\(stage)'", ["digest", "dtype", "name", "samples", "shape"])
        guard let type = parts[1].string.flatMap(ElementType.init(rawValue:)), let name = parts[2].string,
            let sizes = parts[4].elements, let samples = parts[3].elements
        else { throw malformed("a leaf of '\(stage)' with a value of another kind") }
        let shape = sizes.compactMap(\.int)
        guard shape.count == sizes.count, shape.allSatisfy({ $0 >= 0 }) else {
            throw malformed("'\(name)' of '\(stage)' has no shape")
        }
        var read: [Leaf.Sample] = []
        for sample in samples {
            guard let pair = sample.elements, pair.count == 2, let offset = pair[0].int, let digits = pair[1].string,
                digits.utf8.count == 2 * type.byteCount,
                digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
                let bits = UInt64(digits, radix: 16)
            else { throw malformed("'\(name)' of '\(stage)' has a malformed sample") }
            read.append(Leaf.Sample(offset: offset, bits: bits))
        }
        return Leaf(
            name: name, elementType: type, shape: shape, digest: try digest(parts[0]), samples: read)
    }
}
