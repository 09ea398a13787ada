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
            let nothing =
                "nothing to review: no golden of '\(goldens.path)' is unreviewed, and no check has left a folder "
                + "here; `repro check --results DIR` does, then `repro review DIR`"
            guard decisions(arguments).isEmpty, try !goldens.claimedNames().isEmpty else {
                throw CommandLineError(message: nothing, code: .noInput)
            }
            try Output.write([nothing])
            return .success
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
        if let option = ["reason", "by"].first(where: arguments.has), !script.isEmpty,
            !script.contains(where: { $0.decision == .accept })
        {
            throw usage("--\(option) says nothing where no golden is accepted")
        }
        var desk = ReviewDesk(context: context, review: review, reason: arguments.value("reason"))
        let accepted = cases.filter { item in
            script.contains { $0.decision == .accept && Text.areSame($0.name, item.golden.name.text) }
        }
        try desk.verify(accepting: accepted, asks: script.isEmpty && !cases.isEmpty)
        for (index, item) in cases.enumerated() {
            let decided = script.first { Text.areSame($0.name, item.golden.name.text) }?.decision
            if !script.isEmpty && decided == nil { continue }
            try desk.show(item, "\(index + 1) of \(cases.count)")
            if try desk.decide(item, as: decided) == .quit { break }
        }
        try desk.close(left: cases.isEmpty ? nil : try review.cases().count)
        return .success
    }

    /// What the options decide.
    ///
    /// - Throws: `CommandLineError`, 64, for a golden that is not to be reviewed, or is named twice.
    private static func script(
        _ arguments: Arguments, _ cases: [Review.Case], in path: String
    ) throws -> [(name: String, decision: ReviewDecision)] {
        let script = decisions(arguments)
        for (index, name) in script.map(\.name).enumerated() {
            guard cases.contains(where: { Text.areSame($0.golden.name.text, name) }) else {
                throw usage(
                    "no golden called '\(name)' is to be reviewed in '\(path)'; to be reviewed: "
                        + (cases.isEmpty ? "none" : cases.map(\.golden.name.text).joined(separator: ", ")))
            }
            guard !script[..<index].contains(where: { Text.areSame($0.name, name) }) else {
                throw usage("'\(name)' is decided twice")
            }
        }
        return script
    }

    private static func decisions(_ arguments: Arguments) -> [(name: String, decision: ReviewDecision)] {
        [("accept", ReviewDecision.accept), ("reject", .reject), ("skip", .skip)].flatMap { option, decision in
            arguments.allValues(option).map { ($0, decision) }
        }
    }
}
