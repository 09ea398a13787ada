import Foundation
import Repro

/// What the commands that train have in common about checkpoints.
extension OptionSpecification {
    static let checkpointEvery = option(
        "checkpoint-every", "INTERVAL",
        "write a checkpoint every 100 (steps), 5m (minutes) or 1e (epochs), to go on from")
    static let keepCheckpoints = option(
        "keep-checkpoints", "K",
        "how many checkpoints stay, the last ones, or 'all' of them (default \(RunKeeper.usualCount))")
    static let tensorboard = option(
        "tensorboard", "DIR", "write losses, validations and learning rates to DIR as they come, for TensorBoard")
}

extension Arguments {
    func checkpointSchedule() throws -> CheckpointSchedule? {
        guard let text = value("checkpoint-every") else { return nil }
        guard let schedule = CheckpointSchedule(text) else {
            throw usage("--checkpoint-every is '\(text)'; write 100 for steps, 5m for minutes or 1e for epochs")
        }
        return schedule
    }

    func checkpointCount() throws -> Int? {
        value("keep-checkpoints") == "all" ? RunManifest.all : try integer("keep-checkpoints", in: 1...1_000_000)
    }
}

extension Context {
    /// Keeps the checkpoints of a run that begins.
    func keeper(_ manifest: RunManifest, in directory: RunDirectory, engine: Engine) -> RunKeeper {
        RunKeeper(
            manifest, in: directory, engine: engine, seconds: Context.clock(),
            isAskedToStop: { interruption.stopRequest != nil }, protecting: protection)
    }

    /// Keeps those of one that goes on.
    func keeper(
        _ folder: CheckpointFolder, from state: TrainingState?, in directory: RunDirectory, engine: Engine
    ) -> RunKeeper {
        RunKeeper(
            folder, from: state, in: directory, engine: engine, seconds: Context.clock(),
            isAskedToStop: { interruption.stopRequest != nil }, protecting: protection)
    }

    /// A keeper's files are written to the end before a signal takes effect.
    private var protection: RunKeeper.Protection { { [interruption] body in try interruption.protected(body) } }

    /// The place for TensorBoard's events, refused inside the run directory, which holds a run's own files alone; nil where they
    /// are not asked for.
    func eventFolder(_ directory: RunDirectory) throws -> String? {
        guard let folder = arguments.value("tensorboard") else { return nil }
        func parts(_ path: String) -> [String] {
            URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.pathComponents
        }
        if parts(folder).starts(with: parts(directory.path)) {
            throw usage("--tensorboard '\(folder)' lies in the run directory, which holds a run's files alone")
        }
        return folder
    }

    /// Begins to write events in a folder, or goes on after a state.
    func eventLog(_ folder: String?, from state: TrainingState? = nil) throws -> EventLog? {
        guard let folder else { return nil }
        return try interruption.protected {
            try EventLog(in: folder, from: state) { Date().timeIntervalSince1970 }
        }
    }

    /// Carries out a run. Where a signal stops it, says how to go on.
    func untilStopped(_ directory: RunDirectory, _ body: () throws -> RunResult) throws -> RunResult {
        defer { interruption.endStopping() }
        do { return try body() } catch let stop as RunStopped {
            messages.clear()
            throw CommandLineError(
                message: "stopped after \(stop.steps) steps; to go on: repro resume \(directory.path)",
                code: interruption.stopRequest ?? .interrupted)
        }
    }

    /// Seconds since now.
    static func clock() -> () -> Double {
        let start = ContinuousClock.now
        return {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            return Double(seconds) + Double(attoseconds) * 1e-18
        }
    }
}
