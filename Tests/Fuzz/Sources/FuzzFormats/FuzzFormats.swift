import Repro

/// libFuzzer's entry: the bytes are read as every format in turn. Whatever they are, each reader gives a value or a
/// `FormatError`; a trap, a hang or excessive memory ends the run with the input that caused it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFormats(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let file = ByteFile(bytes: bytes, path: "input")
    if let safetensors = try? SafetensorsFile(file) {
        for entry in safetensors.entries { check(try? safetensors.read(entry), byteCount: count) }
    }
    check(try? NPYFile(file).read(), byteCount: count)
    checkArchives(file)
    if let value = try? JSONValue.parse(bytes, path: "input") {
        precondition((try? JSONValue.parse(value.encoded(.pretty), path: "written")) == value, "JSON did not come back")
    }
    var named = RecordLayout()
    (named.encoding, named.header, named.text, named.label) = (.latin1, true, .number(1), .number(-1))
    for format in RecordFormat.allCases {
        for tagging in [false, true] {
            _ = try? format.examples(of: bytes, path: "input", tagging: tagging)
            _ = try? format.examples(of: bytes, path: "input", layout: named, tagging: tagging)
        }
    }
    return 0
}

/// Archives, pickles and event files, within limits that keep an input's memory small.
private func checkArchives(_ file: ByteFile) {
    let limits = ReadingLimits(
        expandedByteCount: 1 << 20, objectCount: 100_000, leafCount: 100_000, repeatedByteCount: 1 << 20)
    _ = try? StoredArray(npy: file)
    _ = try? GzipFile(file, limits: limits)
    if let archive = try? ZipArchive(file, limits: limits) {
        for entry in archive.entries { _ = try? archive.read(entry) }
    }
    _ = try? PickleFile(file, limits: limits)
    if let torch = try? TorchFile(file, limits: limits) {
        var reading = torch.reading()
        for leaf in torch.leaves {
            if case .tensor(let tensor) = leaf.value { _ = try? reading.array(tensor) }
        }
    }
    _ = try? EventFile.points(file, limits: limits)
}

/// A value holds at most twice the bytes of its file.
private func check(_ value: ArrayValue?, byteCount: Int) {
    guard let value else { return }
    precondition(value.count * (value.tensor == nil ? 8 : 4) <= 2 * byteCount, "\(value.shape) from \(byteCount) bytes")
}
