import Foundation

/// A block of commands of a document: a fence that opens with ```sh.
struct CommandBlock {
    /// Of the fence, from 1.
    let line: Int
    /// What the line above the block says that it exits with, `<!-- exits=N -->`; else 0.
    let exitCode: Int32
    let lines: [String]

    static func all(in markdown: String) -> [CommandBlock] {
        var blocks: [CommandBlock] = []
        var open: (line: Int, isCommands: Bool, exitCode: Int32)?
        var lines: [String] = []
        for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard line.hasPrefix("```") else {
                lines.append(String(line))
                continue
            }
            if let fence = open {
                if fence.isCommands {
                    blocks.append(CommandBlock(line: fence.line, exitCode: fence.exitCode, lines: lines))
                }
                open = nil
            } else {
                let exit = lines.last.flatMap { $0.wholeMatch(of: /<!-- exits=(\d+) -->/)?.1 }.flatMap { Int32($0) }
                open = (index + 1, line.dropFirst(3) == "sh", exit ?? 0)
            }
            lines = []
        }
        return blocks
    }

    /// The block as a script that stops at the first failure and says where, and what it asks of make.
    ///
    /// Where lines begin with `$ `, the others are output. Building, testing and cloning would lead back here: of `make`
    /// the targets are returned, of `swift` nothing is run, and `git clone` stands for the working directory.
    var script: (text: String, makeTargets: [String]) {
        let hasPrompts = lines.contains { $0.hasPrefix("$ ") }
        var script: [String] = []
        var targets: [String] = []
        var document: String?
        var continues = false
        for line in lines {
            if let end = document {
                script.append(line)
                if line == end { document = nil }
                continue
            }
            if hasPrompts && !line.hasPrefix("$ ") && !continues {
                script.append("")
                continue
            }
            let command = line.hasPrefix("$ ") ? String(line.dropFirst(2)) : line
            continues = command.hasSuffix("\\")
            let words = command.prefix { $0 != "#" }.split(separator: " ")
            if words.first == "make" {
                targets += words.dropFirst().filter { !$0.contains("=") && !$0.hasPrefix("-") }.map(String.init)
                script.append(":")
            } else if words.first == "swift" {
                script.append(":")
            } else if words.starts(with: ["git", "clone"]) {
                let name = (words.last ?? "").split(separator: "/").last ?? ""
                script.append("ln -s . '\(name.hasSuffix(".git") ? name.dropLast(4) : name)'")
            } else {
                script.append(command)
                if let marker = command.range(of: "<< *'?[A-Z]+'?", options: .regularExpression) {
                    document = String(command[marker].drop { "< '".contains($0) }.prefix { $0 != "'" })
                }
            }
        }
        return (script.joined(separator: "\n"), targets)
    }

    /// Runs the block and returns what is wrong with it; nil where it does as it says.
    func fault(in place: Workplace, targets: [String]) throws -> String? {
        let (text, asked) = script
        if let unknown = asked.first(where: { !targets.contains($0) }) {
            return "the Makefile has no target '\(unknown)'"
        }
        // Counted in the script itself, so that a failure says its line; and only the last command may be the one that fails.
        let last = lines.lastIndex { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") } ?? 0
        let prologue =
            "set -eEu -o pipefail; trap 'echo \"failed in line $((LINENO + \(line - 1))): $BASH_COMMAND\" >&2' ERR\n"
        // Beside the folder: what lies in it afterwards is what the commands left.
        let file = place.path + ".sh"
        try (prologue + text + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let ending = try place.run(["/bin/bash", file], seconds: 600)
        if ending.isSignal || ending.code != exitCode { return "exits with \(ending.code), not \(exitCode)\n\(ending)" }
        if exitCode != 0 && !ending.err.contains("failed in line \(line + last + 1):") {
            return "fails before its last command\n\(ending)"
        }
        return nil
    }
}
