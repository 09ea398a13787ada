#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the operating system is told about memory. It costs the first touch of a page some hundred multiply-adds, so that
/// fewer, larger and kept pages show in the time of every pass, and nowhere else.
enum Pages {
    private static let large = 2 << 20
    /// Memory below this is not worth a call.
    private static let least = 512 << 10

    /// Asks for large pages under memory that is about to be written for the first time, and under its neighbours that
    /// would share them: they are the program's too, or nothing.
    static func preferLarge(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
        #if os(Linux)
            guard byteCount >= least else { return }
            let first = memory.alignedDown(toMultipleOf: large)
            let end = (memory + byteCount).alignedUp(toMultipleOf: large)
            madvise(first, end - first, MADV_HUGEPAGE)
        #endif
    }
}
