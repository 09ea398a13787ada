import CReproKernels

/// What this processor calls itself.
public enum Processor {
    /// The brand string; `unknown` where it cannot be told.
    public static var name: String {
        var text = [CChar](repeating: 0, count: 128)
        repro_processor_name(&text, text.count)
        let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? "unknown" : name
    }
}

extension Processor {
    /// Executes fused multiply-adds and nothing else, on the widest registers there are; the rate is the processor's
    /// peak on one thread. Returns the floating-point operations done, two for each fma.
    public static func runAtPeak(rounds: Int) -> Double { repro_fma_peak(rounds) }
}
