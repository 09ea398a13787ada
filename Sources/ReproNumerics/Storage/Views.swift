/// Views borrow memory that a ``Tensor``, a ``Matrix``, a ``Workspace`` or a caller owns: what kernels read and write.
///
/// A view is made for the call that it is passed to and lives no longer than the variable that it was taken from.
public struct VectorView: @unchecked Sendable {
    /// The first element.
    public let base: UnsafeMutablePointer<Float>
    /// How many there are.
    public let count: Int

    @inlinable @inline(__always)
    public init(base: UnsafeMutablePointer<Float>, count: Int) {
        self.base = base
        self.count = count
    }

    /// - Precondition: the range is within the vector.
    @inlinable @inline(__always)
    public subscript(_ range: Range<Int>) -> VectorView {
        assert(range.lowerBound >= 0 && range.upperBound <= count, "elements \(range) of \(count)")
        return VectorView(base: base + range.lowerBound, count: range.count)
    }

    /// What stands at an index, checked in debug builds.
    @inlinable @inline(__always)
    public subscript(_ index: Int) -> Float {
        get {
            assert(index >= 0 && index < count, "element \(index) of \(count)")
            return base[index]
        }
        nonmutating set {
            assert(index >= 0 && index < count, "element \(index) of \(count)")
            base[index] = newValue
        }
    }

    /// Sets every element to a value.
    @inlinable @inline(__always)
    public func fill(_ value: Float) { base.update(repeating: value, count: count) }

    /// - Precondition: as many elements, which do not overlap these.
    @inlinable @inline(__always)
    public func copy(from source: VectorView) {
        assert(source.count == count, "\(source.count) elements into \(count)")
        base.update(from: source.base, count: count)
    }
}

/// `rows` × `columns` elements, the beginnings of rows `stride` elements apart.
public struct MatrixView: @unchecked Sendable {
    /// The first element.
    public let base: UnsafeMutablePointer<Float>
    /// How many rows there are.
    public let rows: Int
    /// How many columns there are.
    public let columns: Int
    /// How many elements lie between the first elements of two rows.
    public let stride: Int

