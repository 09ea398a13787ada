import Foundation
import ReproFormats
import ReproProcesses
import ReproTrace
import ReproVerification

/// A build of `repro`, this one or another, run in a process of its own.
public struct BuildProcess: Sendable {
    /// Where the program lies.
    public let path: String
    let running: RunningProcesses

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

    /// - Parameters:
    ///   - option: the option that names the build, for the error.
    ///   - running: ends the build where this process is interrupted.
    /// - Throws: `FormatError`, `.noInput`, where no program has the path.
    public init(path: String, option: String, running: RunningProcesses) throws(FormatError) {
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
        let answer: ChildProcess.Answer
        do { answer = try ChildProcess(path, [path] + words).run(of: running) } catch {
            throw Failure(path: path, reason: "\(error)")
        }
        if answer.ending == .exited(0) { return answer.output }
        let said = answer.firstMessage.map { ": \($0)" } ?? ""
        switch answer.ending {
        case .exited(let code):
            throw Failure(
                path: path, reason: "exit code \(code)\(said)",
                isUsage: code == ExitCode.usage.rawValue && said.utf8.starts(with: ": repro: unknown option".utf8),
                exitCode: ExitCode(rawValue: code) ?? .notJudged)
        case .signalled(let signal): throw Failure(path: path, reason: "signal \(signal)\(said)")
        case .saidTooMuch, .tookTooLong: throw Failure(path: path, reason: "it printed without end")
        }
    }
}
