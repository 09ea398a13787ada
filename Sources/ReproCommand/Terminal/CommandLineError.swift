import Repro

/// A command that cannot go on: what to say, and the exit code of sysexits.h.
struct CommandLineError: Error {
    let message: String
    let code: Int32

    static func usage(_ message: String) -> CommandLineError { CommandLineError(message: message, code: 64) }
}

/// Exit codes by what went wrong.
enum ExitCode {
    static let success: Int32 = 0
    static let usage: Int32 = 64
    static let badData: Int32 = 65
    static let unavailable: Int32 = 69
    static let software: Int32 = 70
    static let inputOutput: Int32 = 74
    static let interrupted: Int32 = 130

    static func of(_ error: any Error) -> Int32 {
        switch error {
        case let error as CommandLineError: error.code
        case let error as FormatError: error.category.rawValue
        case is KernelUnavailable, is ThreadsUnavailable, is FloatingPointFault: unavailable
        case is NotFiniteError: Verdict.notFinite("").exitCode
        case is GoldenFault: Verdict.notJudged("").exitCode
        case is Blessing.NotReproducible: 3
        case is TensorKeeping.NotReproduced: 1
        case is PerturbationError, is StageNeverReached: usage
        case is ExperimentError, is ParameterKeyCollision: badData
        default: software
        }
    }

    static func message(_ error: any Error) -> String {
        switch error {
        case let error as CommandLineError: error.message
        case let error as NotFiniteError where error.stage.hasSuffix(".npy") || error.stage.hasSuffix(".safetensors"):
            "\(error); look at how the file was made"
        case is NotFiniteError:
            "\(error); lower training.learningRate or set training.clipNorm, and see `repro run --trace stage`"
        default: "\(error)"
        }
    }
}
