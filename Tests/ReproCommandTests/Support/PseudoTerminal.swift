import Foundation
import Testing

/// A terminal without a screen, on which a command runs and a test presses the keys.
final class PseudoTerminal {
    /// Makes the terminal that it is started on its own, so that Ctrl-C reaches it; absent where util-linux is.
    private static let session = "/usr/bin/setsid"
    static let exists = FileManager.default.isExecutableFile(atPath: session)
    static let absence: Comment = "needs the command `setsid` of util-linux for a terminal"

    private let keyboard: Int32
    private let side: FileHandle
    /// All that was shown, with the terminal's own codes.
    private(set) var shown = ""
    /// What is behind the last text that was waited for.
    private var unread = ""

    init(rows: UInt16, columns: UInt16) throws {
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        // Linux's TIOCSPTLCK and TIOCGPTN; Swift's Glibc has no unlockpt and no ptsname.
        var (lock, number): (Int32, Int32) = (0, 0)
        try #require(
            keyboard >= 0 && ioctl(keyboard, 0x4004_5431, &lock) == 0 && ioctl(keyboard, 0x8004_5430, &number) == 0)
        let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(descriptor >= 0)
        side = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try #require(ioctl(keyboard, UInt(TIOCSWINSZ), &size) == 0)
    }

    deinit { close(keyboard) }

    /// Runs a command on the terminal while a test presses keys.
    func run(
        _ words: [String], at place: Workplace, environment: [String: String] = [:],
        _ test: (PseudoTerminal) throws -> Void
    ) throws -> Ending {
        let ending = try place.run(
            [PseudoTerminal.session, "--ctty", "--wait"] + words,
            environment: ["TERM": "xterm"].merging(environment) { $1 },
            on: side
        ) { _, _ in try test(self) }
        collect(milliseconds: 50)
        return Ending(code: ending.code, isSignal: ending.isSignal, out: shown, err: "")
    }

    func press(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(keyboard, bytes, bytes.count)
    }

    /// Kills what runs on the terminal.
    func kill() { _ = Foundation.kill(-tcgetpgrp(keyboard), SIGKILL) }

    /// Waits until a text is shown behind the one that was waited for last.
    func wait(for text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while true {
            if let range = unread.range(of: text) {
                unread = String(unread[range.upperBound...])
                return
            }
            try #require(Date() < deadline, "'\(text)' was not shown: \(shown)", sourceLocation: sourceLocation)
            collect(milliseconds: 100)
        }
    }

    /// Whether typed keys are shown and gathered to lines, as a shell left it.
    var isAsBefore: Bool {
        var settings = termios()
        return tcgetattr(keyboard, &settings) == 0
            && settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO)
    }

    private func collect(milliseconds: Int32) {
        var input = pollfd(fd: keyboard, events: Int16(POLLIN), revents: 0)
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var wait = milliseconds
        while poll(&input, 1, wait) > 0, input.revents & Int16(POLLIN) != 0 {
            let count = read(keyboard, &bytes, bytes.count)
            if count <= 0 { return }
            let text = String(decoding: bytes[..<count], as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
            shown += text
            unread += text
            wait = 0
        }
    }
}
