import ReproFormats
import ReproNumerics

/// A file of one array: npy, or safetensors with a single tensor.
enum SingleArray {
    /// Binary32 numbers as they stand in the file.
    ///
    /// - Throws: `FormatError`; `.badData` for numbers of another kind.
    static func floats(_ path: String) throws(FormatError) -> Tensor {
        let (kind, value) = try read(path, kinds: ["<f4", ">f4", "F32"])
        guard let tensor = value?.tensor else {
            throw FormatError(
                .badData, path: path, problem: "numbers of dtype \(kind), and binary32 is needed",
                remedy: "save them as float32: array.astype('float32'), or tensor.float()")
        }
        return tensor
    }

    /// 64-bit or 32-bit integers.
    ///
    /// - Throws: `FormatError`; `.badData` for numbers of another kind.
    static func integers(_ path: String) throws(FormatError) -> (shape: [Int], elements: [Int64]) {
        let (kind, value) = try read(path, kinds: ["<i4", ">i4", "<i8", ">i8", "I32", "I64"])
        guard case .int(let shape, let elements) = value else {
            throw FormatError(
                .badData, path: path, problem: "numbers of dtype \(kind), and integers are needed",
                remedy: "save them as int64: array.astype('int64'), or tensor.long()")
        }
        return (shape, elements)
    }

    /// The dtype as the file spells it, and the numbers where it is one of `kinds`.
    private static func read(
        _ path: String, kinds: [String]
    ) throws(FormatError) -> (kind: String, value: ArrayValue?) {
        let file = try ByteFile(path: path)
        let start = try file.read(at: 0, count: min(6, file.byteCount))
        if start.elementsEqual([0x93] + Array("NUMPY".utf8)) || path.utf8.suffix(4).elementsEqual(".npy".utf8) {
            let array = try NPYFile(file)
            return (array.descr, kinds.contains(array.descr) ? try array.read() : nil)
        }
        let tensors = try SafetensorsFile(file)
        guard tensors.entries.count == 1, let entry = tensors.entries.first else {
            throw FormatError(
                .badData, path: path, problem: "the file holds \(tensors.entries.count) tensors, and one is needed",
                remedy: "save the one that is meant in a file of its own")
        }
        let kind = entry.dtype.rawValue
        return (kind, kinds.contains(kind) ? try tensors.read(entry) : nil)
    }
}
