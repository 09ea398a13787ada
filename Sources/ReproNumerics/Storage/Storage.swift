/// Owns memory of binary32 numbers, aligned for the kernels, and frees it with the last reference.
///
/// This folder is the one place that allocates and frees: everything else holds a ``Tensor``, a ``Matrix`` or a
/// ``Workspace``, which own a storage, and hands ``MatrixView``s to kernels, which borrow one.
typealias Storage = ManagedBuffer<StorageHeader, Float>

/// Where a storage's elements stand.
struct StorageHeader {
    let base: UnsafeMutablePointer<Float>
    let count: Int
    /// Whether the elements stand in the storage itself; else they are a caller's.
    let isOwned: Bool
}

extension ManagedBuffer where Header == StorageHeader, Element == Float {
    /// What kernels are fastest with, in bytes.
    static var alignment: Int { 64 }

    /// Memory whose elements are undefined until they are written.
    ///
    /// - Precondition: `count` is not negative.
    static func allocate(count: Int) -> Storage {
        require(count >= 0, "storage of \(count) elements")
        // The elements stand in the object's own allocation, which has room for moving up to the alignment: asking the
        // allocator for a larger alignment than its own costs more.
        let capacity = count + alignment / MemoryLayout<Float>.stride
        return create(minimumCapacity: capacity) { buffer in
            buffer.withUnsafeMutablePointerToElements { first in
                Pages.preferLarge(UnsafeMutableRawPointer(first), byteCount: capacity * MemoryLayout<Float>.stride)
                let base = UnsafeMutableRawPointer(first).alignedUp(toMultipleOf: alignment)
                return StorageHeader(
                    base: base.assumingMemoryBound(to: Float.self), count: count, isOwned: true)
            }
        }
    }

    /// A caller's memory, read and written where it stands; the caller keeps it for as long as this lives.
    static func borrowing(_ base: UnsafeMutablePointer<Float>, count: Int) -> Storage {
        create(minimumCapacity: 0) { _ in StorageHeader(base: base, count: count, isOwned: false) }
    }

    /// A copy of an array.
    static func copying(_ elements: [Float]) -> Storage {
        let storage = allocate(count: elements.count)
        elements.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { storage.base.update(from: first, count: source.count) }
        }
        return storage
    }

    /// The header, which nobody writes after its storage is made, without an exclusivity check at every look.
    private var place: StorageHeader { withUnsafeMutablePointerToHeader { $0.pointee } }

    var base: UnsafeMutablePointer<Float> { place.base }
    var count: Int { place.count }
    /// Whether a tensor may write here without a copy, given that it holds the only reference.
    var isOwned: Bool { place.isOwned }

    var view: VectorView { VectorView(base: base, count: count) }

    func copy() -> Storage {
        let copy = Storage.allocate(count: count)
        copy.base.update(from: base, count: count)
        return copy
    }
}
