import Dispatch
import Foundation
import Repro
import Synchronization

/// Ctrl-C ends the process at once while it computes, and after the files are in place while it writes them; ten seconds later
/// at the latest, since the reader of a pipe may never read. A report that has begun is brought to its end first, and a run that
/// can be gone on with ends after its next checkpoint.
final class Interruption: Sendable {
    /// The processes and scratch folders that go with the process.
    let processes = RunningProcesses()
    /// Whether a run goes on that can be stopped between two steps, and the signal that asked for it.
    private let stop = Mutex<(isPossible: Bool, code: ExitCode?)>((false, nil))
    /// Whether the process is being ended by a signal.
    private let hasBegun = Atomic(false)
    /// Held while files are written.
    private let writing = Mutex(())
    /// Brings to its end what stands on standard output, where that is no whole document yet.
    private let closing = Mutex<(@Sendable (ExitCode) -> Void)?>(nil)
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
                if self.stops(with: code) {
                    return Messages.write("\nrepro: stopping after this step; once more to stop at once\n")
                }
                DispatchQueue.global().asyncAfter(deadline: .now() + 10) { self.end(code) }
                self.writing.withLock { _ in
                    self.closing.withLock { $0 }?(code)
                    self.end(code)
                }
            }
            source.activate()
        }
    }

    /// From now on a pipe that nobody reads any more ends nothing: a verdict is more than what is printed of it.
    func outliveReaders() { signal(SIGPIPE, SIG_IGN) }

    private func end(_ code: ExitCode) -> Never {
        hasBegun.store(true, ordering: .sequentiallyConsistent)
        processes.end()
        restoreTerminal()
        Messages.write("\nrepro: interrupted\n")
        _exit(code.rawValue)
    }

    /// Waits for the end where a signal has begun it: what its processes left when they were ended is no error to report.
    func awaitEnd() {
        while hasBegun.load(ordering: .sequentiallyConsistent) { sleep(1) }
    }

    /// From now on this is done before an interruption ends the process, and nothing that is ``protected(_:)`` meanwhile; it is
    /// told the exit code. Nil takes it back.
    func atEnd(_ body: (@Sendable (ExitCode) -> Void)?) { closing.withLock { $0 = body } }

    /// Notes the first signal while a run goes on that can be stopped between two steps.
    private func stops(with code: ExitCode) -> Bool {
        stop.withLock { stop in
            guard stop.isPossible, stop.code == nil else { return false }
            stop.code = code
            return true
        }
    }

    /// What a run was asked to stop by; to be asked between its steps. From the first time on a signal waits to be asked for, and
    /// the one after it ends the process.
    var stopRequest: ExitCode? {
        stop.withLock { stop in
            stop.isPossible = true
            return stop.code
        }
    }

    /// The run is over: signals end the process again.
    func endStopping() { stop.withLock { $0.isPossible = false } }

    /// Whether a signal's former handler was to ignore it.
    private static func ignores(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Writes files, or a part of a report, to the end before an interruption takes effect.
    func protected<Result>(_ body: () throws -> Result) rethrows -> Result {
        try writing.withLock { _ in try body() }
    }

    /// The next key that is pressed, without waiting for the end of the line and without showing it; nil at the end of the input.
    /// Keys that send several bytes, such as arrows, are passed over.
    func key() -> Character? {
        var settings = termios()
        if tcgetattr(0, &settings) == 0 {
            terminal.withLock { $0 = settings }
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
            tcsetattr(0, TCSANOW, &settings)
        }
        defer { restoreTerminal() }
        while let byte = Interruption.nextByte() {
            guard byte == 0x1b, Interruption.hasMore() else { return Character(UnicodeScalar(byte)) }
            // `ESC [`, or O, then numbers, then the byte that ends it.
            guard let second = Interruption.nextByte(), second == 0x5b || second == 0x4f else { continue }
            while Interruption.hasMore(), let next = Interruption.nextByte(), !(0x40...0x7e).contains(next) {}
        }
        return nil
    }

    /// The line that is typed next, without its end; nil for an empty one, and where the input ends with Ctrl-D.
    func line() -> String? {
        var bytes: [UInt8] = []
        while let byte = Interruption.nextByte(), byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func nextByte() -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = read(0, &byte, 1)
            if count == 1 { return byte }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    /// Whether a byte follows at once, as in what an arrow sends and a person does not.
    private static func hasMore() -> Bool {
        var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        return poll(&input, 1, 25) > 0 && input.revents & Int16(POLLIN) != 0
    }

    private func restoreTerminal() {
        terminal.withLock { settings in
            guard var before = settings else { return }
            tcsetattr(0, TCSANOW, &before)
            settings = nil
        }
    }
}
