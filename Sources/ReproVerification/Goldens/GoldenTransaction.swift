// The one way into a folder of goldens: everything or nothing.

import ReproFormats
import ReproTrace

extension GoldenFolder {
    /// Keeps a folder that nobody has reviewed out of git.
    package static let ignoringAll = "# Written by `repro check --results`. Nobody has reviewed what lies here.\n*\n"

    /// Writes goldens, all or none: the only way into the folder.
    ///
    /// The new files are made complete in `.pending.new`, the manifest among them; the commit is the one rename that calls it
    /// `.pending`, after which readers take them from there. Then each is moved into its place, the manifest last. A kill or a
    /// failure before the rename leaves the old goldens, one after it the new ones, and the next commit cleans up.
    ///
    /// - Parameter retirements: goldens that are taken out, with their tensors; the manifest keeps what is said of them.
    /// - Returns: what was found broken or half-done and has been put right, one sentence each.
    /// - Throws: `FormatError` for files, for a golden that is no longer what was shown, and for a name that another golden has
    ///   in another case.
    @discardableResult
    public func commit(
        _ changes: [GoldenChange], retiring retirements: [GoldenRetirement] = [],
        by files: FileOperations = FileOperations()
    ) throws -> [String] {
        try files.makeFolders(path)
        return try files.locked(path) {
            var transaction = GoldenTransaction(folder: self, files: files)
            try transaction.recover()
            try transaction.commit(changes, retirements)
            return transaction.remarks
        }
    }

    /// Whether a commit was interrupted after its rename, so that goldens are read from `.pending`.
    public var isPending: Bool { FileOperations.kind(at: pendingPath) != nil }

    /// Whether a commit was interrupted here and waits for the next one.
    public var isHalfDone: Bool {
        isPending || FileOperations.kind(at: place(GoldenTransaction.stagingName)) != nil
    }
}

/// One change of a folder of goldens, under its lock.
struct GoldenTransaction {
    static let stagingName = GoldenFolder.pendingName + ".new"

    let folder: GoldenFolder
    let files: FileOperations
    private(set) var remarks: [String] = []

    private var staging: String { folder.place(GoldenTransaction.stagingName) }

    init(folder: GoldenFolder, files: FileOperations) {
        self.folder = folder
        self.files = files
    }

    /// Finishes what was committed, and removes what was not.
    mutating func recover() throws(FormatError) {
        if FileOperations.kind(at: folder.pendingPath) == .folder {
            for name in try FileOperations.names(in: folder.pendingPath) where GoldenTransaction.isOwn(name) {
                guard FileOperations.kind(at: folder.place(name)) == .folder else { continue }
                throw FormatError(
                    .cannotCreate, path: folder.place(name), problem: "this is a folder",
                    remedy: "move it elsewhere: an interrupted bless has a file of this name in "
                        + "'\(folder.pendingPath)', which the next `repro bless` then moves into place")
            }
            try moveIntoPlace()
            remarks.append("an interrupted bless was finished: its goldens were complete in '\(folder.pendingPath)'")
        } else if FileOperations.kind(at: folder.pendingPath) != nil {
            try files.remove(folder.pendingPath)
            remarks.append("'\(folder.pendingPath)' was no folder that a bless leaves, and is removed")
        }
        try clearStaging()
    }

