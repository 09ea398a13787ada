import Foundation
import ReproFormats
import ReproProcesses

/// Runs the audited command, each time with a folder of its own for what it leaves.
final class ProgramRunner {
    let command: [String]
    let patterns: [String]
    let judgesStandardOutput: Bool
    let seconds: Int
    let directory: WorkingDirectory
    let context: VariationContext
    let running: RunningProcesses
    private let scratch: ScratchFolder
    private var count = 0
    /// How long an unchanged run took; a moment before that is drawn for killing one.
    private var usualSeconds: Double?

    /// What stands for standard output among the files of a run.
    static let standardOutput = "(standard output)"

    init(
        _ request: AuditRequest, _ context: VariationContext, _ directory: WorkingDirectory, scratch: ScratchFolder,
        running: RunningProcesses
    ) {
        command = request.command
        patterns = request.patterns
        judgesStandardOutput = request.judgesStandardOutput
        seconds = request.seconds
        self.context = context
        self.directory = directory
        self.scratch = scratch
        self.running = running
    }

    /// Runs the command once; where it is to be killed and gone on with, at a random moment.
    ///
    /// - Parameters:
    ///   - variables: beside those of the setting, such as a hook's.
    ///   - share: when it is killed, as a share of an unchanged run's time.
    /// - Throws: `FormatError` where a folder of the audit cannot be written.
    func run(
        _ setting: RunSetting, variables: [(name: String, value: String)] = [], killedAt share: Double? = nil
    ) throws -> ProgramResult {
        var setting = setting
        for (name, value) in variables { setting.set(name, value) }
        guard setting.resumption != nil else { return try runOnce(setting, command: setting.command(command)) }
        // A moment in which it still runs: earlier after each time that it had ended before.
        var moment = (usualSeconds ?? 1) * (share ?? Double.random(in: 0.3..<0.9))
        for _ in 0..<8 {
            let killed = try runOnce(setting, command: setting.command(command), killedAfter: moment)
            if killed.ending == .tookTooLong {
                // Where it was killed, since what it kept lies there.
                return try runOnce(
                    setting, command: ["/bin/sh", "-c", setting.resumption!], at: place(setting, killed.folder))
            }
            if killed.fault != nil && killed.fault?.isResult == false { return killed }
            moment *= 0.7
        }
        return try ended(.neverKilled, nil, folder: newFolder())
    }

    /// A new folder for a run.
    private func newFolder() throws -> String {
        count += 1
        let folder = scratch.path("run-\(count)")
        try FileManager.default.createDirectory(
            atPath: folder + "/outputs", withIntermediateDirectories: true)
        return folder
    }

    /// Where a run takes place.
    private func place(_ setting: RunSetting, _ folder: String) -> String {
        setting.isElsewhere ? folder + "/a copy elsewhere" : directory.path
    }

    private func runOnce(
        _ setting: RunSetting, command: [String], killedAfter moment: Double? = nil, at earlier: String? = nil
    ) throws -> ProgramResult {
        let folder = try newFolder()
        let place = earlier ?? place(setting, folder)
        if setting.isElsewhere, earlier == nil {
            guard directory.copy(to: place, running: running) else {
                return try ended(.notStarted("the working directory cannot be copied"), nil, folder: folder)
            }
        }
        let answer: ProgramProcess.Answer
        do {
            answer = try start(setting, command, in: place, within: moment ?? Double(seconds))
        } catch let error as ChildProcess.Failure {
            return try ended(.notStarted("\(command[0]): \(error)"), nil, folder: folder)
        }
        guard directory.isThere else { return try ended(.removedDirectory, answer, folder: folder) }
        if moment != nil && answer.ending == .tookTooLong {
            return try ended(.tookTooLong(0), answer, folder: folder)
        }
        if let fault = take(answer, from: place, setting, into: folder + "/outputs") {
            return try ended(fault, answer, folder: folder)
        }
        var result = try ended(fault(answer), answer, folder: folder)
        if setting.isInterposed { result.interposedCount = context.interposed.takeMarks() }
        if usualSeconds == nil, result.fault == nil { usualSeconds = result.seconds }
        return result
    }

    /// Brings what a run left behind to a folder of its own.
    private func take(
        _ answer: ProgramProcess.Answer, from place: String, _ setting: RunSetting, into folder: String
    ) -> ProgramFault? {
        do {
            try directory.collect(from: place, into: folder)
        } catch {
            return .unreadable("\(error)")
        }
        if setting.isElsewhere { try? FileManager.default.removeItem(atPath: place) }
        if judgesStandardOutput {
            let file = folder + "/" + ProgramRunner.standardOutput
            guard FileManager.default.createFile(atPath: file, contents: Data(answer.output)) else {
                return .unreadable("what it printed cannot be kept; see whether the disk is full")
            }
        }
        return nil
    }

    /// Starts a command as a setting says.
    ///
    /// - Throws: `ChildProcess.Failure` where it cannot be started.
    func start(
        _ setting: RunSetting, _ command: [String], in place: String, within seconds: Double
    ) throws -> ProgramProcess.Answer {
        let program = setting.program(located(command[0]), command, context, in: place)
        let busy =
            setting.busyProcesses > 0 ? try BusyProcesses(setting.busyProcesses, of: running) : nil
        return try withExtendedLifetime(busy) { try program.run(within: seconds, of: running) }
    }

    /// Where a program lies: its path, or where PATH finds its name.
    private func located(_ name: String) -> String {
        guard !name.contains("/") else { return name }
        let folders = (context.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        let paths = folders.map { "\($0)/\(name)" }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
    }

    private func fault(_ answer: ProgramProcess.Answer) -> ProgramFault? {
        let said = ProgramRunner.complaint(answer).map { ": \($0)" } ?? ""
        switch answer.ending {
        case .exited(0): break
        case .exited(let code): return .failed("exit code \(code)\(said)")
        case .signalled(let signal): return .failed("signal \(signal)\(said)")
        case .tookTooLong: return .tookTooLong(seconds)
        case .saidTooMuch: return .saidTooMuch
        }
        return answer.leftBehind > 0 ? .leftProcesses(answer.leftBehind) : nil
    }

    private func ended(
        _ fault: ProgramFault?, _ answer: ProgramProcess.Answer?, folder: String
    ) throws -> ProgramResult {
        var fault = fault
        var outputs = OutputSnapshot(files: [])
        do {
            outputs = try .reading(patterns: ["*"], in: folder + "/outputs", limits: OutputLimits())
        } catch {
            fault = fault ?? .unreadable("\(error)")
        }
        let isEmpty = outputs.files.isEmpty || (patterns.isEmpty && answer?.output.isEmpty == true)
        if fault == nil, isEmpty { fault = .wroteNothing(patterns) }
        return ProgramResult(
            fault: fault, ending: answer?.ending, outputs: outputs, folder: folder, seconds: answer?.seconds ?? 0,
            complaint: answer.flatMap(ProgramRunner.complaint))
    }

    /// The last line that it complained with: programs say at the end what went wrong.
    private static func complaint(_ answer: ProgramProcess.Answer) -> String? {
        let lines = String(decoding: answer.messages, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last { $0.contains { $0 != " " } }.map { String($0.prefix(300)) }
    }
}
