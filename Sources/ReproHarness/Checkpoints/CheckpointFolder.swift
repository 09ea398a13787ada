import ReproFormats
import ReproNumerics
import ReproTrace
import ReproTraining

/// The folder `checkpoints` of a run directory: the manifest, the last checkpoints, and the chain of all states. One process at a
/// time holds it, and of it one thread at a time.
public final class CheckpointFolder: @unchecked Sendable {
    static let name = "checkpoints"
    static let manifestName = "experiment.json"

    /// Where the folder stands.
    public let path: String
    /// What the run was asked for.
    public private(set) var manifest: RunManifest
    private var chain: StateChain
    /// The step of the checkpoint that was written or read last; nil as long as there is none.
    private var last: Int?
    /// Whether the manifest stands in the folder: the first checkpoint brings it, on the thread that writes.
    private var hasManifest = true
    private let directory: RunDirectory
    /// Hashes states, between two steps, on all workers.
    private let stateHashing: Hashing
    /// Hashes the chain, on the thread that writes: the engine's workers may be at the next step meanwhile.
    private let hashing: Hashing
    private let lock: FolderLock
    private let files = FileOperations()

    /// Begins a run in a directory, in place of one that may stand there.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    init(beginning manifest: RunManifest, in directory: RunDirectory, engine: Engine) throws(FormatError) {
        path = CheckpointFolder.path(in: directory)
        self.manifest = manifest
        self.directory = directory
        (stateHashing, hashing) = (Hashing(engine: engine), Hashing(kernels: engine.kernels))
        chain = StateChain(manifest, hashing: hashing)
        try files.makeFolders(path)
        lock = try CheckpointFolder.lock(path)
        try directory.clear(files)
        for name in try FileOperations.names(in: path) { try files.remove(path + "/" + name) }
        hasManifest = false
    }

    /// Opens a run that was stopped, and takes away what a killed process had begun to write.
    ///
    /// - Parameter config: where the experiment's configuration is now; nil for where it was.
    /// - Throws: `FormatError`: no input where no such run stands there, bad data, input-output.
    public init(opening directory: RunDirectory, config: String?, engine: Engine) throws(FormatError) {
        path = CheckpointFolder.path(in: directory)
        self.directory = directory
        (stateHashing, hashing) = (Hashing(engine: engine), Hashing(kernels: engine.kernels))
        guard Paths.isFolder(path) == true else {
            throw FormatError(
                .noInput, path: directory.path, problem: "no run with checkpoints stands here",
                remedy: "name the directory of a run that was stopped; `repro run --checkpoint-every 100` begins one")
        }
        lock = try CheckpointFolder.lock(path)
        manifest = try RunManifest(
            path: path + "/" + CheckpointFolder.manifestName, directory: directory.path, config: config)
        chain = StateChain(manifest, hashing: hashing)
        try directory.removeTemporaries(files)
        for name in try FileOperations.names(in: path) where AtomicFile.isTemporary(name) {
            try files.remove(path + "/" + name)
        }
    }

    /// Where the folder of a run stands.
    static func path(in directory: RunDirectory) -> String { directory.path + "/" + name }

    private static func lock(_ path: String) throws(FormatError) -> FolderLock {
        try FolderLock(path, holder: "is at this run")
    }

    /// Whether a run writes checkpoints there on a schedule.
    ///
    /// - Throws: `FormatError`, `.inputOutput`, where a process is at the run.
    static func isScheduled(in directory: String) throws(FormatError) -> Bool {
        let path = directory + "/" + name
        _ = try lock(path)
        let manifest = try? RunManifest(path: path + "/" + manifestName, directory: directory, config: nil)
        return manifest?.schedule != nil
    }

    /// Changes when checkpoints are due, how many stay, and where events are written; nil leaves it as it is.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func change(schedule: CheckpointSchedule?, keeping: Int?, events: String?) throws(FormatError) {
        if let schedule { manifest.schedule = schedule }
        if let keeping { manifest.keeping = keeping }
        if let events { manifest.events = events }
        if schedule != nil || keeping != nil || events != nil { try writeManifest() }
    }

    private func writeManifest() throws(FormatError) {
        try AtomicFile.write(
            manifest.json(directory: directory.path).encoded(.pretty), to: path + "/" + CheckpointFolder.manifestName)
        hasManifest = true
    }

    /// A checkpoint whose bytes the system has, and which is not on the disk yet. One thread makes it, another commits it.
    struct Prepared: @unchecked Sendable {
        fileprivate let step: Int
        fileprivate let digest: Digest
        fileprivate let file: AtomicFile
    }

    /// Hashes a state and hands its bytes to the system: what the processor has to do for a checkpoint, between two steps. Beside
    /// the next steps it would take a processor from workers that wait for each other, and the run would copy every tensor.
    ///
    /// - Throws: `FormatError`; nothing of the checkpoint is then left.
    func prepare(_ state: TrainingState) throws(FormatError) -> Prepared {
        try naming { () throws(FormatError) in
            let step = state.optimizer.step
            let (file, digest) = try Checkpoint.prepare(state, of: manifest, hashing: stateHashing, to: file(step))
            return Prepared(step: step, digest: digest, file: file)
        }
    }

    /// Waits until a checkpoint is on the disk, then the chain; before the first, the manifest. Then removes checkpoints that are
    /// too many.
    ///
    /// - Throws: `FormatError`; every earlier checkpoint is then still there.
    func commit(_ prepared: Prepared) throws(FormatError) {
        try naming { () throws(FormatError) in
            if !hasManifest { try writeManifest() }
            try prepared.file.commit()
            chain.append(step: prepared.step, state: prepared.digest)
            try chain.write(to: path)
        }
        last = prepared.step
        try removeSurplus(prepared.step)
    }

    /// Says of what fails because the folder is gone that it is.
    private func naming<Value>(_ body: () throws(FormatError) -> Value) throws(FormatError) -> Value {
        do { return try body() } catch {
            guard Paths.isFolder(path) != true else { throw error }
            throw FormatError(
                .inputOutput, path: path, problem: "the folder was removed while the run went on",
                remedy: "begin the run again, and leave its directory alone")
        }
    }

    /// Removes the checkpoints that are too many beside that of a step.
    private func removeSurplus(_ step: Int) throws(FormatError) {
        let others = try steps().filter { $0 != step }
        // What stands after this step is of a time that the run did not come back to: it was refused.
        for other in others.filter({ $0 > step }) + others.filter({ $0 < step }).dropLast(manifest.keeping - 1) {
            try files.remove(file(other))
        }
    }

    /// The state of the last checkpoint that is whole; nil where the run was stopped before the first one.
    ///
    /// - Parameter refused: told of each one that is not, and of a chain that is not.
    /// - Throws: `FormatError`, where there are checkpoints and none is whole.
    public func newest(refused: (FormatError) -> Void) throws(FormatError) -> TrainingState? {
        let steps = try steps()
        for step in steps.reversed() {
            do {
                let (state, digest) = try Checkpoint.read(file(step), of: manifest, hashing: hashing)
                readChain(before: step, refused: refused)
                // A kill between the two leaves a checkpoint that the chain lacks.
                chain.append(step: step, state: digest)
                last = step
                return state
            } catch {
                refused(error)
            }
        }
        if steps.isEmpty { return nil }
        throw FormatError(
            .badData, path: path, problem: "no checkpoint is whole", remedy: "begin the run again with `repro run`")
    }

    /// A run whose chain is lost goes on all the same; it cannot be verified.
    private func readChain(before step: Int, refused: (FormatError) -> Void) {
        if step == 0 && Paths.isFolder(path + "/" + StateChain.fileName) == nil { return }
        do { chain = try StateChain(path: path, of: manifest, hashing: hashing) } catch { refused(error) }
    }

    /// The steps that have a checkpoint, ascending.
    private func steps() throws(FormatError) -> [Int] {
        try FileOperations.names(in: path).compactMap { name in
            guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
            return Int(name.dropFirst(5).dropLast(12))
        }.sorted()
    }

    private func file(_ step: Int) -> String { CheckpointFolder.file(step, in: path) }

    /// The file of a checkpoint in a folder.
    static func file(_ step: Int, in folder: String) -> String {
        let digits = String(step)
        return folder + "/step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".safetensors"
    }

    /// Commits to the result, and writes it beside the checkpoints: the run has finished.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func finish(_ result: RunResult, environment: RunEnvironment) throws {
        chain.finish(root: result.trace.root)
        try chain.write(to: path)
        // A kill may have come between the last checkpoint and the removal of what it made too many.
        if let last { try removeSurplus(last) }
        try directory.complete(result, environment: environment)
    }
}
