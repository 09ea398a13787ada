import CRepro
import ReproNumerics

/// The number of this interface.
@_cdecl("repro_interface")
public func interface() -> UInt32 { UInt32(REPRO_INTERFACE) }

/// Makes an engine.
@_cdecl("repro_engine_create")
public func createEngine(
    _ call: UnsafePointer<repro_engine_call>?, _ error: UnsafeMutablePointer<repro_error>?
) -> repro_status {
    answer(error) {
        let call = try given(call, "call").pointee
        let handle = try given(call.engine, "engine")
        let name = call.kernels.map { String(cString: $0) } ?? "auto"
        guard let path = name == "auto" ? KernelPath.best : KernelPath(rawValue: name) else {
            let names = (["auto"] + KernelPath.allCases.map(\.rawValue)).joined(separator: ", ")
            throw Refusal.argument("kernels are “\(name)”; expected one of \(names)")
        }
        guard (1...1024).contains(call.threads) else {
            throw Refusal.argument("threads are \(call.threads); expected 1 … 1024")
        }
        handle.pointee = try HandleTable.shared.add { forks in
            try SharedEngine(path: path, threads: Int(call.threads), forks: forks)
        }
    }
}

/// The name of an engine's kernels; NULL where there is no such engine.
@_cdecl("repro_engine_kernels")
public func engineKernels(_ handle: repro_handle) -> UnsafePointer<CChar>? {
    guard let engine = try? SharedEngine.of(handle) else { return nil }
    let name: StaticString =
        switch engine.path {
        case .reference: "reference"
        case .portable: "portable"
        case .avx2: "avx2"
        case .avx512: "avx512"
        case .neon: "neon"
        }
    return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Ends an engine, a tape or kept weights.
@_cdecl("repro_release")
public func release(_ handle: repro_handle, _ error: UnsafeMutablePointer<repro_error>?) -> repro_status {
    answer(error) {
        let (object, forks) = try HandleTable.shared.remove(handle)
        // The threads of an engine from before a fork cannot be waited for here; its memory stays.
        if let engine = object as? SharedEngine, !engine.isOf(forks: forks) { _ = Unmanaged.passRetained(engine) }
    }
}
