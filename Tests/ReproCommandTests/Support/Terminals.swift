import Foundation
import Testing

/// A pseudo-terminal for a command, from util-linux's `script`.
enum Terminals {
    static let exist: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "script --version | grep -q util-linux"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
    static let absence: Comment = "needs the command `script` of util-linux for a terminal"

    /// A line for bash that runs a command on a terminal, answers once and ends with the command's exit code.
    static func script(_ command: String, answer: String = "", terminal: String = "xterm") -> String {
        "(sleep 0.5; echo '\(answer)'; sleep 1) | TERM=\(terminal) script -qec '\(command)' /dev/null"
    }
}
