import Repro

/// What a golden would change besides its digests: the seed, and every option of the experiment.
enum BlessChanges {
    /// A line each; none where there is no golden yet.
    static func lines(_ proposal: Blessing.Proposal) -> [String] {
        guard let previous = proposal.previous else { return [] }
        var lines: [String] = []
        if previous.seed != proposal.golden.seed {
            lines.append("seed          \(previous.seed) → \(proposal.golden.seed)")
        }
        return lines + changes(previous.experiment, proposal.golden.experiment, path: "")
    }

    private static func changes(_ old: JSONValue?, _ new: JSONValue?, path: String) -> [String] {
        if old == new { return [] }
        if let before = old?.members, let after = new?.members {
            var keys = before.map(\.key)
            for member in after where !keys.contains(member.key) { keys.append(member.key) }
            return keys.flatMap { changes(old?[$0], new?[$0], path: path.isEmpty ? $0 : path + "." + $0) }
        }
        func text(_ value: JSONValue?) -> String {
            guard let text = value?.text(.compact) else { return "absent" }
            return text.count > 40 ? text.prefix(40) + "…" : text
        }
        return ["\(path.padded(13)) \(text(old)) → \(text(new))"]
    }
}
