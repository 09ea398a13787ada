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
    /// When they were last brought up to a state.
    private var lossesSeconds = -Double.infinity
    /// How far they may be behind: a line for each step alone would cost quick steps a hundredth of their time.
    private static let lossesDelay = 0.25

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
            try writeLosses(state, at: seconds())
            try settle()
            throw RunStopped(steps: step)
        }
        let isDue = isDue(state)
        if isDue { try write(state) }
        guard folder != nil else { return }
        let now = seconds()
        if isDue || state.batch == 0 || now - lossesSeconds >= RunKeeper.lossesDelay { try writeLosses(state, at: now) }
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
    private func writeLosses(_ state: TrainingState, at now: Double) throws {
        lossesSeconds = now
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

    /// Writes a checkpoint. The disk is waited for beside the next steps; what goes wrong there is thrown after one of them.
    private func write(_ state: TrainingState) throws {
        let folder = try folder ?? begin()
        var prepared: CheckpointFolder.Prepared?
        try protecting { prepared = try folder.prepare(state) }
        guard let prepared else { return }
        try writer.begin { [protecting] in try protecting { try folder.commit(prepared) } }
        last = (state.optimizer.step, seconds())
    }

    private func begin() throws -> CheckpointFolder {
        var made: CheckpointFolder?
        try protecting { made = try CheckpointFolder(beginning: manifest, in: directory, engine: engine) }
        folder = made
        return made!
    }
}
