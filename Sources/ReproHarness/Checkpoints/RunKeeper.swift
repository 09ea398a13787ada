import ReproFormats
import ReproNumerics
import ReproTrace
import ReproTraining

/// A run that was asked to stop, and can be gone on with.
public struct RunStopped: Error, Equatable {
    /// How many steps it had taken.
    public let steps: Int
}

/// Watches a run's states and writes the checkpoints that are due. A run without a schedule has its folder once it is asked to
/// stop, and no earlier.
public final class RunKeeper {
    /// How many checkpoints stay unless another number is asked for.
    public static let usualCount = 3

    /// What the run is asked for.
    public let manifest: RunManifest
    /// Where its checkpoints are; nil as long as there are none.
    public private(set) var folder: CheckpointFolder?
    private let directory: RunDirectory
    private let hashing: Hashing
    private let seconds: () -> Double
    private let isAskedToStop: () -> Bool
    /// The step and the time of the last checkpoint.
    private var last: (step: Int, seconds: Double)?

    /// - Parameters:
    ///   - seconds: a clock's, for a schedule in minutes.
    ///   - isAskedToStop: asked after every step.
    public init(
        _ manifest: RunManifest, in directory: RunDirectory, engine: Engine, seconds: @escaping () -> Double,
        isAskedToStop: @escaping () -> Bool
    ) {
        self.manifest = manifest
        self.directory = directory
        hashing = Hashing(engine: engine)
        self.seconds = seconds
        self.isAskedToStop = isAskedToStop
    }

    /// Goes on in a folder that is there.
    public convenience init(
        _ folder: CheckpointFolder, from state: TrainingState?, in directory: RunDirectory, engine: Engine,
        seconds: @escaping () -> Double, isAskedToStop: @escaping () -> Bool
    ) {
        self.init(folder.manifest, in: directory, engine: engine, seconds: seconds, isAskedToStop: isAskedToStop)
        self.folder = folder
        last = state.map { ($0.optimizer.step, seconds()) }
    }

    /// Takes note of a state of the run: what ``RunOptions/onState`` is for.
    ///
    /// - Throws: ``RunStopped``, `FormatError`.
    public func observe(_ state: TrainingState) throws {
        let step = state.optimizer.step
        if isAskedToStop() {
            if last?.step != step { try write(state) }
            throw RunStopped(steps: step)
        }
        guard let schedule = manifest.schedule, last?.step != step else { return }
        let isDue = last.map {
            schedule.isDue(
                steps: step, epochs: state.batch == 0 ? state.epoch : nil, seconds: seconds() - $0.seconds)
        }
        // The one before the first step says what the data was, so that no other can take its place.
        if isDue ?? true { try write(state) }
    }

    private func write(_ state: TrainingState) throws(FormatError) {
        if folder == nil { folder = try CheckpointFolder(beginning: manifest, in: directory, hashing: hashing) }
        try folder?.write(state)
        last = (state.optimizer.step, seconds())
    }
}
