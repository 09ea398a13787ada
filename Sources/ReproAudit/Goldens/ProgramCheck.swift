import ReproFormats
import ReproProcesses
import ReproTrace

/// What a check of a program's golden came to.
public struct ProgramCheck: Sendable {
    /// The answer.
    public enum Verdict: Sendable, Equatable {
        case reproduced
        /// It gives another result, and gives it again.
        case drift
        /// Two runs here disagree.
        case notReproducible
        case notJudged(String)

        /// The exit code that says so.
        public var exitCode: ExitCode {
            switch self {
            case .reproduced: .success
            case .drift: .drift
            case .notReproducible: .notReproducible
            case .notJudged: .notJudged
            }
        }
    }

    /// The golden.
    public let golden: ProgramGolden
    /// The answer.
    public let verdict: Verdict
    /// Over what it left this time; nil where it left nothing that can be read.
    public private(set) var root: Digest?
    /// Where it parts from what was blessed, or, where two runs disagree, one from the other.
    public private(set) var outputs: [OutputDifference] = []
    /// Of a drift: files that are others than when it was blessed, and packages.
    public private(set) var changedFiles: [String] = [], changedPackages: [String] = []
    /// Whether the outputs' bytes are others and what they say is the same.
    public private(set) var hasOtherContainer = false

    private init(_ golden: ProgramGolden, _ verdict: Verdict) {
        self.golden = golden
        self.verdict = verdict
    }

    /// A golden that cannot be judged.
    public static func notJudged(_ golden: ProgramGolden, _ reason: String) -> ProgramCheck {
        ProgramCheck(golden, .notJudged(reason))
    }

    /// Runs the program of a golden, and where it gives something else, runs it again and takes stock.
    ///
    /// - Parameter directory: where it runs.
    /// - Throws: `FormatError` where a folder of the check cannot be written.
    public static func judge(
        _ golden: ProgramGolden, in directory: String, file: ProgramGoldenFile, of running: RunningProcesses
    ) throws -> ProgramCheck {
        guard Paths.isFolder(directory) == true else {
            return notJudged(golden, "there is no folder '\(golden.directory)', which it runs in")
        }
        let trial: ProgramTrial
        do {
            trial = try ProgramTrial(golden.configuration, in: directory, of: running)
        } catch let fault as VariationList.Fault {
            return notJudged(golden, "\(fault)")
        }
        defer { trial.finish() }
        let result = try trial.run()
        if let fault = result.fault { return notJudged(golden, "\(fault)") }
        let kept = file.kept(golden)
        let isSame =
            kept.map { trial.compared($0, result.outputs).isEqual } ?? (result.outputs.contentDigest == golden.root)
        var check = ProgramCheck(golden, .reproduced)
        check.root = result.outputs.contentDigest
        if isSame {
            check.hasOtherContainer = result.outputs.containerDigest != golden.containerRoot
            return check
        }
        if kept == nil, !golden.configuration.masks.isEmpty {
            return notJudged(
                golden,
                "the outputs that were kept of it are gone or others, and what it hides cannot be told without them; "
                    + "restore \(file.place(of: golden)) from version control, or bless it anew")
        }
        let (again, inventory) = try trial.stockTaking(beside: file)
        if let fault = again.fault { return notJudged(golden, "its second run: \(fault)") }
        if case .different(let differences) = trial.compared(result.outputs, again.outputs) {
            check = ProgramCheck(golden, .notReproducible)
            check.outputs = differences
        } else {
            check = ProgramCheck(golden, .drift)
            check.changedFiles = golden.inventory.changes(to: inventory)
            check.changedPackages = golden.inventory.packageChanges(to: inventory)
            check.outputs = differences(golden, kept, result.outputs)
        }
        check.root = result.outputs.contentDigest
        return check
    }

    /// Where outputs part from what was blessed: element by element where that is kept, else file by file.
    private static func differences(
        _ golden: ProgramGolden, _ kept: OutputSnapshot?, _ now: OutputSnapshot
    ) -> [OutputDifference] {
        let masks = golden.configuration.masks.map(OutputMask.init(pattern:))
        let before = kept ?? golden.snapshot
        if case .different(let differences) = compare(before, now, hiding: masks) { return differences }
        return []
    }
}

extension ProgramGolden {
    /// The outputs by their digests alone.
    var snapshot: OutputSnapshot {
        OutputSnapshot(
            files: outputs.map { OutputFile(path: $0.path, contentDigest: $0.content, containerDigest: $0.bytes) })
    }

    /// Over the names and bytes of all outputs.
    var containerRoot: Digest { snapshot.containerDigest }
}
