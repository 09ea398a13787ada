import Testing

import ReproNumerics

/// Digests over whole messages, padded here as FIPS 180-4, section 5.1.1, says.
struct SHA256Tests {
    private func digest(_ message: [UInt8], _ kernels: any Kernels) -> String {
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        let bits = UInt64(message.count) * 8
        padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
        // FIPS 180-4, section 5.3.3.
        var state: [UInt32] = [
            0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
        ]
        padded.withBytes { kernels.sha256($0, state: &state) }
        return state.map {
            let word = String($0, radix: 16)
            return String(repeating: "0", count: 8 - word.count) + word
        }.joined()
    }

    /// FIPS 180-2, appendix B, and the empty message of NIST's SHAVS.
    @Test(arguments: KernelPath.allCases)
    func everyPathGivesThePublishedDigests(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        let published: [(message: [UInt8], digest: String)] = [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
        for (message, expected) in published { #expect(digest(message, kernels) == expected) }
    }

    /// Messages of n bytes, byte i being i × 7 mod 256, by GNU coreutils 9.1:
    /// `python3 -c 'import sys; sys.stdout.buffer.write(bytes(i*7%256 for i in range(n)))' | sha256sum`.
    static let made: [(count: Int, digest: String)] = [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (55, "576a1bf8d4478657e6dc4af9398544765c2a92cde28478b019235cfed315fc09"),
        (56, "9b20501dfd1d99161c257950f3444f3e49230c351c5c8e0943ef369f85f5205d"),
        (63, "30b345906b493f06f69444b6521113511c242f30e29840462950035043682f1e"),
        (64, "d8bc63b4fc1156e5e7d95a418b9bf54cd3174bedbc2db40f74895349b229b3c0"),
        (65, "1ee23b0fbcaecc1aff4a9e8f1645f35ab2c8e13609cd73b68df8b5e3f63ce073"),
        (119, "7a6589821178918ca8d9edaba5abfc1e9b2669564f4469b66885379c1530b2c8"),
        (120, "655250427d56b1b0eeb8497d21428704273458a01772d6881b65c0abac0f8a98"),
        (1000, "89f4ff56a25dd1db06a4ce6033603775d705fb96f30f8693733fef602a1ca532"),
        (4096, "d010f6d76d0eb4dce5d5b5b34014a8a157ec4380a66c24d7d455a9bf652db14a"),
        (16383, "3dca48b1d28d07caf25513928a7b8251049b07ec8d845ae6bd38768c725c777c"),
        (16384, "582bf46c154f087f3ba98b298fbe978c18f8b60cae2d67d7cb5c233396744125"),
    ]

    static func message(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 * 7 % 256) } }

    @Test(arguments: KernelPath.allCases)
    func everyPathEqualsSha256sum(path: KernelPath) {
        guard let kernels = Paths.kernels(path) else { return }
        for (count, expected) in Self.made {
            #expect(digest(Self.message(count), kernels) == expected, "\(count) bytes")
        }
    }
}
