import Foundation
import Repro

/// What `repro audit` answers without running a program: what can be varied here, and what a capsule shows.
enum AuditLists {
    static func variations(_ context: Context) throws -> ExitCode {
        let scratch = try ScratchFolder(of: context.interruption.processes)
        let here = VariationContext(
            directory: FileManager.default.currentDirectoryPath, scratch: scratch,
            running: context.interruption.processes)
        let all = VariationList.all(here)
        let json = all.map { variation -> JSONValue in
            [
                "name": variation.name, "summary": variation.summary, "value": variation.varied,
                "pinned": variation.held, "why": variation.refusal,
            ]
        }
        var lines: [StyledText] = all.flatMap { variation -> [StyledText] in
            let note: StyledText =
                variation.refusal.map { "\(bad: "not varied here"): \($0)" }
                ?? StyledText(variation.varied.map { "here: \($0)" } ?? "only ever pinned", .faint)
            return ["\(strong: variation.name.padded(22))\(variation.summary)", "\("".padded(22))\(note)"]
        }
        lines += VariationList.asked.flatMap { ["\(strong: $0.name.padded(22))\($0.how)"] }
        try context.answer(["variations": json], lines)
        return .success
    }

    /// Exit code 3 where the differences are seen again, as the audit that kept them had; 2 where one is not.
    static func replay(_ folder: String, _ context: Context) throws -> ExitCode {
        let capsule = try AuditCapsule(path: Paths.trimmed(folder))
        let replays = try capsule.replay(of: context.interruption.processes)
        let isSeen = replays.allSatisfy { !$0.outputs.isEmpty && $0.problem == nil && $0.isRepeated != false }
        let code: ExitCode = replays.isEmpty ? .success : isSeen ? .notReproducible : .notJudged
        var lines: [StyledText] = []
        for replay in replays {
            lines.append("cause  \(bad: replay.variations.joined(separator: " with "))")
            lines += replay.outputs.prefix(5).map {
                .row("output", StyledText(AuditFindings.line($0)))
            }
            guard let operation = replay.operation else { continue }
            let verdict: StyledText
            switch (replay.isRepeated, replay.problem) {
            case (_, let problem?): verdict = "\(bad: "not run"): \(problem)"
            case (true?, _): verdict = "run again on both sides: the same two results"
            default: verdict = "\(bad: "run again, it gives other results"): another machine, or other libraries"
            }
            lines.append(.row(operation, verdict))
        }
        if replays.isEmpty { lines = ["the capsule holds no difference: the program was repeatable"] }
        try context.answer(
            ["exitCode": code.rawValue, "command": capsule.command, "causes": replays], lines)
        return code
    }
}
