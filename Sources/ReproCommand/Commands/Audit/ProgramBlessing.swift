import Foundation
import Repro

/// `repro audit --bless NAME`: the result of a program that is not ours becomes a golden.
struct ProgramBlessing {
    private let configuration: AuditConfiguration
    private let context: Context
    private let name: GoldenName
    private let goldens: String
    private let file: ProgramGoldenFile
    private let by: String, reason: String

    /// Nil where nothing is to be blessed. What would be refused is refused here, before the program runs.
    ///
    /// - Throws: `CommandLineError`; `GoldenFault` for goldens of programs that cannot be read.
    init?(_ configuration: AuditConfiguration, _ context: Context) throws {
        let arguments = context.arguments
        guard let text = arguments.value("bless") else {
            for option in ["reason", "by", "yes", "goldens"] where arguments.has(option) {
                throw usage("--\(option) is for --bless NAME")
            }
            return nil
        }
        try BlessCommand.verifyPerson(context)
        guard let name = GoldenName(text) else {
            throw usage("--bless is '\(text)', which cannot be the name of a golden: \(GoldenName.rule)")
        }
        reason = try BlessCommand.reason(arguments, for: "what the program is for")
        by = try BlessCommand.author(arguments)
        goldens = arguments.value("goldens") ?? "Goldens"
        if try GoldenFolder(path: goldens).claimedNames().contains(name) {
            throw usage("'\(name)' is the golden of an experiment in '\(goldens)'; take another name")
        }
        file = ProgramGoldenFile(goldens: goldens)
        _ = try file.goldens()
        self.name = name
        self.configuration = configuration
        self.context = context
    }

    /// Makes the golden of a program that was audited.
    ///
    /// - Throws: `CommandLineError`, 2, where its unchanged runs differ.
    func bless(_ report: AuditReport) throws {
        func refused(_ why: String) -> CommandLineError {
            let code = report.verdict == .repeatable ? ExitCode.notJudged : report.verdict.exitCode
            return CommandLineError(message: "'\(name)' was not blessed: \(why)", code: code)
        }
        if report.verdict == .notJudged { throw refused("it could not be judged") }
        if let own = report.causes.first(where: \.isOwn) {
            throw refused("two unchanged runs differ, by \(own.variations.joined(separator: " with "))")
        }
        let directory = FileManager.default.currentDirectoryPath
        let proposal: ProgramProposal
        do {
            proposal = try ProgramProposal(
                name, configuration, in: directory,
                place: Paths.folder(of: Paths.relative(directory + "/here", from: Paths.folder(of: goldens))),
                report: report, by: by, reason: reason, beside: file, of: context.interruption.processes)
        } catch let fault as ProgramTrialFault {
            throw refused(fault.description)
        }
        for remark in proposal.remarks { context.messages.remark(remark) }
        let previous = try file.goldens().first { $0.name == name }?.root.abbreviated ?? "none"
        if context.format == .text {
            try context.write(["\(name.text.padded(20))\(previous) → \(strong: proposal.golden.root.abbreviated)"])
        }
        guard try BlessCommand.agrees("Write \(name) to \(file.path)?", context.arguments) else {
            context.messages.remark("nothing was written to \(file.path)")
            return
        }
        try context.interruption.protected { try proposal.write(to: file) }
        context.messages.remark("wrote \(name) to \(file.path); repro check \(Text.shellWord(name.text)) gates it")
    }
}
