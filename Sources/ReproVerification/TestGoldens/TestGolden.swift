import ReproFormats
import ReproTrace

/// The blessed tensors of a test that is not ours to run: what `repro_golden` of the pytest plugin was given, by their digests.
public struct TestGolden: Sendable, Equatable {
    /// The name, which no other golden has.
    public let name: GoldenName
    /// The test as pytest calls it, for example `tests/test_model.py::test_logits[adam]`.
    public let test: String
    /// The tensors in the order of their names' bytes.
    public let tensors: [Leaf]
    /// Who blessed it, and why.
    public let by: String, reason: String

    /// A node over the leaves, without streams: `repro_torch.digest(tensors, NAME)`.
    public var root: Digest {
        let hashing = Hashing()
        return hashing.node(name: name.text, streams: hashing.streams([]), children: tensors.map(\.digest))
    }

    /// All but the digest over it.
    private var members: JSONValue {
        [
            "name": name, "test": test,
            "tensors": tensors.map {
                ["name": $0.name, "type": $0.elementType.rawValue, "shape": $0.shape, "sha256": $0.digest] as JSONValue
            },
            "by": by, "reason": reason,
        ]
    }

    private static func digest(of members: JSONValue) -> Digest {
        Hashing().digest(of: Array(members.text(.compact).utf8))
    }
}

extension TestGolden: JSONRepresentable {
    /// With a digest over all the rest, so that an edit by hand shows.
    public var json: JSONValue { members.adding(["sha256": TestGolden.digest(of: members)]) }

    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    init(_ json: JSONValue, path: String) throws(GoldenFault) {
        func fault(_ problem: String) -> GoldenFault { .malformed(path: path, line: nil, problem: problem) }
        guard let text = json["name"]?.string, let name = GoldenName(text) else {
            throw fault("a test without a name that a golden can have")
        }
        guard let test = json["test"]?.string, let list = json["tensors"]?.elements, let by = json["by"]?.string,
            let reason = json["reason"]?.string
        else { throw fault("'\(text)' lacks a field, or one is of another kind") }
        var tensors: [Leaf] = []
        for value in list {
            guard let tensor = value["name"]?.string,
                let type = value["type"]?.string.flatMap(ElementType.init(rawValue:)),
                let elements = value["shape"]?.elements,
                let digest = value["sha256"]?.string.flatMap({ Digest(hexadecimal: $0) })
            else { throw fault("'\(text)' has a tensor without name, type, shape or digest") }
            let shape = elements.compactMap(\.int)
            guard shape.count == elements.count, shape.allSatisfy({ $0 >= 0 }) else {
                throw fault("'\(tensor)' of '\(text)' has no shape")
            }
            if let last = tensors.last, !Text.precedes(last.name.utf8, tensor.utf8) {
                throw fault("'\(tensor)' of '\(text)' is out of order, or there twice")
            }
            tensors.append(Leaf(name: tensor, elementType: type, shape: shape, digest: digest, samples: []))
        }
        (self.name, self.test, self.tensors, self.by, self.reason) = (name, test, tensors, by, reason)
        guard !tensors.isEmpty else { throw fault("'\(text)' has no tensors") }
        guard json["sha256"]?.string.flatMap({ Digest(hexadecimal: $0) }) == TestGolden.digest(of: members) else {
            throw fault("'\(text)' was changed after it was blessed")
        }
    }
}
