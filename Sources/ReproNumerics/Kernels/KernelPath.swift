import CReproKernels

/// The ways through the kernels. Which one computes never shows in a result, only in the time it takes.
public enum KernelPath: String, CaseIterable, Sendable {
    /// The specification, as plain Swift loops.
    case reference
    /// C for every processor; fused multiply-add emulated.
    case portable
    /// AVX2 and FMA.
    case avx2
    /// AVX-512 F, BW, DQ, VL and FMA.
    case avx512
    /// 64-bit ARM.
    case neon

    private var table: UnsafePointer<repro_kernels>? { repro_kernels_named(rawValue) }

    /// Whether this build contains the path.
    public var isCompiled: Bool { self == .reference || table != nil }

    /// Whether this build contains the path and this processor can run it.
    public var isSupported: Bool {
        if self == .reference { return true }
        guard let table else { return false }
        return repro_kernels_supported(table) != 0
    }

    /// The paths that run here, slowest first.
    public static var supported: [KernelPath] { allCases.filter(\.isSupported) }

    /// The fastest path that runs here.
    public static var best: KernelPath { supported.last ?? .reference }

    /// The kernels of this path.
    ///
    /// - Throws: ``KernelUnavailable`` where this build or this processor lacks the path.
    public func kernels() throws(KernelUnavailable) -> any Kernels {
        if self == .reference { return ReferenceKernels() }
        guard isSupported, let table else { throw KernelUnavailable(path: self) }
        return NativeKernels(path: self, table: table)
    }
}

/// A path was asked for that cannot run here.
public struct KernelUnavailable: Error, Equatable, CustomStringConvertible {
    /// The path that was asked for.
    public let path: KernelPath

    public init(path: KernelPath) { self.path = path }

    public var description: String {
        let reason = path.isCompiled ? "this processor lacks its instructions" : "it is for another architecture"
        let available = KernelPath.supported.map(\.rawValue).joined(separator: ", ")
        return "Kernels \"\(path.rawValue)\" cannot run here: \(reason). Available: \(available)."
    }
}
