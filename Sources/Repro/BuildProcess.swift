import Foundation
import ReproFormats

/// A build of `repro`, this one or another, run in a process of its own.
public struct BuildProcess: Sendable {
    public let path: String

    /// Why a build gave no answer.
    public struct Failure: Error, CustomStringConvertible {
        public let path: String
        public let reason: String
        /// Whether it did not know the words it was given.
        public let isUsage: Bool

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

    /// Runs it to its end, beside a scratch folder for its messages.
    ///
    /// - Returns: what it printed.
    public func ask(_ words: [String], scratch folder: URL) throws(Failure) -> [UInt8] {
        let messages = folder.appendingPathComponent("messages")
        let process = Process()
        let output = Pipe()
        do {
            try Data().write(to: messages)
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = words
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            // A file takes all that comes; a second pipe could fill up while the first is read.
            process.standardError = try FileHandle(forWritingTo: messages)
            try process.run()
        } catch {
            throw Failure(path: path, reason: "it cannot be started: \(error.localizedDescription)", isUsage: false)
        }
        let answer = Array(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let said = (try? String(contentsOf: messages, encoding: .utf8))?.split(separator: "\n").first
            let ending = process.terminationReason == .exit ? "exit code" : "signal"
            throw Failure(
                path: path, reason: "\(ending) \(process.terminationStatus)" + (said.map { ": \($0)" } ?? ""),
                isUsage: process.terminationReason == .exit && process.terminationStatus == 64)
        }
        return answer
    }
}
