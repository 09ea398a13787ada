/// Bytes set aside on the disk while they come, without a name: a kill leaves nothing of them.
public final class SpoolFile {
    private let path: String
    private let descriptor: Int32
    private var byteCount = 0
    private var buffer: [UInt8] = []

    private static let pieceByteCount = 1 << 18

    /// - Parameter folder: one that exists, on the disk that is to hold the bytes.
    /// - Throws: `FormatError`, `.cannotCreate`.
    public init(in folder: String) throws(FormatError) {
        path = folder
        do throws(Platform.Failure) {
            descriptor = try Platform.createNameless(in: folder)
        } catch {
            throw FormatError(
                .cannotCreate, path: folder, problem: "no file can be created in it: \(error.message)",
                remedy: "choose a place that allows writing")
        }
    }

    deinit { try? Platform.close(descriptor) }

    /// Appends bytes.
    ///
    /// - Throws: `FormatError`, `.inputOutput`.
    public func write(_ bytes: some Sequence<UInt8>) throws(FormatError) {
        buffer += bytes
        if buffer.count >= SpoolFile.pieceByteCount { try flush() }
    }

    /// Writes all bytes so far as a file.
    ///
    /// - Throws: `FormatError`, as `AtomicFile`.
    public func copy(to path: String) throws(FormatError) {
        try flush()
        let file = try AtomicFile(path: path)
        var done = 0
        while done < byteCount {
            var piece = [UInt8](repeating: 0, count: min(SpoolFile.pieceByteCount, byteCount - done))
            var failure: Platform.Failure?
            piece.withUnsafeMutableBytes { bytes in
                do throws(Platform.Failure) {
                    let count = try Platform.read(descriptor, at: done, into: bytes)
                    precondition(count == bytes.count, "a file that has no name became shorter")
                } catch { failure = error }
            }
            if let failure { throw failed(failure) }
            try file.write(piece)
            done += piece.count
        }
        try file.commit()
    }

    private func flush() throws(FormatError) {
        var failure: Platform.Failure?
        buffer.withUnsafeBytes { bytes in
            do throws(Platform.Failure) { try Platform.write(descriptor, bytes) } catch { failure = error }
        }
        if let failure { throw failed(failure) }
        byteCount += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }

    private func failed(_ failure: Platform.Failure) -> FormatError {
        FormatError(
            .inputOutput, path: path, problem: "setting data aside failed: \(failure.message)",
            remedy: "free some space or choose another disk")
    }
}
