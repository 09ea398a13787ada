import CReproKernels

/// The calling thread's floating-point environment, which the contract fixes: rounding to nearest, subnormals kept.
///
/// Libraries loaded into the process may have changed it (code built with fast-math does so as it loads).
public enum FloatingPointEnvironment {
    /// What is wrong with this thread's environment, in words; empty where nothing is.
    public static func faults() -> [String] { words(for: repro_floating_point_faults()) }

    /// The bits of `repro_floating_point_faults` in words.
    static func words(for faults: UInt32) -> [String] {
        let words: [(bit: UInt32, fault: String)] = [
            (1, "rounding is not to nearest"), (2, "subnormal results are flushed to zero"),
            (4, "subnormal operands are treated as zero"),
        ]
        return words.filter { faults & $0.bit != 0 }.map(\.fault)
    }

    /// - Throws: ``FloatingPointFault`` where this thread's environment is not as the contract wants it.
    public static func verify() throws(FloatingPointFault) {
        if repro_floating_point_faults() != 0 { throw FloatingPointFault(thread: "this thread", faults: faults()) }
    }
}

/// A thread was about to compute in a changed floating-point environment.
public struct FloatingPointFault: Error, Equatable, CustomStringConvertible {
    /// "this thread", or the worker that found the fault.
    public let thread: String
    public let faults: [String]

    public init(thread: String, faults: [String]) {
        self.thread = thread
        self.faults = faults
    }

    public var description: String {
        "The floating-point environment of \(thread) was changed: \(faults.joined(separator: ", ")). Results would "
            + "differ; look for a library built with fast-math, or a call of fesetround."
    }
}
