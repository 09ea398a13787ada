import ReproFormats
import ReproNumerics
import ReproTrace
import ReproTraining

/// A run that was asked to stop, and can be gone on with.
public struct RunStopped: Error, Equatable {
    /// How many steps it had taken.
    public let steps: Int
}

/// Watches a run's states, writes the checkpoints that are due, and has `metrics.csv` grow beside them. A run without a schedule
/// has its folder once it is asked to stop, and no earlier.
public final class RunKeeper {
    /// Carries out what must not be broken off halfway, such as writing files.
    public typealias Protection = @Sendable (() throws -> Void) throws -> Void

    /// How many checkpoints stay unless another number is asked for.
    public static let usualCount = 3

    /// What the run is asked for.
    public let manifest: RunManifest
    /// Where its checkpoints are; nil as long as there are none.
    public private(set) var folder: CheckpointFolder?
    private let directory: RunDirectory
    private let engine: Engine
    private let writer = BackgroundWork()
    private let seconds: () -> Double
    private let isAskedToStop: () -> Bool
    private let protecting: Protection
    /// The step and the time of the last checkpoint.
    private var last: (step: Int, seconds: Double)?
    /// The losses in the run directory; nil as long as this process has written none.
    private var losses: GrowingLossFile?

    /// - Parameters:
    ///   - seconds: a clock's, for a schedule in minutes.
    ///   - isAskedToStop: asked after every step.
    ///   - protecting: carries out each change of files, on whatever thread.
    public init(
        _ manifest: RunManifest, in directory: RunDirectory, engine: Engine, seconds: @escaping () -> Double,
        isAskedToStop: @escaping () -> Bool, protecting: @escaping Protection
    ) {
        self.manifest = manifest
        self.directory = directory
        self.engine = engine
        self.seconds = seconds
        self.isAskedToStop = isAskedToStop
        self.protecting = protecting
    }

    /// Goes on in a folder that is there.
    public convenience init(
        _ folder: CheckpointFolder, from state: TrainingState?, in directory: RunDirectory, engine: Engine,
        seconds: @escaping () -> Double, isAskedToStop: @escaping () -> Bool, protecting: @escaping Protection
    ) {
        self.init(
            folder.manifest, in: directory, engine: engine, seconds: seconds, isAskedToStop: isAskedToStop,
            protecting: protecting)
        self.folder = folder
        last = state.map { ($0.optimizer.step, seconds()) }
    }

    /// Takes note of a state of the run: what ``RunOptions/onState`` is for.
    ///
    /// - Throws: ``RunStopped``, once its checkpoint is on the disk; what writing an earlier checkpoint threw meanwhile.
    public func observe(_ state: TrainingState) throws {
        try writer.rethrow()
        let step = state.optimizer.step
        if isAskedToStop() {
            if last?.step != step { try write(state) }
            try writeLosses(state)
            try settle()
            throw RunStopped(steps: step)
        }
        if isDue(state) { try write(state) }
        if folder != nil { try writeLosses(state) }
    }

    private func isDue(_ state: TrainingState) -> Bool {
        guard let schedule = manifest.schedule else { return false }
        // The one before the first step says what the data was, so that no other can take its place.
        guard let last else { return true }
        let epochs = state.batch == 0 ? state.epoch : nil
        return last.step != state.optimizer.step
            && schedule.isDue(steps: state.optimizer.step, epochs: epochs, seconds: seconds() - last.seconds)
    }

    /// Brings `metrics.csv` up to a state. An epoch's last step waits for the scores of its validation.
    private func writeLosses(_ state: TrainingState) throws {
        let validates = manifest.experiment.training?.additions.validatesEachEpoch == true
        let waits = validates && state.batch == 0 && state.validations.count < state.epoch
        let known = waits ? Array(state.losses.dropLast()) : state.losses
        if let losses { return try losses.update(known, validations: state.validations) }
        try protecting {
            losses = try GrowingLossFile(
                path: directory.path + "/" + RunDirectory.lossesName, known, validations: state.validations)
        }
    }

    /// Waits until the last checkpoint is on the disk.
    ///
    /// - Throws: what writing it threw.
    public func settle() throws { try writer.finish() }

    /// Begins to write a checkpoint, once the one before is on the disk. The state is a value: the run goes on meanwhile, and
    /// changes its own copy of each tensor. What goes wrong is thrown after the step that is being taken.
    private func write(_ state: TrainingState) throws {
        let folder = try folder ?? begin()
        try writer.begin { [protecting] in try protecting { try folder.write(state) } }
        last = (state.optimizer.step, seconds())
    }

    private func begin() throws -> CheckpointFolder {
        var made: CheckpointFolder?
        try protecting { made = try CheckpointFolder(beginning: manifest, in: directory, engine: engine) }
        folder = made
        return made!
    }
}
