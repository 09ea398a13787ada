import CReproKernels

/// The calling thread's floating-point environment, which the contract fixes: rounding to nearest, subnormals kept,
/// exceptions masked.
///
/// Libraries loaded into the process may have changed it (code built with fast-math does so as it loads).
public enum FloatingPointEnvironment {
    /// What is wrong with this thread's environment, in words; empty where nothing is.
    public static func faults() -> [String] {
        let found = repro_floating_point_faults()
        let words: [(bit: UInt32, fault: String)] = [
            (1, "rounding is not to nearest"), (2, "subnormal results are flushed to zero"),
            (4, "subnormal operands are treated as zero"), (8, "floating-point exceptions stop the program"),
            (16, "instructions follow alternative rules"),
        ]
        return words.filter { found & $0.bit != 0 }.map(\.fault)
    }

    /// - Throws: ``FloatingPointFault`` where this thread's environment is not as the contract wants it.
    public static func verify() throws(FloatingPointFault) {
        if repro_floating_point_faults() != 0 { throw FloatingPointFault(faults: faults()) }
    }
}

/// What the build may have allowed its C compiler: optimisations that change values, such as `-ffast-math` and its parts.
public enum ValueChangingOptimizations {
    /// What known answers show to be wrong with this build, in words; empty where nothing is.
    public static func faults() -> [String] {
        let found = repro_value_changes()
        let words: [(bit: UInt32, fault: String)] = [
            (1, "sums are reordered"), (2, "products and sums are contracted"),
            (4, "divisions are replaced by multiplications"), (8, "NaN and infinity are taken for absent"),
            (16, "the sign of zero is ignored"),
        ]
        return words.filter { found & $0.bit != 0 }.map(\.fault)
    }
}

/// A thread was about to compute in a changed floating-point environment.
public struct FloatingPointFault: Error, Equatable, CustomStringConvertible {
    /// What is wrong with the environment, in words.
    public let faults: [String]

    public init(faults: [String]) { self.faults = faults }

    public var description: String {
        "The floating-point environment of this thread was changed: \(faults.joined(separator: ", ")). Results would "
            + "differ; look for a library built with fast-math, or a call of fesetround or feenableexcept."
    }
}
