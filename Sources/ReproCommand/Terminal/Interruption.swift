import Dispatch
import Foundation
import Repro
import Synchronization

/// Ctrl-C ends the process at once while it computes, and after the files are in place while it writes them.
enum Interruption {
    /// Held while files are written.
    private static let writing = Mutex(())

    /// Takes over the signals. The sources live as long as the process.
    static func install() {
        // A closed pipe ends the process quietly, also where the caller had ignored the signal.
        signal(SIGPIPE, SIG_DFL)
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // Kept alive by its own handler.
                _ = source
                writing.withLock { _ in
                    RunningBuilds.end()
                    Messages.write("\nrepro: interrupted\n")
                    _exit(number == SIGINT ? ExitCode.interrupted : 143)
                }
            }
            source.activate()
        }
    }

    /// Writes files to the end before an interruption takes effect.
    static func protected<Result>(_ body: () throws -> Result) rethrows -> Result {
        try writing.withLock { _ in try body() }
    }
}
