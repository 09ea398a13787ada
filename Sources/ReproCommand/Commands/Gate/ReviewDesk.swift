import Foundation
import Repro

/// What somebody makes of a golden that waits for them.
enum ReviewDecision { case accept, reject, skip, quit }

/// Where the cases of a review are shown, asked about and decided, one after another.
struct ReviewDesk {
    private let context: Context
    private let review: Review
    private var reason: String?
    private var author = ""
    private var accepted: [String] = []
    private var rejected: [String] = []

    init(context: Context, review: Review, reason: String?) {
        self.context = context
        self.review = review
        self.reason = reason
    }

    /// Makes sure, before anything is shown, that what is going to be accepted can be signed.
    ///
    /// - Parameters:
    ///   - accepted: the cases that a script accepts, and has nobody to ask.
    ///   - asks: whether somebody is going to be asked.
    /// - Throws: `CommandLineError`, 64; `Review.Outdated`.
    mutating func verify(accepting accepted: [Review.Case], asks: Bool) throws {
        if let refusal = accepted.lazy.compactMap(review.refusal).first { throw refusal }
        let accepts = !accepted.isEmpty
        if let reason, !ReviewDesk.says(reason) { throw usage("--reason is empty") }
        if accepts && reason == nil { throw usage("--accept needs --reason TEXT: say what changed, and why") }
        if accepts || asks { author = try BlessCommand.author(context.arguments) }
    }

    func show(_ item: Review.Case, _ place: String) throws {
        let text = ProposalText(
            golden: item.golden, previous: item.previous, fault: item.previousFault, drift: item.drift)
        var rows = text.rows
        if item.previous == nil && item.previousFault == nil {
            rows.insert(FindingRow("before", "no earlier golden"), at: 0)
        }
        if let drift = item.drift {
            rows.insert(FindingRow("cause", StyledText(DriftText.cause(drift), .bad)), at: 0)
        }
        if let fault = item.presentFault {
            rows.append(FindingRow("since then", "not known: \(fault)"))
        }
        if let since = item.outdated {
            rows.append(
                FindingRow(
                    "since then", "\(bad: "what is asked for here is no longer what this golden was made of")",
                    below: ConditionText(conditions: since.conditions).rows(withEnvironment: false)))
        }
        try context.write(["", "\(faint: place)  \(text.title)"] + rows.flatMap { $0.lines() })
    }

    /// Carries out what a script decided, or asks until something is decided.
    mutating func decide(_ item: Review.Case, as decided: ReviewDecision?) throws -> ReviewDecision {
        while true {
            let decision = try decided ?? ask(item.golden.name)
            switch decision {
            case .accept:
                if decided == nil, let refusal = review.refusal(accepting: item) {
                    try Output.write(["\(refusal)"])
                    continue
                }
                guard try knowsReason() else { continue }
                try accept(item)
            case .reject: try reject(item)
            case .skip: try Output.write(["skipped: \(item.golden.name)"])
            case .quit: try Output.write(["quit"])
            }
            return decision
        }
    }

    private func ask(_ name: GoldenName) throws -> ReviewDecision {
        // Keys that were pressed before were not meant for this golden.
        tcflush(0, TCIFLUSH)
        try Output.write("\n\(name.text): accept (a), reject (r), skip (s), quit (q)? " as Escaped<Terminal>)
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

    /// Asks for the reason where nobody has given it; false where none is given now.
    private mutating func knowsReason() throws -> Bool {
        if reason != nil { return true }
        try Output.write("accept\nwhy? (recorded in each golden that you accept) " as Escaped<Terminal>)
        guard let text = context.interruption.line(), ReviewDesk.says(text) else {
            try Output.write(["no reason was given, so nothing is accepted"])
            return false
        }
        reason = text
        return true
    }

    private static func says(_ text: String) -> Bool { text.contains { !$0.isWhitespace } }

    private mutating func accept(_ item: Review.Case) throws {
        let name = item.golden.name.text
        let change = try review.change(accepting: item, by: author, reason: reason ?? "")
        try BlessCommand.commit([change], to: review.goldens, context)
        accepted.append(name)
        try Output.write(["accepted: \(review.goldens.path)/\(name).json, because: \(reason ?? "")"])
    }

    private mutating func reject(_ item: Review.Case) throws {
        let name = item.golden.name.text
        try context.interruption.protected { try review.reject(item) }
        rejected.append(name)
        let golden = Text.shellWord(review.goldens.path(of: item.golden.name))
        let manifest = Text.shellWord(review.goldens.path + "/" + GoldenFolder.indexName)
        try Output.write([
            review.isInPlace
                ? "rejected: \(name); bring the reviewed one back: git checkout -- \(golden), and its line of "
                    + "the manifest: git checkout -p -- \(manifest)"
                : "rejected: \(name) stays as it was blessed"
        ])
    }

    /// - Parameter left: how many are still to be decided; nil where none were from the start.
    func close(left: Int?) throws {
        try context.interruption.protected { try review.close() }
        guard let left else {
            return try Output.write(["nothing to review: every golden of \(review.folder.path) is decided"])
        }
        try Output.write(["", "accepted \(accepted.count), rejected \(rejected.count), left \(left)"])
        if left > 0 { try Output.write(["the rest: repro review \(Text.shellWord(review.folder.path))\(place)"]) }
        if !accepted.isEmpty { try Output.write(["then: repro check\(place)"]) }
    }

    private var place: String { review.goldens.option }
}
