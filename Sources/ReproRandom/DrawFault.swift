/// A wrong draw that a build can be compiled with, so that a gate can prove that such a build is caught and its stream named.
///
///     swift build -Xswiftc -DREPRO_FAULT_DRAW_SKIPPED -Xswiftc -DREPRO_FAULT_DRAW_DOMAIN_3
///
/// `REPRO_FAULT_DRAW_SKIPPED` passes over one 32-bit number before a stream's first draw; `REPRO_FAULT_DRAW_EXTRA` draws one
/// more after its last, which moves no number but where the stream ends. A skipped number that a drawn order would have
/// rejected changes nothing at all. `REPRO_FAULT_DRAW_DOMAIN_0` to `_4` say in the streams of which domain; without one of them, and in
/// every other build, nothing is changed.
enum DrawFault {
    static func skip(_ generator: inout PCG64, _ domain: RandomStreams.Domain) {
        #if REPRO_FAULT_DRAW_SKIPPED
            if domain == faulty { generator.skip32(1) }
        #endif
    }

    static func drawOnceMore(_ generator: inout PCG64, _ domain: RandomStreams.Domain) {
        #if REPRO_FAULT_DRAW_EXTRA
            if domain == faulty { _ = generator.next32() }
        #endif
    }

    #if REPRO_FAULT_DRAW_DOMAIN_0
        private static let faulty: RandomStreams.Domain? = .parameters
    #elseif REPRO_FAULT_DRAW_DOMAIN_1
        private static let faulty: RandomStreams.Domain? = .generatedData
    #elseif REPRO_FAULT_DRAW_DOMAIN_2
        private static let faulty: RandomStreams.Domain? = .epochOrder
    #elseif REPRO_FAULT_DRAW_DOMAIN_3
        private static let faulty: RandomStreams.Domain? = .dropout
    #elseif REPRO_FAULT_DRAW_DOMAIN_4
        private static let faulty: RandomStreams.Domain? = .dataSplit
    #else
        private static let faulty: RandomStreams.Domain? = nil
    #endif
}
