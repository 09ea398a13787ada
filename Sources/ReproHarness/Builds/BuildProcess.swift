import Foundation
import ReproFormats
import ReproTrace
import ReproVerification

/// A build of `repro`, this one or another, run in a process of its own.
public struct BuildProcess: Sendable {
    /// Where the program lies.
    public let path: String
    let running: RunningBuilds

    /// Why a build gave nothing that could be compared.
    public struct Failure: Error, CustomStringConvertible {
        /// Where the program lies.
        public let path: String
        /// Why it gave nothing, in words.
        public let reason: String
        /// Whether it did not know an option that it was given.
        var isUsage = false
        /// How it ended, where it ended by itself with a code that a command gives; else that nothing could be judged.
        public internal(set) var exitCode = ExitCode.notJudged

        public var description: String { "\(path): \(reason)" }
    }

    /// Where the program that runs now lies.
    public static var thisProgram: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

    /// - Parameters:
    ///   - option: the option that names the build, for the error.
    ///   - running: ends the build where this process is interrupted.
    /// - Throws: `FormatError`, `.noInput`, where no program has the path.
    public init(path: String, option: String, running: RunningBuilds) throws(FormatError) {
        guard Paths.isFolder(path) == false, FileManager.default.isExecutableFile(atPath: path) else {
            throw FormatError(
                .noInput, path: path, problem: "no program that can be run",
                remedy: "name a build of repro with \(option), for example .build/debug/repro")
        }
        self.path = path
        self.running = running
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
        guard let scratch = try? ScratchFolder(of: running) else {
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
            scratch = try ScratchFolder(of: running)
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
        running.began(process.processIdentifier)
        defer { running.ended(process.processIdentifier) }
        let answer = Array(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let messages = try? String(contentsOfFile: scratch.path("messages"), encoding: .utf8)
            let said = messages?.split(separator: "\n").first.map { ": \($0)" } ?? ""
            let ending = process.terminationReason == .exit ? "exit code" : "signal"
            throw Failure(
                path: path, reason: "\(ending) \(process.terminationStatus)\(said)",
                isUsage: process.terminationReason == .exit && process.terminationStatus == ExitCode.usage.rawValue
                    && said.utf8.starts(with: ": repro: unknown option".utf8),
                exitCode: process.terminationReason == .exit
                    ? ExitCode(rawValue: process.terminationStatus) ?? .notJudged : .notJudged)
        }
        return answer
    }
}
