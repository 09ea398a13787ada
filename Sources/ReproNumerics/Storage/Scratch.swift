/// Memory that one call of a kernel works in: aligned for the kernels, undefined, freed when the call returns.
enum Scratch {
    /// Nothing is allocated, and `body` receives nil, where `count` is 0.
    @inline(__always)
    static func with(count: Int, _ body: (UnsafeMutablePointer<Float>?) -> Void) {
        if count == 0 { return body(nil) }
        // An allocator's own alignment is cheaper than a larger one asked for.
        let bytes = count * MemoryLayout<Float>.stride + Storage.alignment
        let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: MemoryLayout<Float>.alignment)
        body(block.alignedUp(toMultipleOf: Storage.alignment).bindMemory(to: Float.self, capacity: count))
        block.deallocate()
    }
}
