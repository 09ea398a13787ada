import ReproFormats
import ReproTraining
import ReproVerification

/// The data files of an experiment, each read once and hashed as it was read: what is held against a golden, what every run
/// reads, and what would be blessed are the same bytes.
struct DataSnapshot {
    /// Under the paths that a golden gives them.
    let files: [Golden.DataFile]
    private let snapshots: [FileSnapshot]

    /// - Parameter paths: what a golden calls each file, and where it can be opened.
    /// - Throws: `FormatError` for a file that cannot be read; `FileSnapshot.Changed` for one that is being written.
    init(_ paths: [(name: String, path: String)]) throws {
        var snapshots: [FileSnapshot] = []
        files = try paths.map { name, path in
            if let known = snapshots.first(where: { Text.areSame($0.path, path) }) {
                return Golden.DataFile(path: name, bytes: known.bytes)
            }
            let snapshot = try FileSnapshot(path: path)
            snapshots.append(snapshot)
            return Golden.DataFile(path: name, bytes: snapshot.bytes)
        }
        self.snapshots = snapshots
    }

    /// Gives a run the bytes that were read.
    func read(_ path: String) throws -> [UInt8] {
        guard let known = snapshots.first(where: { Text.areSame($0.path, path) }) else {
            return try ByteFile.contents(of: path)
        }
        return known.bytes
    }

    /// Makes sure that a verdict over the bytes is one over the files.
    ///
    /// - Throws: `FileSnapshot.Changed`.
    func verify() throws(FileSnapshot.Changed) {
        for snapshot in snapshots { try snapshot.verify() }
    }
}
