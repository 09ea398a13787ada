import Foundation
import Repro

/// `repro review`: what a check left, case by case, old beside new; accepted, rejected or left for later.
enum ReviewCommand: Command {
    static let specification = CommandSpecification(
        name: "review", summary: "Shows unreviewed goldens beside what they replace; accept, reject or skip",
        operands: "[DIR]",
        options: [
            .goldens,
            .option("accept", "NAME", "accept this golden without asking (may be repeated)", repeats: true),
            .option("reject", "NAME", "reject this golden without asking (may be repeated)", repeats: true),
            .option("skip", "NAME", "leave this golden for later without asking (may be repeated)", repeats: true),
            .option("reason", "TEXT", "why what is accepted changed; recorded in the golden (default: asked for)"),
            .option("by", "NAME", "who reviews (default: git's user.name)"),
        ],
        notes: [
            "DIR is a folder that `repro check --results DIR` left. Without it: the goldens themselves where some are unreviewed,",
            "else the folder here or beside them that a check left last. Keys: a accept, r reject, s skip, q quit.",
            "Each golden is in place as soon as it is accepted. Ctrl-C loses nothing: the next review goes on with the rest.",
            "With --accept, --reject or --skip only the goldens named are decided, and nothing is asked. Refuses where CI is set.",
        ], formats: [.text])

