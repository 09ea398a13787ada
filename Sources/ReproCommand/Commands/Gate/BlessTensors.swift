import Repro

/// `repro bless --tensors`: gives goldens that stand as they are the tensors that explain a drift. Vouches for nothing new, so
/// it neither asks nor wants a reason, and changes no byte of a golden or of the index.
extension BlessCommand {
    static func keepTensors(_ context: Context) throws -> ExitCode {
        let arguments = context.arguments
        if let option = ["config", "seed", "reason", "by"].first(where: arguments.has) {
            throw usage(
                "--tensors changes no golden, so --\(option) says nothing; a new golden gets its tensors by itself")
        }
        let engine = try context.engine()
        let folder = GoldenFolder(path: arguments.value("goldens") ?? "Goldens")
        let keeping = GoldenCheck(folder: folder, engine: engine)
        let names = try arguments.operands.isEmpty ? folder.claimedNames().map(\.text) : arguments.operands
        guard !names.isEmpty else {
            throw CommandLineError(
                message: "'\(folder.path)' holds no golden to keep tensors for; `repro bless` makes them",
                code: .notJudged)
        }
        var kept: [(golden: Golden, tensors: [KeptTensor]?)] = []
        for name in names {
            kept.append(try keeping.tensors(of: name, onProgress: context.messages.runProgress(name)))
            context.messages.clear()
        }
        try commit(kept.map { GoldenChange(tensors: $0.tensors, of: $0.golden) }, to: folder, context)
        for (golden, tensors) in kept {
            let text =
                tensors.map { "\($0.count) tensors in \(folder.tensorPath(of: golden.name))" }
                ?? "not kept: its tensors take more than \(GoldenTensors.greatestByteCount >> 20) MiB"
            try Output.write([golden.name.text.padded(20) + text])
        }
        return .success
    }
}
