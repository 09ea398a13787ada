import ReproFormats
import ReproNumerics
import ReproTrace
import ReproTraining
import ReproVerification

/// Somebody's run as its directory commits to it: manifest, chain, checkpoints and result, none of them trusted.
///
/// The run's places are counted from 0: the committed states in their order, then the end of a run that finished. Interval `i`
/// leads from place `i` to the next one.
public struct CommittedRun {
    /// Where it stands.
    public let directory: RunDirectory
    /// What it was asked for.
    public let manifest: RunManifest
    /// What it commits to; its links hash up.
    public let chain: StateChain
    let engine: Engine
    let hashing: Hashing
    private let folder: String

    /// Reads what the run commits to, and holds its result to that, without computing a step.
    ///
    /// - Parameter config: where the experiment's configuration is now; nil for where it was.
    /// - Throws: `FormatError` for a directory without a chain or with malformed files; ``Forgery``.
    public init(_ directory: RunDirectory, config: String?, engine: Engine) throws {
        self.directory = directory
        self.engine = engine
        hashing = Hashing(engine: engine)
        folder = CheckpointFolder.path(in: directory)
        guard Paths.isFolder(folder) == true else {
            throw FormatError(
                .noInput, path: directory.path, problem: "no run with checkpoints stands here",
                remedy: "name the directory of a run that was begun with `repro run --checkpoint-every 100`")
        }
        manifest = try RunManifest(
            path: folder + "/" + CheckpointFolder.manifestName, directory: directory.path, config: config)
        do { chain = try StateChain(path: folder, of: manifest, hashing: hashing) } catch {
            throw error.isMissingFile ? error : Forgery(error)
        }
        if let end = chain.end { try directory.verifyResult(root: end.root, hashing: hashing) }
    }

    /// The part of the directory that is not what the run commits to, or not what computing gives.
    public struct Forgery: Error, Equatable, CustomStringConvertible {
        /// What is wrong, in words.
        public let reason: String

        init(_ reason: String) { self.reason = reason }
        init(_ error: FormatError) { reason = "\(error.path): \(error.problem)" }

        public var description: String { "forged: \(reason)" }
    }

    /// How many intervals there are.
    public var intervalCount: Int { chain.links.count - (chain.end == nil ? 1 : 0) }

    /// A place in words: `step 200` or `end`.
    public func name(ofPlace place: Int) -> String {
        chain.links.indices.contains(place) ? "step \(chain.links[place].step)" : "end"
    }

    /// Whether the state of a place is kept.
    func isKept(_ place: Int) -> Bool {
        chain.links.indices.contains(place) && Paths.isFolder(file(place)) == false
    }

    private func file(_ place: Int) -> String { CheckpointFolder.file(chain.links[place].step, in: folder) }

    /// The state that is kept at a place, held to the chain.
    ///
    /// - Throws: ``Forgery`` for one that is damaged, or not the one that the chain names.
    func state(at place: Int) throws(Forgery) -> TrainingState {
        let read: (state: TrainingState, digest: Digest)
        do { read = try Checkpoint.read(file(place), of: manifest, hashing: hashing) } catch { throw Forgery(error) }
        guard read.digest == chain.links[place].state, read.state.optimizer.step == chain.links[place].step else {
            throw Forgery("\(file(place)): the state is not the one that the chain names")
        }
        return read.state
    }
}
