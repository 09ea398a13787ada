import ReproFormats
import ReproTrace

/// What a golden keeps of a data file: its digest, and of a text the digests of its lines, which tell the lines that changed.
extension Golden.DataFile {
    /// - Parameter path: relative to the golden's folder.
    public init(path: String, bytes: [UInt8]) {
        let hashing = Hashing()
        // What ends with a line feed has no empty line behind it.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let count = lines.count - (lines.last?.isEmpty == true ? 1 : 0)
        // As git tells texts, in whatever encoding: npy and safetensors files hold a NUL, and no text that is read does.
        let isText = count <= Golden.DataFile.greatestLineCount && !bytes.contains(0)
        let digests = lines.prefix(count).lazy.map { line in
            String(hashing.digest(of: Array(line)).hexadecimal.prefix(Golden.DataFile.digitsPerLine))
        }
        self.init(
            path: path, digest: hashing.digest(of: bytes), lines: isText ? digests.joined() : nil,
            turned: isText ? hashing.digest(of: Golden.DataFile.turned(bytes)) : nil)
    }

    /// A text with CRLF at the end of each line with LF, and any other the other way round, as git's `text` attribute does it.
    private static func turned(_ bytes: [UInt8]) -> [UInt8] {
        let (lf, cr) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
        let isCRLF = bytes.indices.allSatisfy { bytes[$0] != lf || ($0 > 0 && bytes[$0 - 1] == cr) }
        var turned: [UInt8] = []
        turned.reserveCapacity(bytes.count)
        for byte in bytes {
            if byte == lf {
                if isCRLF { turned.removeLast() } else { turned.append(cr) }
            }
            turned.append(byte)
        }
        return turned
    }

    /// The same file, with what another with its bytes tells of its line endings.
    fileprivate func knowing(_ other: Golden.DataFile) -> Golden.DataFile {
        Golden.DataFile(path: path, digest: digest, lines: lines, turned: other.turned)
    }

    /// The lines that differ between this file and one that took its place; nil where the bytes are the same, or lines are not
    /// known of both.
    func change(to other: Golden.DataFile) -> LineChange? {
        guard digest != other.digest, let before = lineDigests, let after = other.lineDigests else { return nil }
        return LineChange(path: path, before: before, after: after, areEndingsTurned: other.turned == digest)
    }

    private var lineDigests: [ArraySlice<UInt8>]? {
        guard let digits = lines.map({ Array($0.utf8) }) else { return nil }
        let width = Golden.DataFile.digitsPerLine
        return stride(from: 0, to: digits.count, by: width).map { digits[$0..<min($0 + width, digits.count)] }
    }
}

extension Golden {
    /// The same golden, with what files that are there tell of the line endings of its data: no golden keeps that.
    public func knowing(_ files: [DataFile]) -> Golden {
        Golden(
            name: name, config: config, experiment: experiment,
            data: data.map { own in
                files.first { Text.areSame($0.path, own.path) && $0.digest == own.digest }.map(own.knowing) ?? own
            }, seed: seed, metrics: metrics, root: root, stages: stages, blessedBy: blessedBy, reason: reason)
    }
}
