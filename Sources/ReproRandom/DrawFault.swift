/// A wrong draw that a build can be compiled with, so that a gate can prove that such a build is caught and its stream named.
///
///     swift build -Xswiftc -DREPRO_FAULT_DRAW
///
/// In such a build the seed says what is wrong: with 900 … 904 each stream of domain 0 … 4 passes over one 32-bit number
/// before its first draw, with 910 … 914 it draws one more after its last. With other seeds, and in every other build,
/// nothing is.
enum DrawFault {
    static func skip(_ generator: inout PCG64, _ domain: RandomStreams.Domain, seed: UInt64) {
        #if REPRO_FAULT_DRAW
            if seed == 900 + UInt64(domain.rawValue) { generator.skip32(1) }
        #endif
    }

    static func drawOnceMore(_ generator: inout PCG64, _ domain: RandomStreams.Domain, seed: UInt64) {
        #if REPRO_FAULT_DRAW
            if seed == 910 + UInt64(domain.rawValue) { _ = generator.next32() }
        #endif
    }
}
