import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import Testing

/// A file of the vectors, by its kind.
struct HeldFile {
    let name: String
    let kind: String
    let bytes: [UInt8]
    let rest: [String]

    init(_ fields: [String]) throws {
        (name, kind) = (fields[0], fields[1])
        bytes = Array(try #require(Data(base64Encoded: fields[2])))
        rest = Array(fields[3...])
    }

    static func all(_ vectorFile: String) throws -> [HeldFile] {
        try vectors.cases(vectorFile).map { try HeldFile($0) }
    }

    /// What the file holds, each value as the vectors spell it: `NAME:DTYPE:SHAPE:SHA256` or `NAME=TEXT`.
    func held(_ bytes: [UInt8], limits: ReadingLimits = ReadingLimits()) throws -> [String] {
        let file = ByteFile(bytes: bytes, path: name)
        switch kind {
        case "torch":
            let file = try TorchFile(file, limits: limits)
            var reading = file.reading()
            return try file.leaves.map { leaf in
                if case .tensor(let tensor) = leaf.value { return entry(leaf.name, try reading.array(tensor)) }
                return entry(leaf)
            }
        case "pickle": return try PickleFile(file, limits: limits).leaves.map { entry($0) }
        case "gzip": return [entry("value", try GzipFile(file, limits: limits).contents)]
        default:
            let archive = try ZipArchive(file, limits: limits)
            let entries = archive.entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            return try entries.map { held in
                if kind == "zip" { return entry(held.name, try archive.read(held)) }
                return entry(String(held.name.dropLast(4)), try StoredArray(npy: try archive.file(held)))
            }
        }
    }

    private func entry(_ leaf: PickleLeaf) -> String {
        switch leaf.value {
        case .tensor: leaf.name
        case .array(let array): entry(leaf.name, array)
        case .text(let text): hexadecimal(leaf.name) + "=" + hexadecimal(text)
        }
    }

    private func entry(_ name: String, _ array: StoredArray) -> String {
        entry(name, array.dtype.name, array.shape, array.bytes)
    }

    private func entry(_ name: String, _ bytes: [UInt8]) -> String { entry(name, "U8", [bytes.count], bytes) }

    private func entry(_ name: String, _ dtype: String, _ shape: [Int], _ bytes: [UInt8]) -> String {
        let sizes = shape.isEmpty ? "-" : shape.map(String.init).joined(separator: "x")
        return "\(hexadecimal(name)):\(dtype):\(sizes):\(sha256(bytes))"
    }

    private func hexadecimal(_ text: String) -> String { hexadecimal(Array(text.utf8)) }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func sha256(_ bytes: [UInt8]) -> String {
        // The pieces of no bytes are none; FIPS 180-4 has a digest for them all the same.
        if bytes.isEmpty { return "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
        return hexadecimal(bytes.withBytes { ReferenceKernels().sha256Pieces($0, pieceSize: bytes.count) })
    }
}
