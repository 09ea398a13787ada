import Repro

/// `repro doctor`: what this machine and this build can do, and whether anything stands in the way.
enum DoctorCommand: Command {
    static let specification = CommandSpecification(
        name: "doctor", summary: "Shows processor, kernels, floating-point environment and build", operands: "",
        options: [])

    static func run(_ context: Context) throws -> ExitCode {
        let engine = try context.engine()
        let environment = RunEnvironment(engine: engine)
        let faults = FloatingPointEnvironment.faults()
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
        try context.answer(
            ["environment": environment, "kernels": paths, "floatingPointFaults": faults],
            facts + [""] + kernels + ["", "floating point  \(health)"])
        return faults.isEmpty ? ExitCode.success : ExitCode.unavailable
    }
}
