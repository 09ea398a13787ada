import Dispatch
import Foundation
import Repro
import Synchronization

/// Ctrl-C ends the process at once while it computes, and after the files are in place while it writes them; ten seconds later
/// at the latest, since the reader of a pipe may never read.
final class Interruption: Sendable {
    /// The builds and scratch folders that go with the process.
    let builds = RunningBuilds()
    /// Held while files are written.
    private let writing = Mutex(())

    /// Takes over the signals. The sources live as long as the process.
    init() {
        // A closed pipe ends the process quietly, also where the caller had ignored the signal.
        signal(SIGPIPE, SIG_DFL)
        for (number, code) in [(SIGINT, ExitCode.interrupted), (SIGTERM, .terminated)] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // Kept alive by its own handler.
                _ = source
                func end() -> Never {
                    self.builds.end()
                    Messages.write("\nrepro: interrupted\n")
                    _exit(code.rawValue)
                }
                for _ in 0..<1_000 {
                    _ = self.writing.withLockIfAvailable { _ in end() }
                    usleep(10_000)
                }
                end()
            }
            source.activate()
        }
    }

    /// Writes files to the end before an interruption takes effect.
    func protected<Result>(_ body: () throws -> Result) rethrows -> Result {
        try writing.withLock { _ in try body() }
    }
}
