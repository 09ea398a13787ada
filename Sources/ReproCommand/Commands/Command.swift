import Repro

/// A command of `repro`: what it takes, for parsing, for help and for completion, and what it does.
protocol Command {
    static var specification: CommandSpecification { get }
    static func run(_ context: Context) throws -> ExitCode
}

/// Every command, in the order of the help. A new command is a file with a type that conforms to ``Command``, and its line here.
var commands: [any Command.Type] {
    [
        RunCommand.self, ResumeCommand.self, PredictCommand.self, EvaluateCommand.self,
        VerifyCommand.self, DisputeCommand.self,
        CheckCommand.self,
        ReviewCommand.self,
        BlessCommand.self,
        RetireCommand.self,
        DiffCommand.self,
        BisectCommand.self,
        SweepCommand.self,
        ReportCommand.self,
        MatrixCommand.self,
        AuditCommand.self,
        ListCommand.self,
        InferCommand.self,
        BenchCommand.self,
        RandomCommand.self,
        TableCommand.self,
        ConformanceCommand.self,
        DoctorCommand.self,
        CompletionCommand.self,
        ManualCommand.self,
    ]
}