    mutating func commit(_ changes: [GoldenChange], _ retirements: [GoldenRetirement]) throws {
        var manifest = readableManifest()
        try verify(changes, against: manifest)
        try verify(retirements)
        var staged: [(name: String, bytes: [UInt8])] = []
        for retirement in retirements {
            // An empty file stands for one that is taken out.
            for file in [retirement.name.fileName, retirement.name.tensorFileName]
            where FileOperations.kind(at: folder.place(file)) != nil { staged.append((file, [])) }
            manifest.retire(retirement)
        }
        for change in changes {
            let name = change.golden.name
            if !change.tensorBytes.isEmpty || FileOperations.kind(at: folder.tensorPath(of: name)) != nil {
                staged.append((name.tensorFileName, change.tensorBytes))
            }
            if change.isGoldenWritten {
                noteBroken(name)
                let bytes = change.golden.encoded
                staged.append((name.fileName, bytes))
                manifest.set(GoldenManifest.Entry(change.golden, bytes: bytes))
            }
        }
        // Entries of an earlier layout state too little; what they name can be read, so that it is stated now.
        for entry in manifest.entries where entry.statement == nil {
            if let golden = try? folder.golden(entry.name) {
                manifest.set(
                    GoldenManifest.Entry(
                        name: entry.name, digest: entry.digest, statement: GoldenManifest.Statement(golden)))
            }
        }
        let index = manifest.encoded
        let isIndexNew = (try? folder.contents(of: GoldenFolder.indexName)).map { $0 != index } ?? true
        if isIndexNew && !manifest.isEmpty { staged.append((GoldenFolder.indexName, index)) }
        guard !staged.isEmpty else { return }
        for (name, text) in GoldenTransaction.notesForGit where isFree(name) {
            staged.insert((name, Array(text.utf8)), at: 0)
        }
        try stage(staged)
        do { try moveIntoPlace() } catch {
            throw FormatError(
                error.category, path: error.path, problem: error.problem,
                remedy: "\(error.remedy); the new goldens are complete in '\(folder.pendingPath)', where every command "
                    + "reads them, and the next `repro bless` moves them into place")
        }
    }

    /// Whether a note for git has to be written: there is none, or what a check left ignores the goldens that are vouched for now.
    private func isFree(_ name: String) -> Bool {
        FileOperations.kind(at: folder.place(name)) == nil
            || (try? folder.contents(of: name)) == Array(GoldenFolder.ignoringAll.utf8)
    }

    /// The manifest, or an empty one for one that cannot be read.
    private mutating func readableManifest() -> GoldenManifest {
        do { return try folder.manifest() } catch {
            remarks.append(
                "replaced \(error.fact); the new one names the goldens that are blessed with it, and others have to be "
                    + "blessed too")
            return GoldenManifest()
        }
    }

    /// Tells of a golden that could not be read and is replaced.
    private mutating func noteBroken(_ name: GoldenName) {
        do { _ = try folder.predecessor(name) } catch {
            // A manifest that cannot be read has been told of.
            if case .malformed(let path, _, _) = error, path == folder.indexPath { return }
            remarks.append("replaced \(error.fact)")
        }
    }

    /// Holds the changes against what is there now.
    private func verify(_ changes: [GoldenChange], against manifest: GoldenManifest) throws {
        for (index, change) in changes.enumerated() {
            let name = change.golden.name
            let path = folder.path(of: name)
            let others = manifest.entries.map(\.name) + changes[..<index].map(\.golden.name)
            if let other = others.first(where: { $0 != name && $0.collides(with: name) }) {
                throw FormatError(
                    .cannotCreate, path: path, problem: "'\(other)' differs only in the case of its letters",
                    remedy: "rename the experiment: where case is ignored, both are one file; nothing was written")
            }
            precondition(!changes[..<index].contains { $0.golden.name == name }, "'\(name)' is written twice")
            try verifyPlaces(of: name)
            guard case .shown(let shown) = change.predecessor else { continue }
            let present = try? folder.golden(name)
            guard present == shown || present == change.golden else {
                throw FormatError(
                    .cannotCreate, path: path, problem: "changed since it was shown",
                    remedy: "nothing was written; look at what is there now, and bless again")
            }
        }
    }

    private func verify(_ retirements: [GoldenRetirement]) throws {
        for retirement in retirements {
            try verifyPlaces(of: retirement.name)
            guard try folder.root(of: retirement.name) != retirement.root else { continue }
            throw FormatError(
                .cannotCreate, path: folder.path(of: retirement.name), problem: "changed since it was shown",
                remedy: "nothing was removed; look at what is there now")
        }
    }

