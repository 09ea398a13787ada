import ReproFormats
import ReproNumerics
import ReproProcesses
import ReproTrace
import ReproTraining

// Computing a part of a committed run anew.
extension CommittedRun {
    /// A part of a run that is computed in one go, holding each committed state on the way to what it comes to.
    public struct Stretch: Sendable, Equatable {
        /// The place whose kept state it begins with; nil for the run's beginning, which the seed alone gives.
        public let from: Int?
        /// The place that it ends at.
        public internal(set) var to: Int
    }

    /// The fewest steps that cover some intervals: each begins at the nearest state before it that is kept, and what comes before
    /// the first step is always among them. States that were taken away make it longer, and leave nothing uncovered.
    ///
    /// - Parameter intervals: ascending.
    public func stretches(covering intervals: some Sequence<Int>) -> [Stretch] {
        var stretches = [Stretch(from: nil, to: 0)]
        for interval in intervals {
            let reached = stretches[stretches.count - 1].to
            if interval > reached, let start = (reached + 1...interval).last(where: isKept) {
                stretches.append(Stretch(from: start, to: interval + 1))
            } else {
                stretches[stretches.count - 1].to = max(reached, interval + 1)
            }
        }
        return stretches
    }

    /// Thrown to end a replay that has come to its last place.
    private struct Arrival: Error {}

    /// Computes a stretch, in time that depends on its length alone, and on reading the data.
    ///
    /// - Parameter scratch: for the files that the run's end gives.
    /// - Returns: what is forged, where anything is; the rest of the stretch is then not looked at.
    /// - Throws: `FormatError` for data that cannot be read, and what a run throws for other reasons than a forged state.
    public func replay(
        _ stretch: Stretch, scratch: ScratchFolder, onProgress: @escaping (RunProgress) throws -> Void = { _ in }
    ) throws -> Forgery? {
        do {
            try compute(stretch, scratch, onProgress)
            return nil
        } catch let error as Forgery {
            return error
        } catch let error as ResumptionError {
            return Forgery("from \(stretch.from.map(name(ofPlace:)) ?? "the beginning"): \(error)")
        } catch let error as NotFiniteError {
            return Forgery("computing leaves the finite numbers: \(error)")
        }
    }

    private func compute(
        _ stretch: Stretch, _ scratch: ScratchFolder, _ onProgress: @escaping (RunProgress) throws -> Void
    ) throws {
        var options = options(detail: manifest.keepsTensors ? .tensor : .stage)
        options.onProgress = onProgress
        options.start = try stretch.from.map { try state(at: $0) }
        var next = stretch.from.map { $0 + 1 } ?? 0
        options.onState = { state in
            guard next < chain.links.count, state.optimizer.step == chain.links[next].step else { return }
            let digest = Checkpoint.digest(of: state, of: manifest, hashing: hashing)
            guard digest == chain.links[next].state else {
                throw Forgery("computing leads to another state after \(name(ofPlace: next)) than the chain names")
            }
            if isKept(next) { _ = try self.state(at: next) }
            if next == stretch.to { throw Arrival() }
            next += 1
        }
        do {
            let result = try manifest.experiment.run(seed: manifest.seed, engine: engine, options: options)
            guard next == chain.links.count else { throw Forgery("the run ends before \(name(ofPlace: next))") }
            try verifyEnd(result, scratch)
        } catch is Arrival {}
    }

    /// The end of the run: its root, and every file that it left.
    private func verifyEnd(_ result: RunResult, _ scratch: ScratchFolder) throws {
        guard result.trace.root == chain.end?.root else {
            throw Forgery("computing leads to another digest than the chain names")
        }
        try directory.verify(holds: result, environment: RunEnvironment(engine: engine), scratch: scratch)
    }

    /// How the run is carried out anew.
    func options(detail: Recorder.Detail, lastStage: StageID? = nil) -> RunOptions {
        RunOptions(
            detail: detail, lastStage: lastStage,
            resolve: { [base = manifest.base] in Paths.resolve($0, against: base) })
    }
}

extension RunDirectory {
    /// Holds the result to a root, without computing: the digest tree has to hash up to it, and the weights have to be those that
    /// the run ended with.
    ///
    /// - Throws: ``CommittedRun/Forgery``.
    func verifyResult(root: Digest, hashing: Hashing) throws {
        do {
            guard let record = try finishedRun() else {
                throw CommittedRun.Forgery("\(path): the chain has an end, and run.json is missing")
            }
            guard record.root == root else {
                throw CommittedRun.Forgery("\(record.path): the digest is not the one that the chain ends with")
            }
            let final = record.stages.last { $0.id == .final }?.leaves ?? []
            let weights = try SafetensorsFile(path: path + "/model.safetensors")
            for entry in weights.entries {
                let digest = try weights.read(entry).tensor.map { hashing.tensor(name: entry.name, $0) }
                guard final.contains(where: { $0.name == entry.name && $0.digest == digest }) else {
                    throw CommittedRun.Forgery("\(weights.path): '\(entry.name)' is not what the run ended with")
                }
            }
        } catch let error as FormatError {
            throw CommittedRun.Forgery(error)
        }
    }

    /// Holds every file to what a run gave, but for what `run.json` says of the machine.
    ///
    /// - Throws: ``CommittedRun/Forgery``; `FormatError` where the scratch folder fails.
    func verify(holds result: RunResult, environment: RunEnvironment, scratch: ScratchFolder) throws {
        let own = RunDirectory(path: scratch.path("result"))
        try own.write(result, environment: environment, replacing: true)
        for name in try FileOperations.names(in: own.path) {
            let (expected, found) = (own.path + "/" + name, path + "/" + name)
            let isSame: Bool
            if name == RunDirectory.recordName {
                let theirs = try? JSONValue.read(path: found)
                isSame = try (JSONValue.read(path: expected).members ?? []).allSatisfy { member in
                    ["schema", "environment"].contains(member.key) || theirs?[member.key] == member.value
                }
            } else {
                isSame = try ByteFile.contents(of: expected) == (try? ByteFile.contents(of: found))
            }
            guard isSame else { throw CommittedRun.Forgery("\(found): it is not what the run gives") }
        }
    }
}
