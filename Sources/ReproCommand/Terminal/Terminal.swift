import Foundation
import Repro

/// Standard output: results alone, written through.
enum Output {
    /// - Throws: `CommandLineError`, 74, where the output cannot be written (a full disk). A closed pipe ends the process
    ///   quietly by its signal; after `Interruption.outliveReaders` what is printed into it is lost.
    static func write(_ text: Escaped<some Sink>) throws {
        var rest = Array(text.text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(1, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { return }
                throw CommandLineError(
                    message:
                        "standard output: \(String(cString: strerror(errno))); free some space, or write elsewhere",
                    code: .inputOutput)
            }
            rest = rest.dropFirst(count)
        }
    }

    static func write(_ lines: [String]) throws {
        try write(lines.map { "\($0)\n" as Escaped<Terminal> }.joined())
    }
}

/// Standard error: messages and progress.
struct Messages {
    let isQuiet: Bool
    private let isTerminal: Bool

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Where standard error is closed or full, there is nobody left to tell.
    static func write(_ text: Escaped<Terminal>) {
        var rest = Array(text.text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(2, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func remark(_ text: String) {
        guard !isQuiet else { return }
        clear()
        Messages.write("\(text)\n")
    }

    /// Shows how far a long work is, on a terminal alone, in place of what was shown before. A line that is wider than the terminal
    /// would go on in the next one, where nothing takes it away: it is cut.
    func progress(_ text: String) {
        guard showsProgress else { return }
        var size = winsize()
        let isKnown = ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
        Messages.write("\r\u{1b}[K\(String(text.prefix(isKnown ? Int(size.ws_col) - 1 : 79)))")
    }

    /// Takes the progress away.
    func clear() {
        guard showsProgress else { return }
        Messages.write("\r\u{1b}[K")
    }

    /// Whether somebody looks at how far a long work is.
    var showsProgress: Bool { isTerminal && !isQuiet }

    /// A receiver of a run's progress under a title.
    ///
    /// - Parameter tellsEpochs: whether each epoch has a line where standard error is no terminal.
    func runProgress(_ title: String, tellsEpochs: Bool = false) -> (RunProgress) -> Void {
        guard showsProgress || tellsEpochs && !isQuiet else { return { _ in } }
        return ProgressMeter(self, title, tellsEpochs: tellsEpochs, seconds: Context.clock()).note
    }
}

/// Colours, where standard output is a terminal that wants them.
struct Palette {
    private let isOn: Bool

    init(noColor: Bool) {
        let environment = ProcessInfo.processInfo.environment
        isOn =
            !noColor && isatty(1) == 1 && environment["TERM"] != "dumb"
            && (environment["NO_COLOR"] ?? "").isEmpty
    }

    func paint(_ lines: [StyledText]) -> Escaped<Terminal> {
        lines.map { line -> Escaped<Terminal> in
            // A line is looked at as a whole: a command to a service can begin in one span and go on in the next.
            guard isOn else { return "\(line)\n" }
            return "\(line.spans.map(paint).joined())\n"
        }.joined()
    }

    private func paint(_ text: String, _ style: StyledText.Style?) -> Escaped<Terminal> {
        guard let style, !text.isEmpty else { return "\(text)" }
        return "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m"
    }
}