    /// No folder, and no other's file of tensors, is replaced.
    private func verifyPlaces(of name: GoldenName) throws(FormatError) {
        for file in [name.fileName, name.tensorFileName, GoldenFolder.indexName] {
            let place = folder.place(file)
            guard FileOperations.kind(at: place) == .folder else { continue }
            throw FormatError(
                .cannotCreate, path: place, problem: "this is a folder",
                remedy: "move it elsewhere: this name is a golden's; nothing was written")
        }
        let path = folder.tensorPath(of: name)
        guard FileOperations.kind(at: path) == .file, let present = try? SafetensorsFile(path: path),
            !present.metadata.contains(where: { $0.key == "golden" })
        else { return }
        throw FormatError(
            .cannotCreate, path: path, problem: "holds tensors that are not a golden's",
            remedy: "move it elsewhere: beside '\(name.fileName)' this name is the golden's")
    }

    /// Makes the new files complete beside the old, and commits them by one rename.
    private func stage(_ staged: [(name: String, bytes: [UInt8])]) throws(FormatError) {
        do {
            try files.makeFolder(staging)
            for (name, bytes) in staged { try files.create(staging + "/" + name, bytes) }
            try files.synchronize(folder: staging)
            try files.rename(staging, to: folder.pendingPath)
        } catch {
            try? clearStaging()
            throw FormatError(
                error.category, path: folder.path, problem: error.problem,
                remedy: "\(error.remedy); what stood there is unchanged")
        }
    }

    /// Moves what was committed into place, the manifest last. Can be repeated after it was cut short anywhere.
    private func moveIntoPlace() throws(FormatError) {
        // Until the rename is on the disk, nothing may be taken away from what it replaces.
        try files.synchronize(folder: folder.path)
        let names = try FileOperations.names(in: folder.pendingPath)
        for name in names.filter({ $0 != GoldenFolder.indexName }) + names.filter({ $0 == GoldenFolder.indexName }) {
            try moveIntoPlace(name)
        }
        try files.removeFolder(folder.pendingPath)
        try files.synchronize(folder: folder.path)
    }

    private func moveIntoPlace(_ name: String) throws(FormatError) {
        let source = folder.pendingPath + "/" + name
        // What no bless writes goes with the folder.
        guard FileOperations.kind(at: source) == .file else { return }
        let isEmpty = try ByteFile(path: source, followingLinks: false).byteCount == 0
        let place = folder.place(name)
        if isEmpty {
            // The file that stands for a removal stays until that is done. No golden goes that the manifest may name.
            guard let golden = GoldenName(ofFile: name) else { return }
            if name == golden.fileName, (try? folder.claimedNames())?.contains(golden) ?? true { return }
            try files.remove(place)
        } else if GoldenTransaction.isOwn(name) {
            try files.rename(source, to: place)
        }
    }

    /// Whether a bless writes files of the name.
    private static func isOwn(_ name: String) -> Bool {
        GoldenFolder.commonFileNames.contains(name) || GoldenName(ofFile: name) != nil
    }

    private func clearStaging() throws(FormatError) {
        switch FileOperations.kind(at: staging) {
        case .folder: try files.removeFolder(staging)
        case .file, .link, .other: try files.remove(staging)
        case nil: break
        }
    }

    private static let notesForGit = [
        (
            GoldenFolder.attributesName,
            """
            # Written by `repro bless`. The bytes of goldens are hashed, so that no checkout may turn their line endings.
            *.json -text
            *.safetensors binary

            """
        ),
        (
            GoldenFolder.ignoreName,
            """
            # Written by `repro bless`. What an interrupted one leaves here is moved into place by the next, and not committed.
            \(GoldenFolder.pendingName)*

            """
        ),
    ]
}
