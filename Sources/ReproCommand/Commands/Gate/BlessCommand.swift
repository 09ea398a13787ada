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
            .option("seed", "N", "0 … 2^64−1; needed for goldens that do not exist yet"),
            .goldens,
            .option("by", "NAME", "who blesses (default: git's user.name)"),
            .flag("yes", "do not ask; needed where there is no terminal"),
            .flag("tensors", "only keep the tensors of goldens that this build reproduces, large ones too"),
            .option("perturb", "FAULT", "always refused: a planted fault must not become a golden"),
        ],
        notes: [
            "Without EXPERIMENT and --config: every golden of the folder. Refuses where CI or a service's own variable is set, if only to nothing.",
            "A golden names the config file that it was made of: `repro bless NAME` takes up what the file says now.",
            "Beside NAME.json, NAME.safetensors keeps the tensors that a golden lists, so that a check can show the first element",
            "that differs: without being asked up to \(GoldenTensors.smallByteCount >> 10) KiB, with --tensors up to "
                + "\(GoldenTensors.greatestByteCount >> 20) MiB. They never decide.",
        ], formats: [.text])

    /// An experiment to bless, as it is now.
    private typealias Candidate = (definition: ExperimentDefinition, seed: UInt64)

    static func run(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        if arguments.has("perturb") {
            throw usage("bless refuses --perturb: a planted fault must not become a golden")
        }
        try verifyPerson(context)
        if arguments.has("tensors") { return try keepTensors(context) }
        let reason = try reason(arguments, for: "which arithmetic changed")
        let engine = try context.engine()
        let folder = GoldenFolder(path: arguments.value("goldens") ?? "Goldens")
        let candidates = try candidates(context, folder)
        let blessing = Blessing(folder: folder, engine: engine, by: try author(arguments), reason: reason)

        var proposals: [Blessing.Proposal] = []
        for (definition, seed) in candidates {
            let proposal: Blessing.Proposal
            do {
                proposal = try blessing.proposal(
                    for: definition, seed: seed,
                    onProgress: context.messages.runProgress(definition.experiment.name))
            } catch  where candidates.count > 1 {
                // Of several it has to be said which.
                let place = definition.config ?? definition.experiment.name
                let text = message(of: error)
                throw CommandLineError(
                    message: text.hasPrefix(place) ? text : "\(place): \(text)", code: ExitCode(of: error))
            }
            context.messages.clear()
            let text = ProposalText(
                golden: proposal.golden, previous: proposal.previous, fault: proposal.previousFault,
                drift: proposal.drift)
            try context.write([text.title] + text.rows.flatMap { $0.lines() })
            proposals.append(proposal)
        }
        let changed = proposals.filter(\.isChange)
        guard !changed.isEmpty else {
            if folder.isHalfDone { try commit([], to: folder, context) }
            try Output.write(["nothing to bless: every golden is reproduced"])
            return .success
        }
        let goldens = "\(changed.count) golden\(changed.count == 1 ? "" : "s")"
        guard try agrees("Write \(goldens) to \(folder.path)?", arguments) else {
            try Output.write(["nothing was written"])
            return .success
        }
        try commit(changed.map(\.change), to: folder, context)
        try Output.write(["wrote \(changed.map(\.golden.name.text).joined(separator: ", ")) to \(folder.path)"])
        return .success
    }

    /// Refuses where a service runs the command: who changes goldens is a person.
    ///
    /// - Throws: `CommandLineError`, 69.
    static func verifyPerson(_ context: Context) throws {
        guard let variable = context.serviceVariable else { return }
        throw CommandLineError(
            message:
                "\(context.arguments.specification.name) refuses to run where \(variable) is set: a golden is vouched for by "
                + "a person, at their own machine", code: .unavailable)
    }

    /// `--reason`; and makes sure that somebody can be asked, or has agreed.
    ///
    /// - Throws: `CommandLineError`, 64.
    static func reason(_ arguments: Arguments, for what: String) throws -> String {
        guard let reason = arguments.value("reason"), reason.contains(where: { $0 != " " }) else {
            throw usage("--reason TEXT is needed: say \(what), and why")
        }
        if !arguments.has("yes") && (isatty(0) == 0 || isatty(1) == 0) {
            throw usage("no terminal to ask on; give --yes if the change is meant")
        }
        return reason
    }

    /// Asks, unless --yes has answered.
    static func agrees(_ question: String, _ arguments: Arguments) throws -> Bool {
        if arguments.has("yes") { return true }
        try Output.write("\n\(question) [y/N] " as Escaped<Terminal>)
        let answer = readLine()
        return answer == "y" || answer == "yes"
    }

    /// Writes goldens and takes out others, and tells what was broken or half-done and has been put right.
    static func commit(
        _ changes: [GoldenChange], retiring retirements: [GoldenRetirement] = [], to folder: GoldenFolder,
        _ context: Context
    ) throws {
        for remark in try context.interruption.protected({ try folder.commit(changes, retiring: retirements) }) {
            context.messages.remark(remark)
        }
        for file in folder.filesThatGitMayTurn(of: changes.map(\.golden)) {
            func fromHere(_ path: String) -> String { Paths.relative(path, from: ".") }
            context.messages.remark(
                "\(fromHere(file.path)): its bytes are hashed, and git may turn its line endings in a checkout; add to "
                    + "\(fromHere(Paths.folder(of: file.path) + "/.gitattributes")): \(file.line)")
        }
    }

    private static func candidates(_ context: Context, _ folder: GoldenFolder) throws -> [Candidate] {
        let arguments = context.arguments
        let seed = try arguments.seed()
        var candidates: [Candidate] = []
        func add(_ definition: ExperimentDefinition, _ known: UInt64?) throws {
            let name = definition.experiment.name
            let place = definition.config.map { "\($0): " } ?? ""
            if let own = definition.seed, let seed, seed != own {
                throw usage(
                    "\(definition.config ?? name) asks for seed \(own), and --seed for \(seed); change the file, or leave --seed away"
                )
            }
            guard let seed = seed ?? definition.seed ?? known else {
                throw usage("\(place)'\(name)' has no golden yet, so --seed N is needed")
            }
            guard !candidates.contains(where: { $0.definition.experiment.name == name }) else {
                throw usage("\(place)'\(name)' is named twice")
            }
            candidates.append((definition, seed))
        }
        for path in arguments.allValues("config") {
            let definition = try ExperimentDefinition(config: path)
            let experiment = definition.experiment
            for remark in experiment.ineffectiveOptions { context.messages.remark("without effect: " + remark) }
            for data in experiment.paths where data.hasPrefix("/") {
                context.messages.remark(
                    "\(data) is named relative to the golden; keep it in the repository if other machines are to check it"
                )
            }
            try add(definition, folder.origin(of: experiment.name)?.seed)
        }
        var names = arguments.operands
        if names.isEmpty && candidates.isEmpty {
            // A manifest that cannot be read is made anew of what lies there.
            names = try (try? folder.claimedNames().map(\.text)) ?? folder.fileNames().filter { GoldenName($0) != nil }
            if names.isEmpty { names = Experiment.shipped.map(\.name) }
        }
        for name in names {
            let golden = folder.origin(of: name)
            if let config = golden?.config {
                try add(try definition(Paths.resolve(config, against: folder.path), of: name), golden?.seed)
            } else if let experiment = Experiment.shipped(named: name) {
                try add(ExperimentDefinition(experiment), golden?.seed)
            } else if let json = golden?.experiment {
                let experiment = try folder.experiment(json, named: name)
                try add(ExperimentDefinition(experiment, base: folder.path), golden?.seed)
            } else if let golden {
                throw usage(
                    "the golden '\(name)' is gone, and nothing else says what it computed; restore it from version control, bless "
                        + "it with --config FILE --seed \(golden.seed), or let `repro retire \(Text.shellWord(name))"
                        + "\(folder.option) --reason TEXT` take it out of \(GoldenFolder.indexName)")
            } else {
                _ = try context.shippedExperiment(name)
            }
        }
        return candidates
    }

    /// The experiment of a golden as its config file says now.
    private static func definition(_ config: String, of name: String) throws -> ExperimentDefinition {
        let definition = try ExperimentDefinition(config: config)
        guard Text.areSame(definition.experiment.name, name) else {
            throw usage(
                "\(config), which the golden '\(name)' was made of, calls its experiment '\(definition.experiment.name)'; "
                    + "bless that with --config \(config), or take the name back")
        }
        return definition
    }

    static func author(_ arguments: Arguments) throws -> String {
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
}
