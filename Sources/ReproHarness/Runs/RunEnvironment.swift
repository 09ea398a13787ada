import Foundation
import ReproFormats
import ReproNumerics
import ReproVerification

/// Where a run took place: recorded beside the digests, never in one.
public struct RunEnvironment: Sendable, Equatable, JSONRepresentable {
    /// The kernels that computed.
    public let kernels: String
    /// How many threads computed.
    public let threads: Int
    /// The processor's own name.
    public let processor: String
    /// `x86_64`, `aarch64` or `other`.
    public let architecture: String
    /// The operating system's name and version.
    public let system: String
    /// The version of Swift that compiled the program, as far as it can tell.
    public let compiler: String
    /// `debug` or `release`.
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

    public var json: JSONValue {
        [
            "kernels": kernels, "threads": threads, "processor": processor, "architecture": architecture,
            "system": system, "compiler": compiler, "configuration": configuration,
            "release": ReproVersion.release, "contract": ReproVersion.contract,
        ]
    }

    /// Each of the facts in words, in their order.
    public var facts: [(name: String, value: String)] {
        (json.members ?? []).map { ($0.key, $0.value.string ?? $0.value.text(.compact)) }
    }
}
