import Foundation
import Repro
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
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
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

    /// Runs a script in bash, with `repro` on the path.
    func bash(_ script: String, _ arguments: String..., in folder: String = "") throws -> Ending {
        try run(["/bin/bash", "-c", script, "bash"] + arguments, environment: [:], in: folder)
    }

    /// The environment of every process: nothing of the caller's that steers `repro`, and the command first on the path.
    private func environment(_ more: [String: String]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { key, _ in
            key != "CI" && key != "TERM" && key != "NO_COLOR" && !key.hasPrefix("REPRO_") && !key.hasPrefix("GIT_")
        }
        environment["HOME"] = path
        let folder = URL(fileURLWithPath: Built.path ?? "/").deletingLastPathComponent().path
        environment["PATH"] = folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        return environment.merging(more) { $1 }
    }

    /// Runs a program to its end, or for `seconds`.
    func run(
        _ words: [String], environment: [String: String] = [:], in folder: String = "", seconds: Double = 60,
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
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try capture("out")
        process.standardError = try capture("err")
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
    let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        .appendingPathComponent("repro-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(Workplace(path: url.path))
}

/// Asserts that a command refused with an exit code and a message that holds all of `parts`.
func expectRefusal(
    _ ending: Ending, _ code: Int32, naming parts: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(!ending.isSignal && ending.code == code, "\(ending)", sourceLocation: sourceLocation)
    #expect(ending.err.hasPrefix("repro: "), "\(ending)", sourceLocation: sourceLocation)
    for part in parts {
        #expect(ending.err.contains(part), "no '\(part)' in: \(ending)", sourceLocation: sourceLocation)
    }
}

/// Asserts that a command came to its end and wrote no message.
func expectSuccess(_ ending: Ending, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!ending.isSignal && ending.code == 0, "\(ending)", sourceLocation: sourceLocation)
}

/// A small experiment of one's own.
enum Mood {
    static let train = "good\ta fine day\nbad\ta grey day\ngood\tfine weather\nbad\tgrey rain\n"
    static let test = "good\tfine rain\nbad\tgrey weather\n"

    /// Its configuration; `edits` replace texts in it, each of which has to be there.
    static func config(_ edits: (old: String, new: String)...) throws -> String {
        var text = """
            {
              "name": "mood",
              "task": "classification",
              "data": {"format": "tsv", "train": "train.tsv", "test": "test.tsv", "lowercase": true},
              "model": {"cell": "lstm", "bidirectional": true, "layers": 1, "embedding": 4, "hidden": 4,
                        "dropout": 0, "pooling": "concat", "head": "softmax"},
              "training": {"optimizer": "sgd", "learningRate": 0.1, "batchSize": 2, "epochs": 2},
              "digest": "step"
            }

            """
        for (old, new) in edits {
            try #require(text.contains(old), "no '\(old)' in the configuration")
            text = text.replacingOccurrences(of: old, with: new)
        }
        return text
    }
}

extension Workplace {
    /// Puts the small experiment into a folder.
    func writeMood(_ folder: String, _ edits: (old: String, new: String)...) throws {
        var config = try Mood.config()
        for (old, new) in edits {
            try #require(config.contains(old), "no '\(old)' in the configuration")
            config = config.replacingOccurrences(of: old, with: new)
        }
        try write(folder + "/mood.json", config)
        try write(folder + "/train.tsv", Mood.train)
        try write(folder + "/test.tsv", Mood.test)
    }

    /// The same, with a golden in `Goldens` below the folder.
    func blessMood(_ folder: String) throws {
        try writeMood(folder)
        let ending = try repro(
            "bless", "--config", folder + "/mood.json", "--seed", "7", "--goldens", folder + "/Goldens", "--reason",
            "first result", "--by", "tester", "--yes")
        try #require(ending.code == 0, "\(ending)")
    }
}
