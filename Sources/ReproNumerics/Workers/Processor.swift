import CReproKernels

/// What this processor calls itself.
public enum Processor {
    /// The brand string; `unknown` where it cannot be told.
    public static var name: String {
        let capacity = 128
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            repro_processor_name(buffer.baseAddress!, capacity)
            return String(cString: buffer.baseAddress!)
        }
        return text.isEmpty ? "unknown" : text
    }
}

extension Processor {
    /// Executes fused multiply-adds and nothing else, on the widest registers there are; the rate is the processor's
    /// peak on one thread. Returns the floating-point operations done, two for each fma.
    public static func runAtPeak(rounds: Int) -> Double { repro_fma_peak(rounds) }
}
