import ReproFormats
import ReproTraining

/// The TensorBoard events of a run as it goes: of each step its loss and learning rate, of each epoch the mean training loss and
/// the scores of the validation split.
///
/// Tags: `loss/train`, `learningRate`, `loss/epoch`, and `loss/validation`, `accuracy/validation` and so on. A step's numbers stand at
/// the step, counted from 0; an epoch's at the number of steps taken by its end. One process at a time writes in a folder.
public final class EventLog {
    private let file: GrowingFile
    private let time: () -> Double
    private let lock: FolderLock
    /// How many steps were taken.
    private var steps: Int

    /// - Parameters:
    ///   - folder: made where it is missing.
    ///   - start: the state that the run goes on from: what stands there of later steps is taken away. Nil for a run from the
    ///     beginning, which replaces the events that stand there.
    ///   - time: seconds since 1970.
    /// - Throws: `FormatError`: cannot create, input-output.
    public init(in folder: String, from start: TrainingState?, time: @escaping () -> Double) throws(FormatError) {
        let folder = Paths.trimmed(folder)
        let path = EventLog.path(in: folder)
        try FileOperations().makeFolders(folder)
        lock = try FolderLock(folder, holder: "writes the events of its run there")
        self.time = time
        steps = start?.optimizer.step ?? 0
        var kept = 0
        if start != nil, FileOperations.kind(at: path) == .file {
            kept = EventFile.byteCount(of: try ByteFile.contents(of: path), before: steps)
        }
        if kept == 0 {
            let header = EventFile.header(time: time())
            try AtomicFile.write(header, to: path)
            kept = header.count
        }
        file = try GrowingFile(path: path, keeping: kept)
        // The mean of an epoch stands at the step that the run goes on with, and was taken away with it.
        if let start, start.batch == 0, let loss = start.epochLosses.last { try write([("loss/epoch", Float(loss))]) }
    }

    /// Where the events stand in a folder.
    public static func path(in folder: String) -> String { Paths.trimmed(folder) + "/" + EventFile.name }

    /// Writes what an event says in numbers, at once.
    ///
    /// - Throws: `FormatError`, `.inputOutput`.
    public func note(_ event: RunProgress) throws(FormatError) {
        switch event {
        case .stage: break
        case .trained(let step):
            try write([("loss/train", step.loss.loss), ("learningRate", step.learningRate)])
        case .step(let count, _): steps = count
        case .epoch(_, _, let loss): try write([("loss/epoch", Float(loss))])
        case .validation(let found, _):
            try write(found.scores.map { ($0.name + "/validation", Float($0.value)) })
        }
    }

    private func write(_ scalars: [(tag: String, value: Float)]) throws(FormatError) {
        try file.append(EventFile.scalars(scalars, step: steps, time: time()))
    }
}
