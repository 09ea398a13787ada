import Foundation
import Repro

/// Standard output: results alone, written through.
enum Output {
    /// - Throws: `CommandLineError`, 74, where the output cannot be written (a full disk). A closed pipe ends the process
    ///   quietly by its signal.
    static func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    static func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(1, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw CommandLineError(
                    message:
                        "standard output: \(String(cString: strerror(errno))); free some space, or write elsewhere",
                    code: .inputOutput)
            }
            rest = rest.dropFirst(count)
        }
    }

    static func line(_ text: String = "") throws { try write(text + "\n") }
}

/// Standard error: messages and progress.
struct Messages {
    let isQuiet: Bool
    private let isTerminal: Bool

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    func remark(_ text: String) {
        guard !isQuiet else { return }
        clear()
        Messages.write(text + "\n")
    }

    /// Shows how far a long work is, on a terminal alone.
    func progress(_ text: String) {
        guard isTerminal, !isQuiet else { return }
        Messages.write("\r\u{1b}[K" + text)
    }

    /// Takes the progress away.
    func clear() {
        guard isTerminal, !isQuiet else { return }
        Messages.write("\r\u{1b}[K")
    }

    /// A receiver of a run's progress under a title.
    func runProgress(_ title: String) -> (RunProgress) -> Void {
        guard isTerminal, !isQuiet else { return { _ in } }
        return { event in
            if case .step(let step, let count) = event, step % 8 == 0 || step == count {
                progress("\(title)  step \(step) of \(count)")
            }
        }
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

    func paint(_ text: StyledText) -> String {
        text.spans.map { text, style in
            guard isOn, let style, !text.isEmpty else { return text }
            return "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m"
        }.joined()
    }
}
