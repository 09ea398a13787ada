import Foundation
import Repro

/// What every command needs: its arguments, the engine that they ask for, and where to talk.
struct Context {
    static let greatestThreadCount = 1024

    let arguments: Arguments
    let format: Format
    let messages: Messages
    let palette: Palette
    let interruption: Interruption
    private let environment = ProcessInfo.processInfo.environment

    init(_ arguments: Arguments, _ interruption: Interruption) throws {
        self.arguments = arguments
        self.interruption = interruption
        format =
            try arguments.choice("format", arguments.specification.formats.map(\.rawValue)).flatMap(
                Format.init(rawValue:)) ?? .text
        messages = Messages(isQuiet: arguments.has("quiet"))
        palette = Palette(noColor: arguments.has("no-color"))
    }

    /// Where GitHub wants a summary of the step appended; nil elsewhere.
    var stepSummary: String? { environment["GITHUB_STEP_SUMMARY"].flatMap { $0.isEmpty ? nil : $0 } }

    /// The variable by which a service for continuous integration is known, whatever its value; nil elsewhere.
    var serviceVariable: String? {
        let names = [
            "CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITEA_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD",
            "CIRCLECI",
            "TRAVIS", "APPVEYOR", "JENKINS_URL", "TEAMCITY_VERSION", "BITBUCKET_BUILD_NUMBER", "CODEBUILD_BUILD_ID",
            "DRONE",
            "SEMAPHORE", "CIRRUS_CI", "WOODPECKER", "bamboo_buildKey",
        ]
        return names.first { environment[$0] != nil }
    }

    func threads() throws -> Int {
        let range = 1...Context.greatestThreadCount
        if let count = try arguments.integer("threads", in: range) { return count }
        if let text = environment["REPRO_THREADS"], !text.isEmpty {
            return try Arguments.integer(text, "REPRO_THREADS", in: range)
        }
        return min(ProcessInfo.processInfo.activeProcessorCount, Context.greatestThreadCount)
    }

    func kernelPath() throws -> KernelPath {
        let names = ["auto"] + KernelPath.allCases.map(\.rawValue)
        var name = try arguments.choice("kernels", names)
        if name == nil, let text = environment["REPRO_KERNELS"], !text.isEmpty {
            guard names.contains(text) else {
                throw usage("REPRO_KERNELS is '\(text)'; valid: \(names.joined(separator: ", "))")
            }
            name = text
        }
        return name.flatMap(KernelPath.init(rawValue:)) ?? .best
    }

    /// Refuses what `engine` would, without starting a thread: for commands that compute nothing.
    func verifyEngineOptions() throws {
        _ = try threads()
        _ = try kernelPath().kernels()
    }

    func engine() throws -> Engine { try Engine(path: try kernelPath(), threads: try threads()) }

    /// Prints a result: for programs as JSON, with the version of its layout, else in lines.
    func answer(_ json: @autoclosure () -> JSONValue, _ lines: @autoclosure () -> [StyledText]) throws {
        if format == .json { return try print((["schema": ReproVersion.schema] as JSONValue).adding(json())) }
        try write(lines())
    }

    func print(_ json: JSONValue) throws { try Output.write(Escaped(json)) }
}
