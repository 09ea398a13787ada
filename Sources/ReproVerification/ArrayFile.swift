import ReproFormats

/// A safetensors or npy file, open for comparing: its tensors' names and shapes, and their bytes in pieces.
public struct ArrayFile: Sendable {
    /// A tensor of the file.
    public struct Entry: Sendable, Equatable {
        public let name: String
        /// The dtype as the format names it.
        public let dtype: String
        public let shape: [Int]
        let byteRange: Range<Int>
        /// Whether the bytes are binary32, little-endian, in row-major order, so that distances can be told.
        let isBinary32: Bool
        /// Bytes of an element.
        let stride: Int
    }

    public let path: String
    public let entries: [Entry]
    let file: ByteFile

    /// - Throws: `FormatError`: no such file, or neither format.
    public init(path: String) throws(FormatError) {
        file = try ByteFile(path: path)
        self.path = path
        if path.hasSuffix(".npy") {
            let array = try NPYFile(file)
            let count = array.shape.reduce(1, *)
            let order = array.isFortranOrder && array.shape.count > 1 ? ", Fortran order" : ""
            entries = [
                Entry(
                    name: "array", dtype: array.descr + order, shape: array.shape, byteRange: array.byteRange,
                    isBinary32: array.descr == "<f4" && order.isEmpty,
                    stride: count == 0 ? 1 : array.byteRange.count / count)
            ]
            return
        }
        guard path.hasSuffix(".safetensors") else {
            throw FormatError(
                .badData, path: path, problem: "neither .safetensors nor .npy",
                remedy: "name two run directories, or two files of one of these formats")
        }
        entries = try SafetensorsFile(file).entries.map { entry in
            let count = entry.shape.reduce(1, *)
            return Entry(
                name: entry.name, dtype: entry.dtype.rawValue, shape: entry.shape, byteRange: entry.byteRange,
                isBinary32: entry.dtype.rawValue == "F32",
                stride: count == 0 ? 1 : max(1, entry.byteRange.count / count))
        }
    }
}
