import Foundation
import ReproFormats
import ReproProcesses
import ReproVerification

/// Runs of one program as it is blessed and checked: unchanged, with its outputs collected and the user's own files given back.
public final class ProgramTrial {
    private let configuration: AuditConfiguration
    private let directory: String
    private let scratch: ScratchFolder
    private let working: WorkingDirectory
    private let runner: ProgramRunner
    private let base: RunSetting
    private var count = 0

    /// - Parameter directory: where the program runs.
    /// - Throws: `FormatError`; ``VariationList/Fault``.
    public init(_ configuration: AuditConfiguration, in directory: String, of running: RunningProcesses) throws {
        self.configuration = configuration
        self.directory = directory
        scratch = try ScratchFolder(of: running)
        let request = try configuration.request(in: directory)
        let context = VariationContext(directory: directory, scratch: scratch, running: running)
        var base = RunSetting()
        for variation in try VariationList.chosen(
            vary: request.vary, without: request.without, command: request.command, context)
        {
            if let value = variation.base { variation.apply(value, &base) }
        }
        self.base = base
        working = try WorkingDirectory(directory, patterns: request.patterns, scratch: scratch)
        runner = ProgramRunner(request, context, working, scratch: scratch, running: running)
    }

    deinit { working.restore() }

    /// Gives the user's files back.
    public func finish() { working.restore() }

    /// Runs the program.
    ///
    /// - Throws: `FormatError` where a folder cannot be written.
    func run() throws -> ProgramResult { try runner.run(base) }

    /// Runs the program below a hook that tells what it reads.
    ///
    /// - Parameter file: lies in the folder of goldens, which is none of what the program reads.
    /// - Throws: `FormatError`.
    func stockTaking(beside file: ProgramGoldenFile) throws -> (result: ProgramResult, inventory: ProgramInventory) {
        let (hook, trace) = (scratch.path("hook"), scratch.path("inventory-\(count)"))
        count += 1
        if count == 1 { try HookFiles.write(to: hook) }
        try FileManager.default.createDirectory(atPath: trace, withIntermediateDirectories: true)
        let result = try runner.run(
            base,
            variables: TracedRun.environment(
                hook: hook, directory: trace, mode: .inventory, pythonPath: runner.context.variable("PYTHONPATH")))
        let outputs = configuration.outputs
        let goldens = URL(fileURLWithPath: file.folder).deletingLastPathComponent().resolvingSymlinksInPath().path
        let real = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
        let inventory = try ProgramInventory(after: configuration.command, in: directory, trace: trace) { path in
            result.outputs.files.contains { Text.areSame($0.path, path) }
                || (real + "/" + path).hasPrefix(goldens + "/")
                || outputs.contains { path == $0 || path.hasPrefix($0 + "/") }
        }
        return (result, inventory)
    }

    /// What the masks leave of a difference.
    func compared(_ a: OutputSnapshot, _ b: OutputSnapshot) -> OutputComparison {
        compare(a, b, hiding: configuration.masks.map(OutputMask.init(pattern:)))
    }
}

/// Why a program cannot be blessed or judged.
public struct ProgramTrialFault: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String
}

/// A golden that a program would have, for a person to agree to. Nothing is written before.
public struct ProgramProposal {
    /// The golden.
    public let golden: ProgramGolden
    /// What has to be said of it.
    public let remarks: [String]
    private let result: ProgramResult
    /// Owns the folder that the result lies in.
    private let trial: ProgramTrial

    /// Runs a program that an audit found to be the same in unchanged runs.
    ///
    /// - Parameters:
    ///   - directory: where it runs; `place` is the same relative to the folder that the goldens' folder lies in.
    ///   - report: of the audit.
    ///   - file: lies in the folder of goldens, which is none of what the program reads.
    /// - Throws: ``ProgramTrialFault`` where its runs do not agree; `FormatError`; ``VariationList/Fault``.
    public init(
        _ name: GoldenName, _ configuration: AuditConfiguration, in directory: String, place: String,
        report: AuditReport, by: String, reason: String, beside file: ProgramGoldenFile, of running: RunningProcesses
    ) throws {
        let trial = try ProgramTrial(configuration, in: directory, of: running)
        defer { trial.finish() }
        let result = try trial.run()
        if let fault = result.fault { throw ProgramTrialFault(description: "it cannot be blessed: \(fault)") }
        let (other, inventory) = try trial.stockTaking(beside: file)
        guard other.fault == nil, trial.compared(result.outputs, other.outputs).isEqual else {
            throw ProgramTrialFault(
                description: "it cannot be blessed: a run that tells what it reads gave something else")
        }
        let limit = "\(ProgramGoldenFile.greatestKept >> 20) MiB"
        let isKept = try ProgramGoldenFile.isSmall(result.outputs, in: result.folder + "/outputs")
        guard isKept || configuration.masks.isEmpty else {
            throw ProgramTrialFault(
                description:
                    "it cannot be blessed: its outputs are larger than \(limit) and are not kept, and --hide needs "
                    + "them; name fewer with --output")
        }
        self.trial = trial
        self.result = result
        golden = ProgramGolden(
            name: name, directory: place, configuration: configuration,
            outputs: result.outputs.files.map {
                .init(path: $0.path, content: $0.contentDigest, bytes: $0.containerDigest)
            }, withstood: report.harmless, causes: report.causes.flatMap(\.variations), inventory: inventory, by: by,
            reason: reason)
        remarks =
            isKept
            ? [] : ["its outputs are larger than \(limit): a check tells which file drifts, and not where in it"]
    }

    /// Writes the golden in place of one of its name, and keeps its outputs where they are small.
    ///
    /// - Throws: `FormatError` where a file cannot be written; ``GoldenFault`` where the others cannot be read.
    public func write(to file: ProgramGoldenFile) throws {
        let others = try file.goldens().filter { $0.name != golden.name }
        try file.write(others + [golden])
        try file.keep(result.outputs, from: result.folder + "/outputs", of: golden)
    }
}

extension OutputComparison {
    /// Whether everything that the files say is equal.
    var isEqual: Bool {
        if case .different = self { return false }
        return true
    }
}
