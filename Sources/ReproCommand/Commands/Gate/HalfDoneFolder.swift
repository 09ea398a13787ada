import Repro

/// What the commands of the gate say of a folder in which a bless was cut short: a person learns that the goldens that are read
/// are not the ones that git knows, and a service judges nothing by them.
extension Context {
    /// - Throws: `CommandLineError`, 2, where a service runs the command and goldens would be read from `.pending`.
    func reportHalfDone(_ folder: GoldenFolder) throws {
        if folder.isPending, let service = serviceVariable {
            throw CommandLineError(
                message: "\(folder.path): holds .pending, what an interrupted bless left, and \(service) is set: "
                    + "nothing is judged by goldens that were not moved into place; let `repro bless` finish at somebody's "
                    + "machine, and keep .pending out of the repository", code: .notJudged)
        }
        if folder.isHalfDone {
            messages.remark(
                "\(folder.path): a bless was cut short here"
                    + (folder.isPending
                        ? "; its goldens are complete, and read from .pending, which git does not have" : "")
                    + "; the next `repro bless` cleans up")
        }
    }
}
