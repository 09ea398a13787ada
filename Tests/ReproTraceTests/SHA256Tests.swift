import ReproNumerics
import ReproTestSupport
import ReproTrace
import Testing

@Suite struct SHA256Tests {
    /// The message of a length, as `Tests/Fixtures/trace_vectors.py` makes it.
    private func message(_ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(($0 * $0 + 31 * $0 + 7 * length) % 251) }
    }

    @Test(arguments: KernelPath.supported)
    func everyLengthEqualsHashlib(_ path: KernelPath) throws {
        let hashing = Hashing(kernels: try path.kernels())
        let cases = try vectors.cases("sha256.txt")
        #expect(cases.count > 200)
        for fields in cases {
            let length = try #require(Int(fields[0]))
            if path == .reference && length > 100_000 { continue }
            #expect(hashing.digest(of: message(length)).hexadecimal == fields[1], "\(length) bytes, \(path.rawValue)")
        }
    }

    @Test(arguments: KernelPath.supported)
    func piecesOfAnySizeGiveTheWholesDigest(_ path: KernelPath) throws {
        let kernels = try path.kernels()
        for fields in try vectors.cases("sha256.txt") {
            let bytes = message(try #require(Int(fields[0])))
            if bytes.count > 5000 { continue }
            // Sizes that end before, on and past blocks; empty pieces in between.
            for sizes in [[1], [63, 1], [64], [65, 0, 3], [127, 2, 61], [7, 200, 0, 13]] {
                var hash = SHA256(kernels: kernels)
                var first = 0
                var piece = 0
                while first < bytes.count {
                    let end = min(bytes.count, first + sizes[piece % sizes.count])
                    hash.update(Array(bytes[first..<end]))
                    (first, piece) = (end, piece + 1)
                }
                #expect(hash.finalized().hexadecimal == fields[1], "\(bytes.count) bytes in pieces of \(sizes)")
            }
        }
    }

    @Test func aFinalizedValueGoesOn() throws {
        var hash = SHA256(kernels: try KernelPath.best.kernels())
        hash.update(Array("ab".utf8))
        _ = hash.finalized()
        hash.update(Array("c".utf8))
        // FIPS 180-4's first example, "abc".
        #expect(hash.finalized().hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func digestsReadWhatTheyWriteAndNothingElse() throws {
        let digest = Hashing().digest(of: [])
        #expect(Digest(hexadecimal: digest.hexadecimal) == digest)
        #expect(digest.abbreviated == String(digest.hexadecimal.prefix(12)))
        let text = digest.hexadecimal
        let wrong = [
            "", String(text.dropLast()), text + "0", text.uppercased(), "0x" + text.dropFirst(2),
            " " + text.dropFirst(),
            "g" + text.dropFirst(), "é" + text.dropFirst(2),
        ]
        for text in wrong { #expect(Digest(hexadecimal: text) == nil, "\(text)") }
    }
}
