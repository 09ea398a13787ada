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

    private func paint(_ text: String, _ code: String) -> String { isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
    func good(_ text: String) -> String { paint(text, "32") }
    func bad(_ text: String) -> String { paint(text, "31") }
    func faint(_ text: String) -> String { paint(text, "2") }
    func strong(_ text: String) -> String { paint(text, "1") }
}

extension String {
    /// Filled with spaces on the right.
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: Swift.max(0, width - count)) }

    /// Filled with spaces on the left.
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: Swift.max(0, width - count)) + self }
}
