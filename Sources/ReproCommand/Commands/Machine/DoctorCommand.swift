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
            let paths = KernelPath.allCases.map { path in
                JSONValue.object([
                    .init("name", .string(path.rawValue)), .init("compiled", .bool(path.isCompiled)),
                    .init("supported", .bool(path.isSupported)),
                ])
            }
            try context.print(
                .object([
                    .init("schema", .number(ReproVersion.schema)), .init("environment", environment.json),
                    .init("kernels", .array(paths)), .init("floatingPointFaults", .array(faults.map { .string($0) })),
                ]))
        } else {
            for (name, value) in environment.members {
                try Output.line(name.padded(16) + (value.string ?? value.text(.compact)))
            }
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
