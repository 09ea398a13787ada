import CReproKernels
import Foundation

/// A program that is not ours, in a process of its own: started as it is told, listened to, and ended with all that it started.
public struct ProgramProcess: Sendable {
    /// What standard output is, and standard error another of the kind.
    public enum Stream: String, Sendable, Equatable, CaseIterable {
        case pipe, file, terminal, closed
    }

    /// What a program gave.
    public struct Answer: Sendable {
        /// How it ended.
        public let ending: ChildProcess.Ending
        /// What it wrote to standard output.
        public let output: [UInt8]
        /// What it wrote to standard error, the first of it.
        public let messages: [UInt8]
        /// How many processes it left behind, which were ended.
        public let leftBehind: Int
        /// How long it took.
        public let seconds: Double
    }

    /// Where the program lies; relative to the folder that it runs in.
    public var path: String
    /// What the program is called, and its arguments.
    public var words: [String]
    /// All variables, `NAME=VALUE`, in this order.
    public var variables: [String]
    /// The folder that it runs in.
    public var directory: String
    /// The permissions that a new file does not get; nil for those of this process.
    public var umask: Int?
    /// The processors that it may run on; nil for those of this process.
    public var processors: [Int]?
    /// Whether addresses are drawn; nil for the system's choice.
    public var hasRandomAddresses: Bool?
    /// What standard output is.
    public var stream = Stream.pipe

    /// More of standard output ends the program.
    public static let greatestOutput = 1 << 26
    private static let greatestMessages = 1 << 16
    /// How long processes that a program started may outlive it.
    private static let grace = Duration.seconds(2)

    /// - Parameter words: what the program is called, and its arguments.
    public init(_ path: String, _ words: [String], variables: [String], directory: String) {
        self.path = path
        self.words = words
        self.variables = variables
        self.directory = directory
    }

    /// The variables of this process, in their order.
    public static var ownVariables: [String] {
        var variables: [String] = []
        var place = repro_environment()
        while let next = place, let text = next.pointee {
            variables.append(String(cString: text))
            place = next + 1
        }
        return variables
    }

    /// Runs the program to its end, with nothing on standard input.
    ///
    /// - Parameter seconds: how long it may take.
    /// - Throws: ``ChildProcess/Failure`` where it cannot be started.
    public func run(
        within seconds: Double, of running: RunningProcesses, afterStart: (Int32) -> Void = { _ in }
    ) throws(ChildProcess.Failure) -> Answer {
        let start = SuspendingClock.now
        let (process, streams) = try running.start { () throws(ChildProcess.Failure) in
            let streams = try ProgramStreams(stream)
            return (try spawn(streams), streams)
        }
        streams.closeProgramEnds()
        afterStart(process)
        var forced: ChildProcess.Ending?
        var status: Int32?
        while status == nil {
            streams.read(waiting: 5, greatest: (ProgramProcess.greatestOutput, ProgramProcess.greatestMessages))
            if forced == nil {
                if streams.isOver { forced = .saidTooMuch }
                if start.duration(to: .now) > .seconds(seconds) { forced = .tookTooLong }
                if forced != nil { running.end(process) }
            }
            status = running.status(of: process)
        }
        let taken = start.duration(to: .now)
        let left = endGroup(process, running, at: forced == nil ? .now + ProgramProcess.grace : .now, streams)
        if streams.isOver && forced == nil { forced = .saidTooMuch }
        return Answer(
            ending: forced ?? ChildProcess.Ending(status!), output: streams.output, messages: streams.messages,
            leftBehind: forced == nil ? left : 0, seconds: taken / .seconds(1))
    }

    /// Waits until nothing of a program lives any more, and ends what does when the time is over.
    ///
    /// - Returns: how many processes had to be ended.
    private func endGroup(
        _ process: Int32, _ running: RunningProcesses, at end: SuspendingClock.Instant, _ streams: ProgramStreams
    ) -> Int {
        let greatest = (ProgramProcess.greatestOutput, ProgramProcess.greatestMessages)
        var ended = 0
        while true {
            streams.read(waiting: 0, greatest: greatest)
            let orphans = running.orphans()
            let hasGroup = kill(-process, 0) == 0
            guard hasGroup || !orphans.isEmpty else { break }
            if SuspendingClock.now > end {
                ended = max(ended, max(orphans.count, 1))
                kill(-process, SIGKILL)
                for orphan in orphans { kill(orphan, SIGKILL) }
                // A group whose members are no children of this process is not waited for.
                if SuspendingClock.now > end + .seconds(1) { break }
            }
            usleep(2_000)
        }
        streams.read(waiting: 0, greatest: greatest)
        return ended
    }

    func spawn(_ streams: ProgramStreams) throws(ChildProcess.Failure) -> Int32 {
        var arguments = words.map { strdup($0) } + [nil]
        var values = variables.map { strdup($0) } + [nil]
        let (file, folder) = (strdup(path), strdup(directory))
        defer { for text in arguments + values + [file, folder] { free(text) } }
        let numbers = (processors ?? []).map { Int32($0) }
        var failed: UnsafePointer<CChar>?
        let process = numbers.withUnsafeBufferPointer { numbers in
            arguments.withUnsafeMutableBufferPointer { arguments in
                values.withUnsafeMutableBufferPointer { values in
                    var start = repro_start()
                    start.path = UnsafePointer(file)
                    start.arguments = UnsafePointer(arguments.baseAddress)
                    start.environment = UnsafePointer(values.baseAddress)
                    start.streams = (streams.programEnds[0], streams.programEnds[1], streams.programEnds[2])
                    start.directory = UnsafePointer(folder)
                    start.umask = umask.map { Int32($0) } ?? -1
                    start.random_addresses = hasRandomAddresses.map { $0 ? 1 : 0 } ?? -1
                    start.processors = numbers.baseAddress
                    start.processor_count = numbers.count
                    start.has_terminal = stream == .terminal ? 1 : 0
                    return repro_spawn(&start, &failed)
                }
            }
        }
        guard process > 0 else {
            let step = failed.map { String(cString: $0) } ?? ""
            throw ChildProcess.Failure("it cannot be started (\(step)): \(String(cString: strerror(-process)))")
        }
        return process
    }
}
