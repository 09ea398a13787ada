// What torch.save wrote in place of a safetensors file, wherever named tensors are all that is asked for.

extension SafetensorsFile {
    /// A safetensors file, or the tensors of what `torch.save` wrote, by the names of their places (`model.lstm.weight_ih_l0`);
    /// plain values beside them, such as an epoch, are passed over.
    ///
    /// - Throws: `FormatError`: what opening a `ByteFile` throws, and `.badData` where the file breaks a rule of its format, holds
    ///   more than plain data, or a tensor of a type that safetensors has no name for.
    public init(weights path: String) throws(FormatError) {
        let file = try ByteFile(path: path)
        let start = try file.read(at: 0, count: min(16, file.byteCount))
        guard ZipArchive.isOne(start) || TorchFile.isOld(start) else {
            try self.init(file)
            return
        }
        let torch = try TorchFile(file)
        var reading = torch.reading()
        var members: [JSONValue.Member] = []
        var bytes: [UInt8] = []
        for leaf in torch.leaves {
            guard case .tensor(let tensor) = leaf.value else { continue }
            guard SafetensorsDtype(rawValue: tensor.dtype.name) != nil else {
                throw FormatError(
                    .badData, path: path, key: leaf.name, problem: "numbers of dtype \(tensor.dtype.name) are not read",
                    remedy: "save the tensor as float32 or int64")
            }
            let start = bytes.count
            bytes += try reading.array(tensor).bytes
            let entry: JSONValue = [
                "dtype": tensor.dtype.name, "shape": tensor.shape, "data_offsets": [start, bytes.count],
            ]
            members.append(JSONValue.Member(leaf.name, entry))
        }
        let header = JSONValue.object(members).encoded(.compact)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        try self.init(ByteFile(bytes: length + header + bytes, path: path))
    }
}
