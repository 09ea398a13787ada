/// A row-major array of binary32 numbers with a shape.
///
/// A value: copies are cheap until one of them is written. The last axis is contiguous. A scalar has shape `[]` and one
/// element.
public struct Tensor: @unchecked Sendable {
    /// Sizes of the axes, outermost first.
    public let shape: [Int]
    private var storage: Storage

    private init(shape: [Int], storage: Storage) {
        self.shape = shape
        self.storage = storage
    }

    /// - Precondition: `elements.count` is the product of `shape`, and no size is negative.
    public init(shape: [Int], elements: [Float]) {
        Tensor.verify(shape, holds: elements.count)
        self.init(shape: shape, storage: Storage.copying(elements))
    }

    /// A tensor of +0.
    ///
    /// - Precondition: no size is negative.
    public init(zeros shape: [Int]) { self.init(repeating: 0, shape: shape) }

    /// A tensor of one number.
    ///
    /// - Precondition: no size is negative.
    public init(repeating value: Float, shape: [Int]) {
        require(shape.allSatisfy { $0 >= 0 }, "a tensor of shape \(shape)")
        let storage = Storage.allocate(count: Tensor.count(of: shape))
        storage.view.fill(value)
        self.init(shape: shape, storage: storage)
    }

    /// Takes a matrix's elements: its memory without a copy where that is the matrix's whole storage.
    ///
    /// - Precondition: nobody writes to the matrix afterwards; it has as many elements as the shape.
    public init(_ matrix: Matrix, shape: [Int]) {
        Tensor.verify(shape, holds: matrix.rows * matrix.columns)
        if matrix.storage.isOwned && matrix.storage.count == matrix.rows * matrix.columns {
            self.init(shape: shape, storage: matrix.storage)
        } else {
            let storage = Storage.allocate(count: matrix.rows * matrix.columns)
            MatrixView(base: storage.base, rows: matrix.rows, columns: matrix.columns, stride: matrix.columns)
                .copy(from: matrix.view)
            self.init(shape: shape, storage: storage)
        }
    }

    /// A caller's row-major memory, read where it stands; a tensor that is written copies it first.
    ///
    /// - Precondition: the memory holds as many elements as the shape, and outlives every use of the tensor and its copies.
    package init(borrowing base: UnsafePointer<Float>, shape: [Int]) {
        require(shape.allSatisfy { $0 >= 0 }, "a tensor of shape \(shape)")
        self.init(
            shape: shape,
            storage: Storage.borrowing(UnsafeMutablePointer(mutating: base), count: Tensor.count(of: shape)))
    }

    private static func verify(_ shape: [Int], holds count: Int) {
        require(
            shape.allSatisfy { $0 >= 0 } && count == Tensor.count(of: shape),
            "\(count) elements do not fill shape \(shape)")
    }

    /// The elements in row-major order; `elements.count` is the product of `shape`.
    public var elements: Elements { Elements(storage) }

    /// How many elements there are: the product of the shape.
    public var count: Int { storage.count }
    /// How many axes there are.
    public var rank: Int { shape.count }

    /// The number of elements that a shape holds: the product of its sizes, 1 for `[]`.
    public static func count(of shape: [Int]) -> Int {
        var count = 1
        for size in shape { count *= size }
        return count
    }

    /// The element at a full index.
    ///
    /// - Precondition: one index per axis, each within its size.
    public subscript(_ index: Int...) -> Float {
        get { self[offset: offset(of: index)] }
        set { self[offset: offset(of: index)] = newValue }
    }

    /// The element at a row-major offset.
    @inline(__always)
    public subscript(offset offset: Int) -> Float {
        get {
            require(offset >= 0 && offset < storage.count, "element \(offset) of \(storage.count)")
            return storage.base[offset]
        }
        set {
            require(offset >= 0 && offset < storage.count, "element \(offset) of \(storage.count)")
            makeUnique()
            storage.base[offset] = newValue
        }
    }

    private func offset(of index: [Int]) -> Int {
        require(index.count == rank, "\(index.count) indices for \(rank) axes")
        var offset = 0
        for (position, size) in zip(index, shape) {
            require(position >= 0 && position < size, "index \(index) outside shape \(shape)")
            offset = offset * size + position
        }
        return offset
    }

    /// The same elements under another shape of the same count.
    public func reshaped(_ shape: [Int]) -> Tensor {
        Tensor.verify(shape, holds: count)
        return Tensor(shape: shape, storage: storage)
    }

    /// Whether shapes and all bits are equal, so that +0 differs from −0 and a NaN equals its own pattern.
    public func isBitwiseEqual(to other: Tensor) -> Bool {
        shape == other.shape && zip(elements, other.elements).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}

extension Tensor: Equatable, CustomStringConvertible {
    public static func == (a: Tensor, b: Tensor) -> Bool { a.shape == b.shape && a.elements == b.elements }

    public var description: String { "Tensor(\(shape), \(elements))" }
}

// MARK: What kernels read and write

extension Tensor {
    /// The tensor's memory as a matrix of its last axis, which keeps it; for reading alone.
    public var matrix: Matrix {
        let columns = shape.last ?? 1
        return matrix(rows: columns == 0 ? 0 : count / columns, columns: columns)
    }

    /// The tensor's memory as `rows` × `columns`, for reading alone.
    public func matrix(rows: Int, columns: Int) -> Matrix {
        require(rows * columns == count, "\(rows) × \(columns) of \(count) elements")
        return Matrix(storage, rows: rows, columns: columns)
    }

    /// The tensor as a matrix of its last axis, for reading while the tensor lives.
    public var matrixView: MatrixView {
        let columns = shape.last ?? 1
        return MatrixView(
            base: storage.base, rows: columns == 0 ? 0 : count / columns, columns: columns, stride: columns)
    }

    /// All elements, for reading while the tensor lives.
    public var view: VectorView { storage.view }

    /// All elements, to be written while the tensor lives and nobody copies it. No other value sees the changes.
    public mutating func mutableView() -> VectorView {
        makeUnique()
        return storage.view
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) || !storage.isOwned { storage = storage.copy() }
    }
}
