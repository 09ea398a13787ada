/// Memory that is handed out in parts and freed with the last of them: what a pass computes in, without an allocation
/// per part.
///
/// One thread takes parts. Whoever holds the workspace or a part keeps the part's memory alive.
public struct Workspace {
    private var blocks: [Storage] = []
    /// The last block that small parts share, and how many of its elements are handed out.
    private var block: Storage?
    private var used = 0

    /// Elements of a block that small parts share, and what parts are multiples of: the kernels' alignment.
    private static let blockCount = 2048
    private static let granule = Storage.alignment / MemoryLayout<Float>.stride

    /// A workspace of one block for `count` elements, and more blocks beyond.
    public init(expecting count: Int = 0) {
        if count > Workspace.blockCount { share(Storage.allocate(count: count)) }
    }

    private mutating func share(_ block: Storage) {
        blocks.append(block)
        self.block = block
        used = 0
    }

    /// A part of its own, aligned for the kernels; undefined unless `zeroed`.
    public mutating func matrix(rows: Int, columns: Int, zeroed: Bool = false) -> Matrix {
        let count = rows * columns
        let size = (count + Workspace.granule - 1) / Workspace.granule * Workspace.granule
        let left = (block?.count ?? 0) - used
        let part: Matrix
        if size > max(Workspace.blockCount, left) {
            let own = Storage.allocate(count: size)
            blocks.append(own)
            part = Matrix(own, rows: rows, columns: columns)
        } else {
            if size > left || block == nil {
                share(Storage.allocate(count: Workspace.blockCount))
            }
            part = Matrix(block!, offset: used, rows: rows, columns: columns)
            used += size
        }
        if zeroed { part.view.fill(0) }
        return part
    }

    /// Keeps every part that was taken alive until here, for those who hold views of them alone.
    @inline(never)
    public func keepAlive() {}

    /// One row of its own.
    public mutating func vector(_ count: Int, zeroed: Bool = false) -> Matrix {
        matrix(rows: 1, columns: count, zeroed: zeroed)
    }
}
