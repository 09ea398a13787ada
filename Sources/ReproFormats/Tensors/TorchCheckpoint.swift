/// Recognises what `torch.save` writes, a zip archive or in older versions a pickle, where safetensors alone are read: what a
/// reader made of it would have no bytes in the file. The way out is named; where weights are asked for,
/// ``SafetensorsFile/init(weights:)`` reads both.
enum TorchCheckpoint {
    /// - Throws: `FormatError`, `.badData`, where the file is one.
    static func refuse(_ file: ByteFile) throws(FormatError) {
        guard file.byteCount >= 4 else { return }
        let start = try file.read(at: 0, count: 4)
        // "PK" and 3, 4 begin a zip archive; 0x80, a protocol of 2 to 5 and an opcode begin a pickle.
        let isZip = start == [0x50, 0x4b, 0x03, 0x04]
        let isPickle = start[0] == 0x80 && (2...5).contains(start[1]) && start[2] >= 0x20
        guard isZip || isPickle else { return }
        throw FormatError(
            .badData, path: file.path,
            problem:
                "this is \(isZip ? "a zip archive" : "a pickle"), as torch.save writes, and not a safetensors or npy file",
            remedy:
                "in Python: safetensors.torch.save_file(torch.load(\"\(file.path)\"), \"weights.safetensors\") for a "
                + "state_dict, or save_file(module.state_dict(), …) for a module")
    }
}