    private enum Decision { case accept, reject, skip, quit }

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        if let service = context.serviceVariable {
            throw CommandLineError(
                message: "review refuses to run where \(service) is set: a golden is vouched for by a person",
                code: .unavailable)
        }
        try context.verifyEngineOptions()
        let goldens = GoldenFolder(path: arguments.value("goldens") ?? "Goldens")
        try context.reportHalfDone(goldens)
        guard arguments.operands.count <= 1 else { throw usage("one folder at a time: repro review DIR") }
        guard let path = arguments.operands.first ?? Review.place(goldens: goldens) else {
            throw CommandLineError(
                message:
                    "nothing to review: no golden of '\(goldens.path)' is unreviewed, and no check has left a folder "
                    + "here; `repro check --results DIR` does, then `repro review DIR`", code: .noInput)
        }
        guard Paths.isFolder(path) == true else {
            throw FormatError(
                .noInput, path: path, problem: "no such folder",
                remedy: "name the one that `repro check --results DIR` left")
        }
        let review = Review(folder: GoldenFolder(path: Paths.trimmed(path)), goldens: goldens)
        let cases = try review.cases()
        let script = try script(arguments, cases, in: path)
        if script.isEmpty && !cases.isEmpty && (isatty(0) == 0 || isatty(1) == 0) {
            throw usage(
                "no terminal to ask on; decide with --accept NAME, --reject NAME or --skip NAME: "
                    + cases.map(\.golden.name.text).joined(separator: ", "))
        }
        var desk = Desk(context: context, review: review, reason: arguments.value("reason"))
        try desk.verifyReason(script.contains { $0.decision == .accept })
        for (index, item) in cases.enumerated() {
            let decided = script.first { Text.areSame($0.name, item.golden.name.text) }?.decision
            if !script.isEmpty && decided == nil { continue }
            try desk.show(item, "\(index + 1) of \(cases.count)")
            let decision = try decided ?? desk.ask()
            if decision == .quit { break }
            try desk.carryOut(decision, item)
        }
        try desk.close(left: try review.cases().count)
        return .success
    }

    /// What the options decide.
    ///
    /// - Throws: `CommandLineError`, 64, for a golden that is not to be reviewed, or is named twice.
    private static func script(
        _ arguments: Arguments, _ cases: [Review.Case], in path: String
    ) throws -> [(name: String, decision: Decision)] {
        var script: [(name: String, decision: Decision)] = []
        for (option, decision) in [("accept", Decision.accept), ("reject", .reject), ("skip", .skip)] {
            for name in arguments.allValues(option) {
                guard cases.contains(where: { Text.areSame($0.golden.name.text, name) }) else {
                    throw usage(
                        "no golden called '\(name)' is to be reviewed in '\(path)'; to be reviewed: "
                            + (cases.isEmpty ? "none" : cases.map(\.golden.name.text).joined(separator: ", ")))
                }
                guard !script.contains(where: { Text.areSame($0.name, name) }) else {
                    throw usage("'\(name)' is decided twice")
                }
                script.append((name, decision))
            }
        }
        return script
    }

    /// Where the cases are shown, asked about and decided.
    private struct Desk {
        let context: Context
        let review: Review
        var reason: String?
        private var author: String?
        private var accepted: [String] = []
        private var rejected: [String] = []

        init(context: Context, review: Review, reason: String?) {
            self.context = context
            self.review = review
            self.reason = reason
        }

        /// Before anything is written: a script has nobody to ask.
        func verifyReason(_ isNeeded: Bool) throws {
            if let reason, !reason.contains(where: { $0 != " " }) { throw usage("--reason is empty") }
            if isNeeded && reason == nil { throw usage("--accept needs --reason TEXT: say what changed, and why") }
        }

        func show(_ item: Review.Case, _ place: String) throws {
            let golden = item.golden
            var rows = ProposalText.rows(golden, replacing: item.previous, drift: item.drift)
            if let drift = item.drift {
                rows.insert(FindingRow("cause", StyledText(DriftText.cause(drift), .bad)), at: 0)
            }
            if let present = item.present, let since = Drift(asked: present) {
                rows.append(
                    FindingRow(
                        "since then", "\(bad: "what is asked for here is no longer what this golden was made of")",
                        below: ConditionText(conditions: since.conditions).rows(withEnvironment: false)))
            }
            let title = ProposalText.title(golden, replacing: item.previous)
            try context.write(["", "\(faint: place)  \(title)"] + rows.flatMap { $0.lines() })
        }

        func ask() throws -> Decision {
            try Output.write("\naccept (a), reject (r), skip (s), quit (q)? " as Escaped<Terminal>)
            while let key = context.interruption.key() {
                switch key {
                case "a", "A": return .accept
                case "r", "R": return .reject
                case "s", "S": return .skip
                case "q", "Q", "\u{4}", "\u{1b}": return .quit
                default: continue
                }
            }
            return .quit
        }

        mutating func carryOut(_ decision: Decision, _ item: Review.Case) throws {
            let name = item.golden.name.text
            switch decision {
            case .accept:
                if reason == nil {
                    try Output.write("accept\nwhy? (recorded in each golden that you accept) " as Escaped<Terminal>)
                    guard let text = readLine(), text.contains(where: { $0 != " " }) else {
                        return try Output.write(["no reason was given: '\(name)' is left for later"])
                    }
                    reason = text
                }
                let by = try author ?? BlessCommand.author(context.arguments)
                author = by
                let change = review.change(accepting: item, by: by, reason: reason ?? "")
                try BlessCommand.commit([change], to: review.goldens, context)
                accepted.append(name)
                try Output.write(["accepted: \(review.goldens.path)/\(name).json"])
            case .reject:
                try context.interruption.protected { try review.reject(item) }
                rejected.append(name)
                try Output.write([
                    review.isInPlace
                        ? "rejected: \(name); bring the reviewed one back: git checkout -- \(review.goldens.path)"
                        : "rejected: \(name) stays as it was blessed"
                ])
            case .skip, .quit: try Output.write(["skipped: \(name)"])
            }
        }

        func close(left: Int) throws {
            try context.interruption.protected { try review.close() }
            try Output.write(["", "accepted \(accepted.count), rejected \(rejected.count), left \(left)"])
            if left > 0 { try Output.write(["the rest: repro review \(review.folder.path)\(place)"]) }
            if !accepted.isEmpty { try Output.write(["then: repro check\(place)"]) }
        }

        private var place: String { review.goldens.path == "Goldens" ? "" : " --goldens \(review.goldens.path)" }
    }
}
