import ReproFormats
import ReproTrace

/// Reads stages and leaves from the JSON of goldens and of `run.json`: nothing unknown, nothing missing.
package enum StageCoding {
    /// Why a part is not what it should be.
    package struct Fault: Error {
        package let problem: String
        var line: Int?
    }

    /// The members of an object that has exactly these keys, in the order of `keys`, beside `optional` ones.
    static func members(
        _ value: JSONValue, _ what: String, _ keys: [String], optional: [String] = []
    ) throws(Fault) -> [JSONValue] {
        guard let members = value.members else { throw Fault(problem: "\(what) is no object") }
        for member in members where !(keys + optional).contains(where: { Text.areSame($0, member.key) }) {
            throw Fault(problem: "\(what) has an unknown key '\(Text.excerpt(member.key))'", line: member.line)
        }
        var values: [JSONValue] = []
        for key in keys {
            guard let value = value[key] else { throw Fault(problem: "\(what) lacks '\(key)'") }
            values.append(value)
        }
        return values
    }

    /// Whether a text is of digits and `a` to `f` alone.
    static func isHexadecimal(_ text: String) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    static func digest(_ value: JSONValue) throws(Fault) -> Digest {
        guard let digest = value.string.flatMap({ Digest(hexadecimal: $0) }) else {
            throw Fault(
                problem: "'\(value.text(.compact).prefix(70))' is not a digest of 64 lower-case hexadecimal digits")
        }
        return digest
    }

    package static func stage(_ value: JSONValue) throws(Fault) -> Stage {
        let hasLeaves = value["leaves"] != nil
        let parts = try members(value, "a stage", ["digest", "name", "streams"] + (hasLeaves ? ["leaves"] : []))
        guard let name = parts[1].string, let id = StageID(name) else {
            throw Fault(problem: "a stage without a name of one")
        }
        var leaves: [Leaf]?
        if hasLeaves {
            guard let elements = parts[3].elements else { throw Fault(problem: "leaves of '\(name)' are no list") }
            var read: [Leaf] = []
            for element in elements { read.append(try leaf(element, stage: name)) }
            leaves = read
        }
        return Stage(id, streams: try digest(parts[2]), digest: try digest(parts[0]), leaves: leaves)
    }

    /// The first stage that stands out of a run's order, or twice; nil where none does. Steps and epochs alternate, so that each
    /// kind is looked at without the other.
    static func firstDisordered(_ stages: [Stage]) -> StageID? {
        for others in [stages.filter { !$0.isStep }, stages.filter { !$0.id.isEpoch }] {
            let pair = zip(others, others.dropFirst()).first { $0.id >= $1.id }
            if let pair { return pair.1.id }
        }
        return nil
    }

    private static func leaf(_ value: JSONValue, stage: String) throws(Fault) -> Leaf {
        let parts = try members(value, "a leaf of '\(stage)'", ["digest", "dtype", "name", "samples", "shape"])
        guard let type = parts[1].string.flatMap(ElementType.init(rawValue:)), let name = parts[2].string,
            let sizes = parts[4].elements, let samples = parts[3].elements
        else { throw Fault(problem: "a leaf of '\(stage)' with a value of another kind") }
        let shape = sizes.compactMap(\.int)
        guard shape.count == sizes.count, let count = elementCount(shape, of: type) else {
            throw Fault(problem: "'\(name)' of '\(stage)' has no shape")
        }
        var read: [Leaf.Sample] = []
        for sample in samples {
            guard let pair = sample.elements, pair.count == 2, let offset = pair[0].int, let digits = pair[1].string,
                digits.utf8.count == 2 * type.byteCount,
                isHexadecimal(digits),
                let bits = UInt64(digits, radix: 16)
            else { throw Fault(problem: "'\(name)' of '\(stage)' has a malformed sample") }
            read.append(Leaf.Sample(offset: offset, bits: bits))
        }
        let offsets = read.map(\.offset)
        guard offsets == (type == .byte ? [] : Leaf.sampleOffsets(count: count)) else {
            throw Fault(problem: "'\(name)' of '\(stage)' has samples at other offsets than a leaf's")
        }
        return Leaf(
            name: name, elementType: type, shape: shape, digest: try digest(parts[0]), samples: read)
    }

    /// The product of sizes; nil where one is negative, or the bytes of so many elements are beyond the integers.
    private static func elementCount(_ shape: [Int], of type: ElementType) -> Int? {
        var byteCount = type.byteCount
        for size in shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else { return nil }
            byteCount = product
        }
        return byteCount / type.byteCount
    }
}
