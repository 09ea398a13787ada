import ReproFormats
import ReproTrace

// How the parts of a digest tree are written in goldens and in `run.json`: keys sorted, digests as hexadecimal digits.

extension Digest: JSONRepresentable {
    public var json: JSONValue { hexadecimal.json }
}

extension StageID: JSONRepresentable {
    public var json: JSONValue { description.json }
}

extension Stage: JSONRepresentable {
    /// The stage with as many of its leaves as it has.
    public var json: JSONValue {
        var object = jsonWithoutLeaves
        object.add("leaves", ifPresent: leaves)
        return object
    }

    var jsonWithoutLeaves: JSONValue { ["digest": digest, "name": name, "streams": streams] }
}

extension Leaf: JSONRepresentable {
    public var json: JSONValue {
        [
            "digest": digest, "dtype": elementType.rawValue, "name": name,
            "samples": samples.map { JSONValue.array([$0.offset.json, elementType.hexadecimal($0.bits).json]) },
            "shape": shape,
        ]
    }
}

extension ElementType {
    /// An element's bits in hexadecimal digits, two for each byte.
    public func hexadecimal(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: max(0, 2 * byteCount - digits.count)) + digits
    }
}
