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

/// A value holds at most twice the bytes of its file.
private func check(_ value: ArrayValue?, byteCount: Int) {
    guard let value else { return }
    precondition(value.count * (value.tensor == nil ? 8 : 4) <= 2 * byteCount, "\(value.shape) from \(byteCount) bytes")
}
