import Foundation

/// A program in a process of its own, at the head of a group of its own: started, listened to, and ended where it takes too long.
public struct ChildProcess: Sendable {
    /// How a process ended.
    public enum Ending: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
        /// It was ended because its time was over.
        case tookTooLong
        /// It was ended because it printed more than is kept.
        case saidTooMuch
    }

    /// What a process gave.
    public struct Answer: Sendable {
        /// How the process ended.
        public let ending: Ending
        /// What it wrote to standard output.
        public let output: [UInt8]
        /// What it wrote to standard error, the first of it.
        public let messages: [UInt8]

        /// The first line of its messages that says something; nil where there is none.
        public var firstMessage: String? {
            let lines = String(decoding: messages, as: UTF8.self).split(whereSeparator: \.isNewline)
            return lines.first { $0.contains { $0 != " " } }.map(String.init)
        }
    }

    /// Why a process could not be started.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(_ description: String) { self.description = description }
    }

    /// What a process reads.
    public enum Input: Sendable {
        case nothing
        /// These bytes, and then nothing for as long as this process lives: the end of the input tells its child that it died.
        ///
        /// - Precondition: at most 65,536 bytes, which a pipe holds.
        case line([UInt8])
    }

    /// This very program, even where its file was replaced meanwhile; nil where the system does not tell.
    public static var ownPath: String? {
        #if os(Linux)
            "/proc/self/exe"
        #else
            Bundle.main.executablePath
        #endif
    }

    /// At most so much of standard output is kept, and of standard error.
    private static let greatestOutput = 1 << 28
    private static let greatestMessages = 1 << 16

    private let path: String
    private let words: [String]
    /// Variables beside those of this process.
    private let environment: [String: String]

    /// - Parameter words: what the program is called, and its arguments.
    public init(_ path: String, _ words: [String], environment: [String: String] = [:]) {
        self.path = path
        self.words = words
        self.environment = environment
    }

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - seconds: how long it may take; nil for as long as it likes.
    ///   - onOutput: told of standard output as it comes.
    /// - Throws: ``Failure`` where it cannot be started.
    public func run(
        _ input: Input = .nothing, within seconds: Int? = nil, of running: RunningProcesses,
        onOutput: (ArraySlice<UInt8>) -> Void = { _ in }
    ) throws(Failure) -> Answer {
        // Together, so that no process that is started at the same time from here inherits an end of a pipe.
        let (process, pipes) = try running.start { () throws(Failure) in
            let pipes = try Pipes(input)
            return (try spawn(pipes), pipes)
        }
        pipes.closeChildEnds()
        var (output, messages): ([UInt8], [UInt8]) = ([], [])
        var forced: Ending?
        let deadline = seconds.map { SuspendingClock.now + .seconds($0) }
        while forced == nil, let part = pipes.next(until: deadline) {
            switch part {
            case .output(let bytes):
                onOutput(bytes[...])
                if output.count + bytes.count > ChildProcess.greatestOutput {
                    forced = .saidTooMuch
                } else {
                    output += bytes
                }
            case .messages(let bytes):
                messages += bytes.prefix(max(0, ChildProcess.greatestMessages - messages.count))
            case .nothing: forced = .tookTooLong
            }
        }
        if forced != nil { running.end(process) }
        while true {
            if let status = running.status(of: process) {
                return Answer(ending: forced ?? Ending(status), output: output, messages: messages)
            }
            if forced == nil, let deadline, SuspendingClock.now > deadline {
                forced = .tookTooLong
                running.end(process)
            }
            usleep(1_000)
        }
    }

    private func spawn(_ pipes: Pipes) throws(Failure) -> Int32 {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (standard, own) in pipes.childEnds.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, own, Int32(standard))
        }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var arguments = words.map { strdup($0) } + [nil]
        var values = variables.map { strdup($0) } + [nil]
        defer { for text in arguments + values { free(text) } }
        var process: Int32 = 0
        let code = posix_spawn(&process, path, &actions, &attributes, &arguments, &values)
        guard code == 0 else { throw Failure("it cannot be started: \(String(cString: strerror(code)))") }
        return process
    }
}

extension ChildProcess.Ending {
    /// - Parameter status: as `waitpid` tells it.
    init(_ status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }
}
