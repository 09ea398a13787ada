import Repro
import Synchronization

/// The report of a check while its cases come in: each is written at once where the format can, and an interruption leaves a
/// whole document, in which what was not judged yet says so.
final class CheckReport: Sendable {
    private let rendering: CheckFindings
    private let names: [String]
    private let context: Context
    private let known = Mutex<[JudgedCase]>([])

    init(rendering: CheckFindings, names: [String], context: Context) {
        self.rendering = rendering
        self.names = names
        self.context = context
        // Lines for a person are whole as far as they go.
        if context.format != .text { context.interruption.atEnd { self.interrupt($0) } }
    }

    var cases: [JudgedCase] { known.withLock { $0 } }

    func append(_ judged: JudgedCase) throws {
        try context.interruption.protected { try add(judged) }
    }

    /// Writes what is left to be written once every case is known.
    func finish() throws -> ExitCode {
        try context.interruption.protected {
            let code = CheckFindings.exitCode(of: cases)
            try context.finish(rendering.findings(cases, code: code))
            context.interruption.atEnd(nil)
            return code
        }
    }

    private func add(_ judged: JudgedCase) throws {
        known.withLock { $0.append(judged) }
        try context.show(cases.map(\.finding), of: names.count)
    }

    /// Where the output cannot be written there is nobody to tell.
    private func interrupt(_ code: ExitCode) {
        for name in names.dropFirst(cases.count) {
            let reason = "the check was interrupted before it was judged"
            try? add(rendering.judged(GoldenCheck.Outcome(name: name, verdict: .notJudged(reason), golden: nil)))
        }
        try? context.finish(rendering.findings(cases, code: code))
    }
}
