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
