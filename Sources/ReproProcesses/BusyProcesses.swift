import Foundation

/// Processes that compute nothing of use, so that others have to wait; ended with the value.
public final class BusyProcesses {
    private var processes: [Int32] = []
    private let running: RunningProcesses

    /// - Throws: ``ChildProcess/Failure`` where one cannot be started.
    public init(_ count: Int, of running: RunningProcesses) throws(ChildProcess.Failure) {
        self.running = running
        let program = ProgramProcess("/bin/sh", ["sh", "-c", "while :; do :; done"], variables: [], directory: "/")
        for _ in 0..<count {
            let (process, streams) = try running.start { () throws(ChildProcess.Failure) in
                let streams = try ProgramStreams(.closed)
                return (try program.spawn(streams), streams)
            }
            streams.closeProgramEnds()
            processes.append(process)
        }
    }

    /// How many of them still run.
    public var count: Int { processes.count { running.status(of: $0) == nil } }

    deinit {
        for process in processes { running.end(process) }
        for process in processes {
            while running.status(of: process) == nil { usleep(1_000) }
        }
    }
}
