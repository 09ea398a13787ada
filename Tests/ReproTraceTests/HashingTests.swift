import ReproNumerics
import ReproRandom
import ReproTestSupport
import ReproTrace
import Testing

/// The digests of the contract's section 12 against hashlib over bytes laid out by hand.
@Suite struct HashingTests {
    private func digests(_ kind: String, atLeast count: Int) throws -> [[String]] {
        let cases = try vectors.cases("digests.txt").filter { $0[0] == kind }
        try #require(cases.count >= count)
        return cases
    }

    @Test(arguments: KernelPath.supported)
    func tensors(_ path: KernelPath) throws {
        let hashing = Hashing(kernels: try path.kernels())
        for fields in try digests("tensor", atLeast: 10) {
            let type = try #require(ElementType(rawValue: fields[2]))
            let shape = try list(fields[3]).map { try #require(Int($0)) }
            let bytes = try unhex(fields[4])
            #expect(bytes.count == Tensor.count(of: shape) * type.byteCount)
            let digest = hashing.tensor(name: fields[1], elementType: type, shape: shape, bytes: bytes)
            #expect(digest.hexadecimal == fields[5], "\(fields[1]) \(shape)")
        }
    }

    /// Leaves of several pieces, by one thread and by several.
    @Test(arguments: KernelPath.supported)
    func longTensors(_ path: KernelPath) throws {
        let kernels = try path.kernels()
        let engine = Engine(kernels: kernels, workers: try Workers(count: 3), parallelThreshold: 0)
        for fields in try digests("message", atLeast: 6) {
            let length = try #require(Int(fields[2]))
            if path == .reference && length > 100_000 { continue }
            let bytes = (0..<length).map { UInt8(($0 * $0 + 31 * $0 + 7 * length) % 251) }
            for hashing in [Hashing(kernels: kernels), Hashing(engine: engine)] {
                let digest = hashing.tensor(name: fields[1], elementType: .byte, shape: [length], bytes: bytes)
                #expect(digest.hexadecimal == fields[3], "\(length) bytes")
            }
        }
    }

    private func states(_ text: String) throws -> [StreamState] {
        try list(text).map { text in
            let parts = text.split(separator: ":").map(String.init)
            try #require(parts.count == 5)
            let buffered = try parts[4] == "none" ? nil : #require(UInt32(parts[4]) as UInt32?)
            return StreamState(
                domain: try #require(UInt32(parts[0])), key: try #require(UInt32(parts[1])),
                state: try halves(parts[2]),
                increment: try halves(parts[3]), buffered: buffered)
        }
    }

    @Test func streams() throws {
        for fields in try digests("streams", atLeast: 4) {
            #expect(Hashing().streams(try states(fields[1])).hexadecimal == fields[2], "\(fields[1])")
        }
    }

    @Test func nodes() throws {
        for fields in try digests("node", atLeast: 4) {
            let digest = Hashing().node(
                name: fields[1], streams: try #require(Digest(hexadecimal: fields[2])),
                children: try list(fields[3]).map { try #require(Digest(hexadecimal: $0)) })
            #expect(digest.hexadecimal == fields[4], "\(fields[1])")
        }
    }

    /// A recorder's leaves are the same digests: of floats, integers and bytes.
    @Test func recordedTensors() throws {
        for fields in try digests("tensor", atLeast: 10) {
            let shape = try list(fields[3]).map { try #require(Int($0)) }
            let bytes = try unhex(fields[4])
            let recorder = Recorder()
            recorder.begin("init")
            switch try #require(ElementType(rawValue: fields[2])) {
            case .float32:
                let bits = stride(from: 0, to: bytes.count, by: 4).map { first in
                    (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[first + $1]) << (8 * UInt32($1)) }
                }
                var tensor = Tensor(shape: shape, elements: bits.map { Float(bitPattern: $0) })
                try recorder.record(fields[1], &tensor)
            case .int64:
                let integers = stride(from: 0, to: bytes.count, by: 8).map { first in
                    Int64(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[first + $1]) << (8 * UInt64($1)) })
                }
                try recorder.record(fields[1], shape: shape, integers)
            case .byte: try recorder.record(fields[1], bytes: bytes)
            }
            try recorder.end()
            let leaf = try #require(recorder.stages[0].leaves?.first)
            #expect(leaf.digest.hexadecimal == fields[5], "\(fields[1])")
            #expect(leaf.shape == shape && leaf.name == fields[1] && leaf.elementType.rawValue == fields[2])
        }
    }

    /// A piece's digest is the plain one of its bytes, whoever hashes it: no worker, one, or more than there are pieces.
    @Test(arguments: KernelPath.supported, [0, 1, 2, 3, 7])
    func piecesHaveThePlainDigests(_ path: KernelPath, threads: Int) throws {
        let hashing =
            threads == 0
            ? Hashing(kernels: try path.kernels())
            : Hashing(
                engine: Engine(
                    kernels: try path.kernels(), workers: try Workers(count: threads), parallelThreshold: 0))
        let size = Hashing.pieceSize
        let counts = [0, 1, 64, size - 1, size, size + 1, 4 * size, 5 * size + 100, 13 * size, 29 * size - 7]
        for count in counts where path != .reference || count <= 5 * size + 100 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 + 3 * $0) }
            let expected = stride(from: 0, to: count, by: size).flatMap { first in
                Hashing().digest(of: Array(bytes[first..<min(count, first + size)])).bytes
            }
            #expect(bytes.withBytes { hashing.pieces(of: $0) } == expected, "\(count) bytes")
        }
    }
}
