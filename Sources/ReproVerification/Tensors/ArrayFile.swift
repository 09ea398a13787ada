import ReproFormats
import ReproTrace

/// A safetensors or npy file, or what `torch.save` wrote, open for comparing: its tensors' names and shapes, and their bytes in pieces.
public struct ArrayFile: Sendable {
    /// A tensor of the file.
    public struct Entry: Sendable, Equatable {
        /// The tensor's name; `array` in an npy file.
        public let name: String
        /// The dtype as the format names it.
        public let dtype: String
        /// The size of each axis.
        public let shape: [Int]
        let byteRange: Range<Int>
        /// What the bytes are where they are little-endian and in row-major order, so that values and distances can be told;
        /// nil for everything else.
        let elementType: ElementType?
        /// Bytes of an element.
        let stride: Int
    }

    /// The path as it was given.
    public let path: String
    /// The tensors, in the order of the file.
    public let entries: [Entry]
    let file: ByteFile

    /// NumPy's names.
    private static let elementTypes: [String: ElementType] = ["<f4": .float32, "<i8": .int64, "|u1": .byte]

    /// - Throws: `FormatError`: no such file, or neither format.
    public init(path: String) throws(FormatError) {
        self.path = path
        if path.hasSuffix(".npy") {
            file = try ByteFile(path: path)
            let array = try NPYFile(file)
            let count = array.shape.reduce(1, *)
            let order = array.isFortranOrder && array.shape.count > 1 ? ", Fortran order" : ""
            entries = [
                Entry(
                    name: "array", dtype: array.descr + order, shape: array.shape, byteRange: array.byteRange,
                    elementType: order.isEmpty ? ArrayFile.elementTypes[array.descr] : nil,
                    stride: count == 0 ? 1 : array.byteRange.count / count)
            ]
            return
        }
        guard [".safetensors", ".pt", ".pth"].contains(where: { path.hasSuffix($0) }) else {
            // A file that is not there is said to be missing, whatever its name.
            _ = try ByteFile(path: path)
            throw FormatError(
                .badData, path: path, problem: "neither .safetensors, .npy, .pt nor .pth",
                remedy: "name two run directories, or two files of one of these formats")
        }
        let tensors = try path.hasSuffix(".safetensors") ? SafetensorsFile(path: path) : SafetensorsFile(weights: path)
        file = tensors.file
        entries = tensors.entries.map { entry in
            let count = entry.shape.reduce(1, *)
            return Entry(
                name: entry.name, dtype: entry.dtype.rawValue, shape: entry.shape, byteRange: entry.byteRange,
                elementType: ElementType(rawValue: entry.dtype.rawValue),
                stride: count == 0 ? 1 : max(1, entry.byteRange.count / count))
        }
    }

    /// A tensor in memory, as if a file held it alone.
    init(_ tensor: KeptTensor) {
        path = tensor.name
        file = ByteFile(bytes: tensor.bytes, path: tensor.name)
        entries = [
            Entry(
                name: tensor.name, dtype: tensor.leaf.elementType.rawValue, shape: tensor.leaf.shape,
                byteRange: 0..<tensor.bytes.count, elementType: tensor.leaf.elementType,
                stride: tensor.leaf.elementType.byteCount)
        ]
    }

    /// - Parameter place: where it is likely to stand, as in a file of the same names.
    func entry(named name: String, near place: Int = 0) -> Entry? {
        if place < entries.count, Text.areSame(entries[place].name, name) { return entries[place] }
        return entries.first { Text.areSame($0.name, name) }
    }
}
