/// The right to change what lies in a folder, which one process holds at a time: until the value goes, or the process ends.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Takes the right, without waiting for it.
    ///
    /// - Parameter holder: what another process that has it must be doing, for the message.
    /// - Throws: `FormatError`, `.inputOutput`, where another process has it or the folder cannot be opened.
    public init(_ folder: String, holder: String) throws(FormatError) {
        var isTaken = false
        do throws(Platform.Failure) {
            descriptor = try Platform.openForReading(folder)
            isTaken = try Platform.lock(descriptor)
        } catch {
            throw FormatError(
                .inputOutput, path: folder, problem: "the folder cannot be locked: \(error.message)",
                remedy: "check the path and its permissions")
        }
        if !isTaken {
            throw FormatError(
                .inputOutput, path: folder, problem: "another process \(holder)",
                remedy: "let it finish, or end it, and try again; nothing was changed")
        }
    }

    deinit { try? Platform.close(descriptor) }
}