    @inlinable @inline(__always)
    public init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int) {
        self.base = base
        self.rows = rows
        self.columns = columns
        self.stride = stride
    }

    /// A row, checked in debug builds.
    @inlinable @inline(__always)
    public subscript(_ row: Int) -> VectorView {
        assert(row >= 0 && row < rows, "row \(row) of \(rows)")
        return VectorView(base: base + row * stride, count: columns)
    }

    /// The element at a row and a column, checked in debug builds.
    @inlinable @inline(__always)
    public subscript(_ row: Int, _ column: Int) -> Float {
        get { self[row][column] }
        nonmutating set { self[row][column] = newValue }
    }

    /// - Precondition: the range is within the rows.
    @inlinable @inline(__always)
    public func rows(_ range: Range<Int>) -> MatrixView {
        assert(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return MatrixView(base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
    }

    /// - Precondition: the range is within the columns.
    @inlinable @inline(__always)
    public func columns(_ range: Range<Int>) -> MatrixView {
        assert(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
        return MatrixView(base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
    }

    /// Every `step`-th row from `first` on.
    ///
    /// - Precondition: all of them are within the rows.
    @inlinable @inline(__always)
    public func everyRow(from first: Int, step: Int, count: Int) -> MatrixView {
        assert(
            first >= 0 && (count == 0 || first + (count - 1) * step < rows), "\(count) rows from \(first) of \(rows)")
        return MatrixView(base: base + first * stride, rows: count, columns: columns, stride: step * stride)
    }

    /// Sets every element to a value.
    @inlinable
    public func fill(_ value: Float) {
        for row in 0..<rows { self[row].fill(value) }
    }

    /// - Precondition: the same shape, in memory that does not overlap this.
    @inlinable @inline(__always)
    public func copy(from source: MatrixView) {
        assert(source.rows == rows && source.columns == columns, "\(source.rows) × \(source.columns) elements")
        for row in 0..<rows { self[row].copy(from: source[row]) }
    }
}

/// A matrix whose elements stand at any two strides: what a kernel packs, transposed or not.
public struct StridedView: @unchecked Sendable {
    /// The first element.
    public let base: UnsafeMutablePointer<Float>
    /// How many rows there are.
    public let rows: Int
    /// How many columns there are.
    public let columns: Int
    /// How many elements lie between two neighbours in a column.
    public let rowStride: Int
    /// How many elements lie between two neighbours in a row.
    public let columnStride: Int

    @inlinable
    public init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, rowStride: Int, columnStride: Int) {
        (self.base, self.rows, self.columns) = (base, rows, columns)
        (self.rowStride, self.columnStride) = (rowStride, columnStride)
    }

    /// The matrix as it stands.
    @inlinable
    public init(_ matrix: MatrixView) {
        self.init(
            base: matrix.base, rows: matrix.rows, columns: matrix.columns, rowStride: matrix.stride, columnStride: 1)
    }

    /// The matrix with rows and columns exchanged; nothing moves.
    @inlinable
    public init(transposing matrix: MatrixView) {
        self.init(
            base: matrix.base, rows: matrix.columns, columns: matrix.rows, rowStride: 1, columnStride: matrix.stride)
    }

    /// What stands at an index, checked in debug builds.
    @inlinable @inline(__always)
    public subscript(_ row: Int, _ column: Int) -> Float {
        assert(
            row >= 0 && row < rows && column >= 0 && column < columns,
            "element \(row), \(column) of \(rows) × \(columns)")
        return base[row * rowStride + column * columnStride]
    }
}

/// Rows that stand anywhere in memory, listed in the order in which a reduction walks them.
public struct RowsView: @unchecked Sendable {
    /// The first element of each row.
    public let pointers: UnsafeMutablePointer<UnsafePointer<Float>?>
    /// How many there are.
    public let count: Int

    @inlinable
    public init(pointers: UnsafeMutablePointer<UnsafePointer<Float>?>, count: Int) {
        self.pointers = pointers
        self.count = count
    }

    /// Row `index`, which has as many columns as the reader knows it to have.
    @inlinable @inline(__always)
    public func row(_ index: Int) -> UnsafePointer<Float> { pointers[index]! }
}

/// A list of rows, filled by the worker that reduces over them.
public struct RowList {
    @usableFromInline let pointers: UnsafeMutablePointer<UnsafePointer<Float>?>
    @usableFromInline let capacity: Int
    @usableFromInline var count = 0

    @usableFromInline
    init(pointers: UnsafeMutablePointer<UnsafePointer<Float>?>, capacity: Int) {
        self.pointers = pointers
        self.capacity = capacity
    }

    /// Adds a row at the end.
    @inlinable @inline(__always)
    public mutating func append(_ row: VectorView) {
        precondition(count < capacity, "a list of \(capacity) rows is full")
        pointers[count] = UnsafePointer(row.base)
        count += 1
    }

    /// Forgets the rows and keeps the capacity.
    @inlinable
    public mutating func removeAll() { count = 0 }

    /// The rows listed so far, valid until the list changes.
    @inlinable
    public var view: RowsView { RowsView(pointers: pointers, count: count) }

    /// Lends three lists of so many rows each for the time of a call: short ones stand on the stack.
    @inlinable
    public static func withThree(
        capacity: Int, _ body: (inout RowList, inout RowList, inout RowList) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: max(1, 3 * capacity)) { memory in
            let first = memory.baseAddress!
            var lists = (
                RowList(pointers: first, capacity: capacity),
                RowList(pointers: first + capacity, capacity: capacity),
                RowList(pointers: first + 2 * capacity, capacity: capacity)
            )
            body(&lists.0, &lists.1, &lists.2)
        }
    }
}
