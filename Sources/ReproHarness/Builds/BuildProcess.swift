import Foundation
import ReproFormats
import ReproTrace
import ReproVerification
import Synchronization

/// A build of `repro`, this one or another, run in a process of its own.
public struct BuildProcess: Sendable {
    public let path: String

    /// Why a build gave nothing that could be compared.
    public struct Failure: Error, CustomStringConvertible {
        public let path: String
        public let reason: String
        /// Whether it did not know an option that it was given.
        let isUsage: Bool

        init(path: String, reason: String, isUsage: Bool = false) {
            self.path = path
            self.reason = reason
            self.isUsage = isUsage
        }

        public var description: String { "\(path): \(reason)" }
    }

    /// - Parameter option: the option that names the build, for the error.
    /// - Throws: `FormatError`, `.noInput`, where no program has the path.
    public init(path: String, option: String) throws(FormatError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            FileManager.default.isExecutableFile(atPath: path)
        else {
            throw FormatError(
                .noInput, path: path, problem: "no program that can be run",
                remedy: "name a build of repro with \(option), for example .build/debug/repro")
        }
        self.path = path
    }

    /// Carries out `repro run` with these words.
    ///
    /// - Parameter directory: where the run directory is to stand.
    /// - Returns: what `--format json` prints.
    /// - Throws: ``Failure`` for a build that fails, answers something else, or computes by another contract.
    @discardableResult
    public func run(_ words: [String], into directory: String) throws(Failure) -> JSONValue {
        let answer = try ask(["run"] + words + ["--format", "json", "--quiet", "--output", directory])
        guard let json = try? JSONValue.parse(answer, path: path), let contract = json["environment"]?["contract"]?.int
        else { throw Failure(path: path, reason: "its answer is not what `repro run --format json` prints") }
        guard contract == ReproVersion.contract else {
            throw Failure(
                path: path,
                reason: "it computes by version \(contract) of the numerical contract, this build by version "
                    + "\(ReproVersion.contract)")
        }
        return json
    }

    /// The root of a run whose directory is not kept.
    public func root(_ words: [String]) throws(Failure) -> Digest {
        guard let scratch = try? ScratchFolder() else {
            throw Failure(
                path: path, reason: "there is no place for its run; set TMPDIR to a folder that can be written to")
        }
        guard
            let root = try run(words, into: scratch.path("run"))["digest"]?.string.flatMap({ Digest(hexadecimal: $0) })
        else { throw Failure(path: path, reason: "its answer has no digest") }
        return root
    }

    /// Runs it to its end. Returns what it printed.
    private func ask(_ words: [String]) throws(Failure) -> [UInt8] {
        let process = Process()
        let output = Pipe()
        let scratch: ScratchFolder
        do {
            scratch = try ScratchFolder()
            try Data().write(to: URL(fileURLWithPath: scratch.path("messages")))
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = words
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            // A file takes all that comes; a second pipe could fill up while the first is read.
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch.path("messages")))
            try process.run()
        } catch {
            throw Failure(path: path, reason: "it cannot be started: \(error.localizedDescription)")
        }
        RunningBuilds.began(process.processIdentifier)
        defer { RunningBuilds.ended(process.processIdentifier) }
        let answer = Array(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let messages = try? String(contentsOfFile: scratch.path("messages"), encoding: .utf8)
            let said = messages?.split(separator: "\n").first.map { ": \($0)" } ?? ""
            let ending = process.terminationReason == .exit ? "exit code" : "signal"
            throw Failure(
                path: path, reason: "\(ending) \(process.terminationStatus)\(said)",
                isUsage: process.terminationReason == .exit && process.terminationStatus == 64
                    && said.utf8.starts(with: ": repro: unknown option".utf8))
        }
        return answer
    }
}

/// What an interruption has to end and to remove: builds are processes of their own, in groups of their own.
public enum RunningBuilds {
    private static let state = Mutex((processes: [Int32](), folders: [String]()))

    fileprivate static func began(_ process: Int32) { state.withLock { $0.processes.append(process) } }
    fileprivate static func ended(_ process: Int32) { state.withLock { $0.processes.removeAll { $0 == process } } }
    fileprivate static func uses(_ folder: String) { state.withLock { $0.folders.append(folder) } }
    fileprivate static func removed(_ folder: String) { state.withLock { $0.folders.removeAll { $0 == folder } } }

    /// Ends every build that runs and removes every scratch folder; for a process that is about to end.
    public static func end() {
        state.withLock { state in
            for process in state.processes { kill(process, SIGKILL) }
            for folder in state.folders { try? FileManager.default.removeItem(atPath: folder) }
        }
    }
}

/// A folder for what is not kept; gone with the value.
final class ScratchFolder {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("repro-\(UUID().uuidString)")

    init() throws(FormatError) {
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        } catch {
            throw FormatError(
                .cannotCreate, path: url.path, problem: "the folder cannot be created",
                remedy: "set TMPDIR to a folder that can be written to")
        }
        RunningBuilds.uses(url.path)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
        RunningBuilds.removed(url.path)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
