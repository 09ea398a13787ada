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
    /// How the terminal was set before single keys were read from it; nil where none are.
    private let terminal = Mutex<termios?>(nil)

    /// Takes over the signals. The sources live as long as the process.
    init() {
        // A closed pipe ends the process quietly, also where the caller had ignored the signal.
        signal(SIGPIPE, SIG_DFL)
        // A file beyond the limit of sizes then is a failed write, which leaves no half file, and not a death.
        signal(SIGXFSZ, SIG_IGN)
        for (number, code) in [(SIGINT, ExitCode.interrupted), (SIGTERM, .terminated), (SIGHUP, .hungUp)] {
            // Whoever started the command with nohup wants it to outlive its terminal.
            if Interruption.ignores(signal(number, SIG_IGN)), number == SIGHUP { continue }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // Kept alive by its own handler.
                _ = source
                func end() -> Never {
                    self.builds.end()
                    self.restoreTerminal()
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

    /// Whether a signal's former handler was to ignore it.
    private static func ignores(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Writes files to the end before an interruption takes effect.
    func protected<Result>(_ body: () throws -> Result) rethrows -> Result {
        try writing.withLock { _ in try body() }
    }

    /// The next key that is pressed, without waiting for the end of the line and without showing it; nil at the end of the input.
    func key() -> Character? {
        var settings = termios()
        if tcgetattr(0, &settings) == 0 {
            terminal.withLock { $0 = settings }
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
            tcsetattr(0, TCSANOW, &settings)
        }
        defer { restoreTerminal() }
        var byte: UInt8 = 0
        while true {
            let count = read(0, &byte, 1)
            if count == 1 { return Character(UnicodeScalar(byte)) }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    private func restoreTerminal() {
        terminal.withLock { settings in
            guard var before = settings else { return }
            tcsetattr(0, TCSANOW, &before)
            settings = nil
        }
    }
}
