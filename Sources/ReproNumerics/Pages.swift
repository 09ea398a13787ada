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

    /// Makes the C library keep freed memory up to some 60 MB instead of returning it after every pass: it takes the
    /// largest block freed so far, up to 32 MiB, as the size that a program reuses. The block is never touched.
    static func keepFreed() {
        UnsafeMutableRawPointer.allocate(byteCount: 31 << 20, alignment: 1).deallocate()
    }
}
