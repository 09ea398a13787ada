import ReproFormats
import ReproTrace

/// What a check of a test's golden came to: the tensors that the test left, held to those that were blessed.
public struct TestCheck: Sendable {
    /// The golden.
    public let golden: TestGolden
    /// Nil where it was judged: what was left cannot be read, or is not this test's.
    public let reason: String?
    /// Over the tensors that were left; nil where they could not be read.
    public private(set) var root: Digest?
    /// Where they part from what was blessed, element by element where that is kept.
    public private(set) var differences: [TensorDifference] = []
    /// The names of tensors whose digests differ, of which nothing that is kept tells more.
    public private(set) var unexplained: [String] = []

    /// Whether every tensor has its name, place, shape, type and bits.
    public var isReproduced: Bool { reason == nil && root == golden.root }

    /// The exit code that says so.
    public var exitCode: ExitCode { reason != nil ? .notJudged : isReproduced ? .success : .drift }

    /// Reads what a test left.
    public init(_ golden: TestGolden, file: TestGoldenFile) {
        self.golden = golden
        let found: ArrayFile
        let leaves: [Leaf]
        do {
            found = try TestCheck.left(golden, file.left(golden))
            leaves = try found.leaves()
        } catch {
            reason = "\(error)"
            return
        }
        reason = nil
        let hashing = Hashing()
        root = hashing.node(name: golden.name.text, streams: hashing.streams([]), children: leaves.map(\.digest))
        if root != golden.root { explain(found, leaves, kept: file.kept(golden)) }
    }

    /// The file of the test.
    ///
    /// - Throws: `FormatError` for one that is not there, cannot be read, or is another test's.
    private static func left(_ golden: TestGolden, _ path: String) throws(FormatError) -> ArrayFile {
        let running = "run it: python -m pytest \(Text.shellWord(golden.test))"
        guard FileOperations.kind(at: path) != nil else {
            throw FormatError(.noInput, path: path, problem: "the test left no tensors", remedy: running)
        }
        let test = try SafetensorsFile(path: path).metadata.first { $0.key == "test" }?.value.string ?? "no test"
        guard Text.areSame(test, golden.test) else {
            throw FormatError(
                .badData, path: path, problem: "left by \(test), and the golden is of \(golden.test)", remedy: running)
        }
        return try ArrayFile(path: path)
    }

    private mutating func explain(_ found: ArrayFile, _ leaves: [Leaf], kept path: String) {
        if let kept = try? ArrayFile(path: path), let own = try? kept.leaves(),
            own.count == golden.tensors.count, zip(own, golden.tensors).allSatisfy({ $0.digest == $1.digest })
        {
            differences = (try? TensorDifference.all(kept, found)) ?? []
        }
        guard differences.isEmpty else { return }
        for tensor in golden.tensors {
            let other = leaves.first { Text.areSame($0.name, tensor.name) }
            if other?.digest != tensor.digest { unexplained.append(tensor.name) }
        }
        for leaf in leaves where !golden.tensors.contains(where: { Text.areSame($0.name, leaf.name) }) {
            unexplained.append(leaf.name)
        }
    }
}

extension ArrayFile {
    /// Every tensor with the digest of its name, type, shape and bytes, in the order of the names' bytes.
    ///
    /// - Throws: `FormatError`, also for a type that no digest is of.
    fileprivate func leaves() throws(FormatError) -> [Leaf] {
        let hashing = Hashing()
        var leaves: [Leaf] = []
        for entry in entries {
            guard let type = entry.elementType else {
                throw FormatError(
                    .badData, path: path, problem: "'\(entry.name)' is \(entry.dtype)",
                    remedy: "a golden is of F32, I64 or U8")
            }
            let bytes = try file.read(at: entry.byteRange.lowerBound, count: entry.byteRange.count)
            let digest = hashing.tensor(name: entry.name, elementType: type, shape: entry.shape, bytes: bytes)
            leaves.append(Leaf(name: entry.name, elementType: type, shape: entry.shape, digest: digest, samples: []))
        }
        return leaves.sorted { Text.precedes($0.name.utf8, $1.name.utf8) }
    }
}
