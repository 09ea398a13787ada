/// Scratch memory of binary32 numbers, aligned for the kernels and freed with the last reference.
///
/// The elements start undefined unless `zeroed`. Whoever shares a buffer between workers keeps them apart.
public final class Buffer: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int
    private let memory: UnsafeMutableRawPointer

    private static let alignment = 64

    public init(count: Int, zeroed: Bool = false) {
        precondition(count >= 0, "a buffer of \(count) elements")
        // An allocator's own alignment is cheaper than a larger one asked for.
        let bytes = max(1, count) * MemoryLayout<Float>.stride + Buffer.alignment
        memory = .allocate(byteCount: bytes, alignment: MemoryLayout<Float>.alignment)
        Pages.preferLarge(memory, byteCount: bytes)
        pointer = memory.alignedUp(toMultipleOf: Buffer.alignment).bindMemory(to: Float.self, capacity: max(1, count))
        self.count = count
        if zeroed { pointer.initialize(repeating: 0, count: count) }
    }

    deinit { memory.deallocate() }
}

/// Memory that is handed out in parts and freed together: what a pass computes in, without an allocation a part.
public final class Arena {
    private var buffers: [Buffer] = []
    private var next: UnsafeMutablePointer<Float>?
    private var left = 0

    /// Floats of a block that small parts share, and what parts are multiples of: the kernels' alignment.
    private static let block = 2048
    private static let granule = 16

    /// An arena of one block for `count` elements, and more blocks beyond.
    public init(expecting count: Int = 0) {
        if count > Arena.block {
            let buffer = Buffer(count: count)
            buffers.append(buffer)
            (next, left) = (buffer.pointer, count)
        }
    }

    /// `count` elements, undefined unless `zeroed`, aligned for the kernels, for as long as the arena lives.
    public func take(_ count: Int, zeroed: Bool = false) -> UnsafeMutablePointer<Float> {
        let size = (count + Arena.granule - 1) / Arena.granule * Arena.granule
        let part: UnsafeMutablePointer<Float>
        if size > max(Arena.block, left) {
            let buffer = Buffer(count: size)
            buffers.append(buffer)
            part = buffer.pointer
        } else {
            if size > left {
                let buffer = Buffer(count: Arena.block)
                buffers.append(buffer)
                (next, left) = (buffer.pointer, buffer.count)
            }
            part = next!
            next = part + size
            left -= size
        }
        if zeroed { part.update(repeating: 0, count: count) }
        return part
    }
}
