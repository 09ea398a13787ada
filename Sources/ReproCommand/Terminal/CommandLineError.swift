import Repro

/// A command that cannot go on: what to say, and the exit code.
struct CommandLineError: Error {
    let message: String
    let code: ExitCode
}

/// A command line that cannot be carried out: exit code 64.
func usage(_ message: String) -> CommandLineError { CommandLineError(message: message, code: .usage) }

extension ExitCode {
    /// The exit code of what went wrong.
    init(of error: any Error) {
        self =
            switch error {
            case let error as CommandLineError: error.code
            case let error as FormatError: error.category.exitCode
            case is KernelUnavailable, is ThreadsUnavailable, is FloatingPointFault: .unavailable
            case is NotFiniteError: .notFinite
            case is GoldenFault, is GoldenBaseline.Unreadable, is FileSnapshot.Changed, is Review.Outdated,
                is Dispute.NotComparable:
                .notJudged
            case is Blessing.NotReproducible: .notReproducible
            case is GoldenCheck.NotReproduced, is CommittedRun.Forgery: .drift
            case is PerturbationError, is StageNeverReached: .usage
            case is ExperimentError, is ParameterKeyCollision, is GoldenName.Unfit, is ResumptionError: .badData
            default: .software
            }
    }
}

/// What is said of an error, and what to do next.
func message(of error: any Error) -> String {
    switch error {
    case let error as CommandLineError: error.message
    case let error as NotFiniteError:
        if case .file = error.place {
            "\(error); look at how the file was made"
        } else {
            "\(error); lower training.learningRate or set training.clipNorm, and see `repro run --trace stage`"
        }
    default: "\(error)"
    }
}
