import Foundation
import Repro
import ReproTestSupport
import Testing

/// The built command, run in processes of its own.
enum Built {
    /// The command beside the test bundle, or where the bundle's folders are nested above it; nil where it is not built.
    static let path: String? = {
        let words = CommandLine.arguments
        var starts = [words.first ?? ""]
        if let option = words.firstIndex(of: "--test-bundle-path"), option + 1 < words.count {
            starts.insert(words[option + 1], at: 0)
        }
        for start in starts {
            var folder = URL(fileURLWithPath: start).resolvingSymlinksInPath().deletingLastPathComponent()
            for _ in 0..<5 {
                let candidate = folder.appendingPathComponent("repro").path
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue,
                    FileManager.default.isExecutableFile(atPath: candidate)
                {
                    return candidate
                }
                folder.deleteLastPathComponent()
            }
        }
        return nil
    }()

    static var exists: Bool { path != nil }
    static let absence: Comment = "no `repro` beside the tests; build it: swift build -c release --build-tests"

    /// The package's folder.
    static let package = URL(fileURLWithPath: #filePath + "/../../../..").standardizedFileURL.path
}

/// How a process ended and what it printed.
struct Ending: CustomStringConvertible {
    let code: Int32
    /// Whether a signal ended it; `code` is then the signal.
    let isSignal: Bool
    let out: String
    let err: String

    var description: String {
        "\(isSignal ? "signal" : "exit") \(code)\nstdout: \(out.prefix(3000))\nstderr: \(err.prefix(3000))"
    }

    func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        do {
            return try JSONValue.parse(Array(out.utf8), path: "stdout")
        } catch {
            Issue.record("no JSON: \(error)\n\(self)", sourceLocation: sourceLocation)
            throw error
        }
    }
}

struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// A folder of its own for a test, and processes that start in it.
struct Workplace {
    let path: String

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func write(_ name: String, _ text: String) throws { try write(name, bytes: Array(text.utf8)) }

    func write(_ name: String, bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: self(name))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: self(name)))) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self(name)) }

    /// Every file below a folder, hidden ones too, with its bytes.
    func contents(_ name: String = "") throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for file in try FileManager.default.subpathsOfDirectory(atPath: self(name)) {
            var isFolder: ObjCBool = false
            let whole = self(name) + "/" + file
            _ = FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder)
            contents[file] = isFolder.boolValue ? [] : try Array(Data(contentsOf: URL(fileURLWithPath: whole)))
        }
        return contents
    }

    /// Runs `repro`.
    func repro(
        _ arguments: String..., environment: [String: String] = [:], in folder: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Ending {
        let command = try #require(Built.path, Built.absence, sourceLocation: sourceLocation)
        return try run([command] + arguments, environment: environment, in: folder)
    }

    /// Runs `repro` with words that a test puts together; audits take long.
    func repro(
        words: [String], environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Ending {
        let command = try #require(Built.path, Built.absence, sourceLocation: sourceLocation)
        return try run([command] + words, environment: environment, seconds: 300)
    }

    /// Runs a script in bash, with `repro` on the path.
    func bash(_ script: String, _ arguments: String..., in folder: String = "") throws -> Ending {
        try run(["/bin/bash", "-c", script, "bash"] + arguments, environment: [:], in: folder)
    }

    /// By which services say that it is they who run a command.
    static let serviceVariables = [
        "CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITEA_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD",
        "CIRCLECI",
        "TRAVIS", "APPVEYOR", "JENKINS_URL", "TEAMCITY_VERSION", "BITBUCKET_BUILD_NUMBER", "CODEBUILD_BUILD_ID",
        "DRONE",
        "SEMAPHORE", "CIRRUS_CI", "WOODPECKER", "bamboo_buildKey",
    ]

    /// The environment of every process: nothing of the caller's that steers `repro`, and the command first on the path.
    private func environment(_ more: [String: String]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { key, _ in
            !Workplace.serviceVariables.contains(key) && key != "TERM" && key != "NO_COLOR" && !key.hasPrefix("REPRO_")
                && !key.hasPrefix("GIT")
        }
        environment["HOME"] = path
        let folder = URL(fileURLWithPath: Built.path ?? "/").deletingLastPathComponent().path
        environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        return environment.merging(more) { $1 }
    }

    /// Runs a program to its end, or for `seconds`; on a terminal where one is given, which then has the output.
    func run(
        _ words: [String], environment: [String: String] = [:], in folder: String = "", seconds: Double = 60,
        on terminal: FileHandle? = nil,
        whileRunning: (_ process: Process, _ out: () throws -> String) throws -> Void = { _, _ in }
    ) throws -> Ending {
        // Files, not pipes: a full pipe would stop the process, and a reader of it would not see the end.
        let captures = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: captures, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: captures) }
        func capture(_ name: String) throws -> FileHandle {
            let url = captures.appendingPathComponent(name)
            try Data().write(to: url)
            return try FileHandle(forWritingTo: url)
        }
        func captured(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: captures.appendingPathComponent(name)), as: UTF8.self)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = self.environment(environment)
        process.currentDirectoryURL = URL(fileURLWithPath: folder.hasPrefix("/") ? folder : self(folder))
        process.standardInput = terminal ?? FileHandle.nullDevice
        let handles = [try capture("out"), try capture("err")]
        // A process that ended keeps its handles for as long as the tests run: hundreds of them would be open at once.
        defer { for handle in handles { try? handle.close() } }
        process.standardOutput = terminal ?? handles[0]
        process.standardError = terminal ?? handles[1]
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        do {
            try whileRunning(process) { try captured("out") }
        } catch {
            kill(process.processIdentifier, SIGKILL)
            throw error
        }
        guard ended.wait(timeout: .now() + seconds) == .success else {
            kill(process.processIdentifier, SIGKILL)
            throw TimedOut(
                description: "\(words.joined(separator: " ")) ran longer than \(seconds) s\n\(try captured("err"))")
        }
        return Ending(
            code: process.terminationStatus, isSignal: process.terminationReason == .uncaughtSignal,
            out: try captured("out"), err: try captured("err"))
    }
}

/// Runs a test in a fresh folder, removed afterwards.
func withWorkplace(_ body: (Workplace) throws -> Void) throws {
    try withTemporaryDirectory { try body(Workplace(path: $0)) }
}
