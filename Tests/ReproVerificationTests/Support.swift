import Foundation
import ReproFormats
import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTrace
import ReproVerification

let hashing = Hashing()

/// A stage of named rows of numbers, as a run records them.
struct Part {
    var name: String
    var tensors: [(name: String, shape: [Int], values: [Float])]
    var streams: [StreamState] = []

    static func rows(_ name: String, _ tensors: (String, [Float])..., streams: [StreamState] = []) -> Part {
        Part(name: name, tensors: tensors.map { ($0.0, [$0.1.count], $0.1) }, streams: streams)
    }
}

func trace(_ parts: [Part]) throws -> Trace {
    let recorder = Recorder(detail: .tensor)
    for part in parts {
        recorder.begin(StageID(part.name)!)
        for (name, shape, values) in part.tensors {
            var tensor = Tensor(shape: shape, elements: values)
            try recorder.record(name, &tensor)
        }
        try recorder.end(streams: part.streams)
    }
    return try recorder.trace()
}

/// The same run as one that kept digests alone.
func withoutLeaves(_ trace: Trace) -> some DigestedRun {
    Trace(stages: trace.stages.map { $0.withoutLeaves() })
}

func stream(_ state: UInt64) -> StreamState {
    StreamState(domain: 2, key: 0, state: (0, state), increment: (0, 1), buffered: nil)
}

/// A run of two steps in miniature.
let parts: [Part] = [
    .rows("init", ("weight", [0.5, -0.25]), streams: [stream(1)]),
    .rows("step 000000", ("logits", [1, 2, 3]), ("grad.weight", [0.1, 0.2])),
    .rows("final", ("weight", [0.25, -0.5])),
]

func golden(
    name: GoldenName = "small", config: String? = nil, lines: String? = nil, metrics: [JSONValue.Member] = [],
    _ trace: Trace
) -> Golden {
    Golden(
        name: name, config: config, experiment: ["name": name, "hidden": 4],
        data: [
            Golden.DataFile(path: "../train.tsv", digest: hashing.digest(of: Array("a\tb\n".utf8)), lines: lines)
        ], seed: .max, metrics: metrics, trace: trace, blessedBy: "tester", reason: "first result, \"quoted\"")
}

/// A golden of one tensor, and the file of that tensor.
func version(_ number: Float, of name: GoldenName) throws -> (golden: Golden, tensors: [UInt8]) {
    let golden = golden(name: name, try trace([.rows("init", ("w", [number]))]))
    let tensor = NamedArray("init/w", .float(Tensor(shape: [1], elements: [number])))
    return (golden, Safetensors.encoded([tensor], metadata: [("golden", name.text)]))
}

/// Runs a test on a folder of goldens of its own, removed afterwards.
func withFolder(_ body: (GoldenFolder) throws -> Void) throws {
    try withTemporaryDirectory { try body(GoldenFolder(path: $0)) }
}

/// What two files of tensors say about each other.
func fileDifferences(_ before: [NamedArray], _ after: [NamedArray]) throws -> [TensorDifference] {
    try withTemporaryDirectory { folder in
        let paths = ["/a.safetensors", "/b.safetensors"].map { folder + $0 }
        for (path, tensors) in zip(paths, [before, after]) { try Safetensors.write(tensors, to: path) }
        return try TensorDifference.all(try ArrayFile(path: paths[0]), try ArrayFile(path: paths[1]))
    }
}

extension GoldenFolder {
    var indexFile: String { path + "/index.json" }

    func bytes(_ path: String) throws -> [UInt8] { try ByteFile.contents(of: path) }

    func write(_ golden: Golden) throws { try commit([GoldenChange(golden, tensorBytes: [])]) }

    /// Overwrites a file as an editor would.
    func edit(_ path: String, _ bytes: some Sequence<UInt8>) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}

/// What a body throws as a `GoldenFault`, nil where it throws nothing.
func fault(_ body: () throws(GoldenFault) -> Void) -> GoldenFault? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}

extension GoldenFault {
    var isMalformed: Bool {
        if case .malformed = self { return true }
        return false
    }
}
