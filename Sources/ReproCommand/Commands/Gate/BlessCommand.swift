import Foundation
import Repro

/// `repro bless`: the only writer of goldens.
enum BlessCommand: Command {
    static let specification = CommandSpecification(
        name: "bless", summary: "Makes goldens of what this build gives; shows old → new first",
        operands: "[EXPERIMENT…]",
        options: [
            .option("reason", "TEXT", "why; recorded in the golden"),
            .option("config", "FILE", "an experiment of your own (may be repeated)", repeats: true),
            .option("seed", "N", "for goldens that do not exist yet"),
            .goldens,
            .option("by", "NAME", "who blesses (default: git's user.name)"),
            .flag("yes", "do not ask; needed where there is no terminal"),
            .flag("tensors", "only keep the tensors of goldens that this build reproduces"),
            .option("perturb", "FAULT", "always refused: a planted fault must not become a golden"),
        ],
        notes: [
            "Without EXPERIMENT and --config: every golden of the folder. Refuses where CI or a service's own variable is set, if only to nothing.",
            "Beside NAME.json, NAME.safetensors keeps the tensors that a golden lists, where they take at most "
                + "\(GoldenTensors.greatestByteCount >> 20) MiB,",
            "so that a check can show the first element that differs. They never decide; --tensors adds them to older goldens.",
        ], formats: [.text])

    /// An experiment to bless, and the folder that its paths are relative to.
    private typealias Candidate = (experiment: Experiment, seed: UInt64, base: String)

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        if arguments.has("perturb") {
            throw usage("bless refuses --perturb: a planted fault must not become a golden")
        }
        if let variable = context.serviceVariable {
            throw CommandLineError(
                message:
                    "bless refuses to run where \(variable) is set: a golden is vouched for by a person, at their own machine",
                code: .unavailable)
        }
        if arguments.has("tensors") { return try keepTensors(context) }
        guard let reason = arguments.value("reason"), reason.contains(where: { $0 != " " }) else {
            throw usage("--reason TEXT is needed: say which arithmetic changed, and why")
        }
        let isAnswered = arguments.has("yes")
        if !isAnswered && (isatty(0) == 0 || isatty(1) == 0) {
            throw usage("no terminal to ask on; give --yes if the change is meant")
        }
        let engine = try context.engine()
        let folder = GoldenFolder(path: arguments.value("goldens") ?? "Goldens")
        let candidates = try candidates(context, folder)
        let blessing = Blessing(folder: folder, engine: engine, by: try author(arguments), reason: reason)

        var proposals: [Blessing.Proposal] = []
        for (experiment, seed, base) in candidates {
            let proposal = try blessing.proposal(
                for: experiment, seed: seed, base: base, onProgress: context.messages.runProgress(experiment.name))
            context.messages.clear()
            try context.write(lines(proposal))
            proposals.append(proposal)
        }
        let changed = proposals.filter {
            $0.previous?.root != $0.golden.root || $0.previous?.experiment != $0.golden.experiment
        }
        guard !changed.isEmpty else {
            if folder.isHalfDone { try commit([], to: folder, context) }
            try Output.write(["nothing to bless: every golden is reproduced"])
            return .success
        }
        if !isAnswered {
            let goldens = "\(changed.count) golden\(changed.count == 1 ? "" : "s")"
            try Output.write("\nWrite \(goldens) to \(folder.path)? [y/N] " as Escaped<Terminal>)
            guard let answer = readLine(), answer == "y" || answer == "yes" else {
                try Output.write(["nothing was written"])
                return .success
            }
        }
        try commit(changed.map(\.change), to: folder, context)
        try Output.write(["wrote \(changed.map(\.golden.name.text).joined(separator: ", ")) to \(folder.path)"])
        return .success
    }

    /// Writes goldens, and tells what was broken or half-done and has been put right.
    static func commit(_ changes: [GoldenChange], to folder: GoldenFolder, _ context: Context) throws {
        for remark in try context.interruption.protected({ try folder.commit(changes) }) {
            context.messages.remark(remark)
        }
    }

    private static func candidates(_ context: Context, _ folder: GoldenFolder) throws -> [Candidate] {
        let arguments = context.arguments
        let seed = try arguments.seed()
        var candidates: [Candidate] = []
        func add(_ experiment: Experiment, _ known: UInt64?, base: String) throws {
            guard let seed = seed ?? known else {
                throw usage("'\(experiment.name)' has no golden yet, so --seed N is needed")
            }
            guard !candidates.contains(where: { $0.experiment.name == experiment.name }) else {
                throw usage("'\(experiment.name)' is named twice")
            }
            candidates.append((experiment, seed, base))
        }
        for path in arguments.allValues("config") {
            let (experiment, configured, base) = try Context.configuration(path)
            for remark in experiment.ineffectiveOptions { context.messages.remark("without effect: " + remark) }
            for data in experiment.data.paths where data.hasPrefix("/") {
                context.messages.remark(
                    "\(data) is named relative to the golden; keep it in the repository if other machines are to check it"
                )
            }
            try add(experiment, configured ?? folder.origin(of: experiment.name)?.seed, base: base)
        }
        var names = arguments.operands
        if names.isEmpty && candidates.isEmpty {
            // A manifest that cannot be read is made anew of what lies there.
            names = try (try? folder.claimedNames().map(\.text)) ?? folder.fileNames().filter { GoldenName($0) != nil }
            if names.isEmpty { names = Experiment.shipped.map(\.name) }
        }
        for name in names {
            let golden = folder.origin(of: name)
            if let experiment = Experiment.shipped(named: name) {
                try add(experiment, golden?.seed, base: ".")
            } else if let golden {
                let experiment = try folder.experiment(golden.experiment, named: name)
                try add(experiment, golden.seed, base: folder.path)
            } else {
                _ = try context.shippedExperiment(name)
            }
        }
        return candidates
    }

    private static func author(_ arguments: Arguments) throws -> String {
        if let name = arguments.value("by"), !name.isEmpty { return name }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "config", "user.name"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        if (try? process.run()) != nil {
            let data = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            let name = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if process.terminationStatus == 0, !name.isEmpty { return name }
        }
        throw usage("git names no user.name; say who blesses with --by NAME")
    }

    /// What a proposal moves: the root, stages, where the drift begins, the seed and options.
    private static func lines(_ proposal: Blessing.Proposal) -> [StyledText] {
        let golden = proposal.golden
        let old = proposal.previous?.root.abbreviated ?? "none"
        let moved = proposal.previous?.root != golden.root
        let change = moved ? "\(old) → \(golden.root.abbreviated)" : "\(old), unchanged"
        var lines: [StyledText] = ["\(golden.name.text.padded(20))\(change)  seed \(golden.seed)"]
        guard let previous = proposal.previous else { return lines }
        if moved {
            let before = previous.stages
            for (index, stage) in golden.stages.enumerated() where !stage.isStep {
                let was = index < before.count && before[index].name == stage.name ? before[index].digest : nil
                if was == stage.digest { continue }
                lines.append(.row(stage.name, "\(was?.abbreviated ?? "none") → \(stage.digest.abbreviated)"))
            }
            lines += proposal.drift.map(DriftText.lines) ?? []
        }
        let conditions = ConditionComparison([previous.conditions, golden.conditions])
        let changed = ([conditions.seed] + conditions.options).filter(\.differs)
        return lines + changed.map { "  \(ConditionText.line($0, width: 13))" }
    }
}
