import CReproKernels
import ReproNumerics
import Testing

/// Digests of the pieces of some bytes, by every kernel path and by every way that the paths choose from.
struct SHA256PieceTests {
    struct Way: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let digests: @Sendable (_ bytes: [UInt8], _ pieceSize: Int) -> [UInt8]
    }

    static var ways: [Way] {
        let paths = KernelPath.allCases.compactMap { path in
            Paths.kernels(path).map { kernels in
                Way(testDescription: path.rawValue) { bytes, pieceSize in
                    bytes.withBytes { kernels.sha256Pieces($0, pieceSize: pieceSize) }
                }
            }
        }
        let native = (0...).lazy.map { repro_sha256_way_at($0) }.prefix { $0 != nil }.compactMap { $0 }.map { way in
            nonisolated(unsafe) let way = way
            return Way(testDescription: "way " + String(cString: way.pointee.name)) { bytes, pieceSize in
                digests(bytes, pieceSize) {
                    repro_sha256_pieces_by(
                        way, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, pieceSize, $1)
                }
            }
        }
        return paths + native
    }

    private static func digests(
        _ bytes: [UInt8], _ pieceSize: Int, by hash: (UnsafeRawBufferPointer, UnsafeMutablePointer<UInt8>) -> Void
    ) -> [UInt8] {
        // One byte more than there are digests: it has to stay as it is.
        var digests = [UInt8](repeating: 0xa5, count: (bytes.count + pieceSize - 1) / pieceSize * 32 + 1)
        bytes.withUnsafeBytes { bytes in
            digests.withUnsafeMutableBufferPointer { hash(bytes, $0.baseAddress!) }
        }
        #expect(digests.removeLast() == 0xa5, "\(bytes.count) bytes in pieces of \(pieceSize)")
        return digests
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(arguments: ways)
    func onePieceHasTheMessagesDigest(_ way: Way) {
        for (count, expected) in SHA256Tests.made {
            let bytes = way.digests(SHA256Tests.message(count), 16384).prefix(32)
            #expect(Self.hexadecimal(bytes) == expected, "\(count) bytes")
        }
        #expect(way.digests([], 16384).isEmpty)
    }

    /// SHA-256 over all digests of the pieces, by hashlib: for n bytes as there in pieces of p bytes,
    /// `sha256(b"".join(sha256(m[i:i + p]).digest() for i in range(0, n, p)))`.
    @Test(arguments: ways)
    func manyPiecesEqualHashlib(_ way: Way) {
        let made: [(count: Int, pieceSize: Int, digest: String)] = [
            (16385, 16384, "7ed9de8522475cafc28b051eb5526b88b8d90b2dbc5e1a3fd5970e6cb3b25c68"),
            (32768, 16384, "ddc9e09340603a3726ea84459cc2d0a1cb2606553a7123481776be8038b40be1"),
            (100000, 16384, "e0d1e188fb2cb8eafb3a6707cad196eed9aef1d53013c3014d59c91b36eae692"),
            (327681, 16384, "a23c228e186ebc0f3f27d07b48758abf13ad6493c0711d74519ed8aa3d76b92d"),
            (606207, 16384, "e6b6efeef8d1e731f1898794b2a9c677fdbea79db3cb25ac2a4fa35daeac8a8d"),
            (1000, 64, "61abae34cb0bea37b1f214c3cfce54662367967ae8d8c182e9af686096dc83e2"),
            (1001, 55, "b7dbf3a13616ecb7b047cc57784fddcf40a7026d61da00f8e84ced72626d3be9"),
            (999, 56, "95e55fc93b720fc1441c697773c0799ac81206a2a855e65fadd61203790f9f76"),
            (4097, 127, "8868924f1fa6f5844c346977cd1a744c44fb9610e0b2689de7672cb46eeb6c90"),
        ]
        for (count, pieceSize, expected) in made {
            let digests = way.digests(SHA256Tests.message(count), pieceSize)
            #expect(
                Self.hexadecimal(way.digests(digests, max(1, digests.count))) == expected,
                "\(count) bytes in pieces of \(pieceSize)")
        }
    }

    /// Every number of lanes, with and without a shorter piece behind them, whose ends take one block and two.
    @Test(arguments: ways)
    func everyWayEqualsTheReference(_ way: Way) {
        for pieceSize in [1, 3, 55, 56, 63, 64, 65, 119, 120, 128, 200] {
            for pieces in 1...19 {
                for more in Set([0, 1, pieceSize - 1]).sorted() {
                    let bytes = (0..<(pieces * pieceSize + more)).map {
                        UInt8(truncatingIfNeeded: $0 * $0 / 3 + 11 * $0)
                    }
                    let expected = bytes.withBytes { ReferenceKernels().sha256Pieces($0, pieceSize: pieceSize) }
                    #expect(way.digests(bytes, pieceSize) == expected, "\(bytes.count) bytes in pieces of \(pieceSize)")
                }
            }
        }
    }
}
