import Foundation
import ReproFormats
import ReproNumerics
import ReproVerification

/// Where a run took place: recorded beside the digests, never in one.
public struct RunEnvironment: Sendable, Equatable {
    public let kernels: String
    public let threads: Int
    public let processor: String
    public let architecture: String
    public let system: String
    public let compiler: String
    public let configuration: String

    public init(engine: Engine) {
        kernels = engine.kernels.path.rawValue
        threads = engine.workers.count
        processor = Processor.name
        #if arch(x86_64)
            architecture = "x86_64"
        #elseif arch(arm64)
            architecture = "aarch64"
        #else
            architecture = "other"
        #endif
        system = ProcessInfo.processInfo.operatingSystemVersionString
        #if compiler(>=6.3)
            compiler = "Swift 6.3 or later"
        #elseif compiler(>=6.2)
            compiler = "Swift 6.2"
        #elseif compiler(>=6.1)
            compiler = "Swift 6.1"
        #else
            compiler = "Swift 6.0"
        #endif
        #if DEBUG
            configuration = "debug"
        #else
            configuration = "release"
        #endif
    }

    public var members: [(name: String, value: JSONValue)] {
        [
            ("kernels", .string(kernels)), ("threads", .number(threads)), ("processor", .string(processor)),
            ("architecture", .string(architecture)), ("system", .string(system)), ("compiler", .string(compiler)),
            ("configuration", .string(configuration)), ("release", .string(ReproVersion.release)),
            ("contract", .number(ReproVersion.contract)),
        ]
    }

    public var json: JSONValue { .object(members.map { .init($0.name, $0.value) }) }
}
