import ReproFormats
import ReproTrace

/// The digest tree of a run as its `run.json` recorded it.
public struct RecordedRun: Sendable {
    public let path: String
    public let experiment: String
    public let seed: UInt64
    public let root: Digest
    /// With leaves where the run was traced to its tensors.
    public let stages: [Stage]

    /// - Throws: `FormatError` where the file is no `run.json`.
    public init(path: String) throws(FormatError) {
        let document = try JSONValue.read(path: path)
        func malformed(_ problem: String) -> FormatError {
            FormatError(.badData, path: path, problem: problem, remedy: "name a run directory that `repro run` wrote")
        }
        guard let experiment = document["experiment"]?.string, let seed = document["seed"]?.uint64,
            let root = document["digest"]?.string.flatMap({ Digest(hexadecimal: $0) }),
            let list = document["stages"]?.elements
        else { throw malformed("no run: experiment, seed, digest and stages are needed") }
        var stages: [Stage] = []
        for value in list {
            guard let name = value["name"]?.string,
                let digest = value["digest"]?.string.flatMap({ Digest(hexadecimal: $0) }),
                let streams = value["streams"]?.string.flatMap({ Digest(hexadecimal: $0) })
            else { throw malformed("a stage without name, digest and streams") }
            var leaves: [Leaf]?
            if let tensors = value["tensors"]?.elements {
                var read: [Leaf] = []
                for tensor in tensors {
                    guard let name = tensor["name"]?.string,
                        let type = tensor["dtype"]?.string.flatMap(ElementType.init(rawValue:)),
                        let digest = tensor["digest"]?.string.flatMap({ Digest(hexadecimal: $0) }),
                        let shape = tensor["shape"]?.elements?.compactMap(\.int)
                    else { throw malformed("a tensor of stage '\(name)' without name, dtype, shape and digest") }
                    read.append(Leaf(name: name, elementType: type, shape: shape, digest: digest, samples: []))
                }
                leaves = read
            }
            stages.append(Stage(name: name, streams: streams, digest: digest, leaves: leaves))
        }
        self.path = path
        self.experiment = experiment
        self.seed = seed
        self.root = root
        self.stages = stages
    }
}
