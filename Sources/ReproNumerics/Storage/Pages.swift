#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Requests huge pages from the operating system. The first write to a page costs as much as some hundred multiply-adds, so
/// that fewer pages make a pass faster; no result depends on them.
enum Pages {
    private static let large = 2 << 20
    /// Memory below this is not worth a call.
    private static let least = 512 << 10

    /// Requests huge pages for memory not yet written. The range is widened to whole pages: what lies beside the memory belongs
    /// to the program too, or to nobody.
    static func preferLarge(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
        #if os(Linux)
            guard byteCount >= least else { return }
            let first = memory.alignedDown(toMultipleOf: large)
            let end = (memory + byteCount).alignedUp(toMultipleOf: large)
            // Where part of the range belongs to nobody the system says so, by the error that else says that memory ran out.
            let error = errno
            madvise(first, end - first, MADV_HUGEPAGE)
            errno = error
        #endif
    }
}
