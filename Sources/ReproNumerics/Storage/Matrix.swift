/// A matrix that shares the ownership of its memory: what passes keep between kernels.
///
/// Copies are the same memory. Whoever shares a matrix between workers keeps them on disjoint parts of it.
public struct Matrix: @unchecked Sendable {
    let storage: Storage
    /// The matrix's memory, for kernels.
    public let view: MatrixView

    /// Memory of its own; undefined unless `zeroed`.
    ///
    /// - Precondition: neither size is negative.
    public init(rows: Int, columns: Int, zeroed: Bool = false) {
        self.init(Storage.allocate(count: rows * columns), rows: rows, columns: columns)
        if zeroed { storage.view.fill(0) }
    }

    init(_ storage: Storage, offset: Int = 0, rows: Int, columns: Int) {
        require(
            rows >= 0 && columns >= 0 && offset >= 0 && offset + rows * columns <= storage.count,
            "\(rows) × \(columns) elements from \(offset) of \(storage.count)")
        self.init(
            storage, MatrixView(base: storage.base + offset, rows: rows, columns: columns, stride: columns))
    }

    private init(_ storage: Storage, _ view: MatrixView) {
        self.storage = storage
        self.view = view
    }

    /// A caller's row-major memory, used where it stands.
    ///
    /// - Precondition: the memory holds `rows` × `columns` elements and outlives every use of the matrix.
    public init(borrowing base: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
        self.init(Storage.borrowing(base, count: rows * columns), rows: rows, columns: columns)
    }

    /// How many rows there are.
    @inlinable @inline(__always) public var rows: Int { view.rows }
    /// How many columns there are.
    @inlinable @inline(__always) public var columns: Int { view.columns }
    /// How many elements lie between the first elements of two rows.
    @inlinable @inline(__always) public var stride: Int { view.stride }

    /// A row.
    @inlinable @inline(__always)
    public subscript(_ row: Int) -> VectorView { view[row] }

    /// All elements in row-major order.
    ///
    /// - Precondition: rows that stand without gaps.
    public var elements: VectorView {
        require(stride == columns || rows <= 1, "rows of \(columns) elements that stand \(stride) apart")
        return VectorView(base: view.base, count: rows * columns)
    }

    /// The same memory's rows of a range.
    public func rows(_ range: Range<Int>) -> Matrix { Matrix(storage, view.rows(range)) }

    /// The same memory's columns of a range.
    public func columns(_ range: Range<Int>) -> Matrix { Matrix(storage, view.columns(range)) }
}
