/// Owns memory of binary32 numbers, aligned for the kernels, and frees it with the last reference.
///
/// This folder is the one place that allocates and frees: everything else holds a ``Tensor``, a ``Matrix`` or a
/// ``Workspace``, which own a storage, and hands ``MatrixView``s to kernels, which borrow one.
final class Storage: @unchecked Sendable {
    /// What kernels are fastest with, in bytes.
    static let alignment = 64

    let base: UnsafeMutablePointer<Float>
    let count: Int
    /// The block that holds the elements; nil where a caller owns them.
    private let block: UnsafeMutableRawPointer?

    /// Memory whose elements are undefined until they are written.
    ///
    /// - Precondition: `count` is not negative.
    init(count: Int) {
        precondition(count >= 0, "storage of \(count) elements")
        // An allocator's own alignment is cheaper than a larger one asked for.
        let bytes = count * MemoryLayout<Float>.stride + Storage.alignment
        let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: MemoryLayout<Float>.alignment)
        Pages.preferLarge(block, byteCount: bytes)
        base = block.alignedUp(toMultipleOf: Storage.alignment).bindMemory(to: Float.self, capacity: max(1, count))
        self.block = block
        self.count = count
    }

    /// A caller's memory, read and written where it stands; the caller keeps it for as long as this lives.
    init(borrowing base: UnsafeMutablePointer<Float>, count: Int) {
        self.base = base
        self.count = count
        block = nil
    }

    deinit { block?.deallocate() }

    /// Whether a tensor may write here without a copy, given that it holds the only reference.
    var isOwned: Bool { block != nil }

    var view: VectorView { VectorView(base: base, count: count) }

    func copy() -> Storage {
        let copy = Storage(count: count)
        copy.base.update(from: base, count: count)
        return copy
    }
}
