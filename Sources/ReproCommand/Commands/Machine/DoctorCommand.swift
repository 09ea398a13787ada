import Repro

/// `repro doctor`: what this machine and this build can do, and whether anything stands in the way.
enum DoctorCommand: Command {
    static let specification = CommandSpecification(
        name: "doctor", summary: "Shows processor, kernels, floating-point environment, known answers and build",
        operands: "",
        options: [])

    static func run(_ context: Context) throws -> ExitCode {
        let engine = try context.engine()
        let environment = RunEnvironment(engine: engine)
        let faults = FloatingPointEnvironment.faults()
        let changes = ValueChangingOptimizations.faults()
        let paths = KernelPath.allCases.map { path -> JSONValue in
            ["name": path.rawValue, "compiled": path.isCompiled, "supported": path.isSupported]
        }
        let facts = environment.facts.map { "\($0.name.padded(16))\($0.value)" as StyledText }
        let kernels = KernelPath.allCases.map { path -> StyledText in
            let state = path.isSupported ? "runs here" : path.isCompiled ? "processor lacks it" : "other architecture"
            let chosen = path == engine.kernels.path ? "  ← used" : ""
            return "\("kernels \(path.rawValue)".padded(20))\(state)\(chosen)"
        }
        let health = faults.isEmpty ? "as the contract wants it" : faults.joined(separator: "; ")
        let answers =
            changes.isEmpty
            ? "as IEEE 754 fixes them"
            : changes.joined(separator: "; ") + "; build again without -ffast-math, its parts and -ffp-contract=fast"
        try context.answer(
            [
                "environment": environment, "kernels": paths, "floatingPointFaults": faults,
                "valueChangingOptimizations": changes,
            ],
            facts + [""] + kernels + ["", "floating point  \(health)", "known answers   \(answers)"])
        return faults.isEmpty && changes.isEmpty ? ExitCode.success : ExitCode.unavailable
    }
}
