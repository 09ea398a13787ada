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
            try arguments.specification.hasOwnFormats
            ? .text
            : arguments.choice("format", arguments.specification.formats.map(\.rawValue)).flatMap(
                Format.init(rawValue:)) ?? .text
        messages = Messages(isQuiet: arguments.has("quiet"))
        palette = Palette(noColor: arguments.has("no-color"))
    }

    /// Where GitHub wants a summary of the step appended; nil elsewhere.
    var stepSummary: String? { environment["GITHUB_STEP_SUMMARY"].flatMap { $0.isEmpty ? nil : $0 } }

    /// The folder that a service checked the repository out to: the one that GitHub names, else the nearest that git keeps; nil
    /// where there is none.
    var checkout: String? {
        if let path = environment["GITHUB_WORKSPACE"], !path.isEmpty { return path }
        // Empty where the directory was removed.
        var folder = FileManager.default.currentDirectoryPath
        while folder.hasPrefix("/"), folder != "/" {
            if Paths.isFolder(folder + "/.git") != nil { return folder }
            folder = (folder as NSString).deletingLastPathComponent
        }
        return nil
    }

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

    /// An option's value, or that of the variable which stands for it where it is absent, and what to call it in a message.
    func setting(_ option: String, variable: String) -> (value: String?, name: String) {
        if let value = arguments.value(option) { return (value, "--\(option)") }
        return (environment[variable].flatMap { $0.isEmpty ? nil : $0 }, variable)
    }

    func threads() throws -> Int {
        let (text, name) = setting("threads", variable: "REPRO_THREADS")
        let range = 1...Context.greatestThreadCount
        if let text { return try Arguments.integer(text, name, in: range) }
        return min(ProcessInfo.processInfo.activeProcessorCount, Context.greatestThreadCount)
    }

    func kernelPath() throws -> KernelPath {
        let names = ["auto"] + KernelPath.allCases.map(\.rawValue)
        var name = try arguments.choice("kernels", names)
        if name == nil, let text = setting("kernels", variable: "REPRO_KERNELS").value {
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
