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
        if context.format == .json {
            let paths = KernelPath.allCases.map { path -> JSONValue in
                ["name": path.rawValue, "compiled": path.isCompiled, "supported": path.isSupported]
            }
            try context.print([
                "schema": ReproVersion.schema, "environment": environment, "kernels": paths,
                "floatingPointFaults": faults,
            ])
        } else {
            for (name, value) in environment.facts { try Output.line(name.padded(16) + value) }
            try Output.line()
            for path in KernelPath.allCases {
                let state =
                    path.isSupported ? "runs here" : path.isCompiled ? "processor lacks it" : "other architecture"
                let chosen = path == engine.kernels.path ? "  ← used" : ""
                try Output.line(("kernels " + path.rawValue).padded(20) + state + chosen)
            }
            try Output.line()
            try Output.line(
                "floating point".padded(16)
                    + (faults.isEmpty ? "as the contract wants it" : faults.joined(separator: "; ")))
        }
        return faults.isEmpty ? ExitCode.success : ExitCode.unavailable
    }
}
