import Foundation
import Testing

/// A block of commands of a document: a fence that opens with ```sh.
struct CommandBlock: CustomTestStringConvertible, Sendable {
    /// Of the fence, from 1.
    let line: Int
    /// What the line above the block says that it exits with, `<!-- exits=N -->`; else 0.
    let exitCode: Int32
    let lines: [String]

    var testDescription: String { "line \(line)" }

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
    /// Where lines begin with `$ `, the others are output. Building, testing and cloning would lead back here: of `make`,
    /// the targets are returned, and `git clone` stands for the working directory.
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
        try place.write(".block.sh", prologue + text + "\n")
        let ending = try place.run(["/bin/bash", ".block.sh"], seconds: 120)
        if ending.isSignal || ending.code != exitCode { return "exits with \(ending.code), not \(exitCode)\n\(ending)" }
        if exitCode != 0 && !ending.err.contains("failed in line \(line + last + 1):") {
            return "fails before its last command\n\(ending)"
        }
        return nil
    }
}

/// The targets of a Makefile and of those that it includes.
private func makeTargets(_ package: String) throws -> [String] {
    var files = ["Makefile"]
    for file in try FileManager.default.subpathsOfDirectory(atPath: package + "/Tests") where file.hasSuffix(".mk") {
        files.append("Tests/" + file)
    }
    return try files.flatMap { file in
        try String(contentsOfFile: package + "/" + file, encoding: .utf8).split(separator: "\n").compactMap { line in
            guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("\t"), !line.hasPrefix("#"),
                !line.hasPrefix(".")
            else { return nil }
            let name = line[..<colon]
            return name.allSatisfy { $0.isLowercase || $0 == "-" } ? String(name) : nil
        }
    }
}

@Suite(.enabled(if: Built.exists, Built.absence)) struct ReadmeTests {
    /// One document after another, since their commands take all processors.
    @Test(.serialized, arguments: Documents.withCommands)
    func everyCommandOfADocumentDoesAsItSays(document: String) throws {
        let package = Built.package
        let blocks = CommandBlock.all(in: try Documents.text(document))
        try #require(!blocks.isEmpty, "\(document) has no block of commands")
        let targets = try makeTargets(package)
        #expect(targets.contains("run") && targets.contains("test"))
        try withWorkplace { place in
            let manager = FileManager.default
            for name in try manager.contentsOfDirectory(atPath: package)
            where !name.hasPrefix(".") && name != "Sources" && name != "Tests" {
                try manager.copyItem(atPath: package + "/" + name, toPath: place(name))
            }
            for block in blocks {
                let fault = try block.fault(in: place, targets: targets)
                #expect(fault == nil, "\(document):\(block.line): \(fault ?? "")")
            }
        }
    }

    /// The two commands that a newcomer types first.
    @Test func theReadmeNamesMakeRunAndMakeTest() throws {
        let asked = CommandBlock.all(in: try Documents.text("README.md")).flatMap { $0.script.makeTargets }
        #expect(asked.contains("run") && asked.contains("test"))
    }

    private func fault(_ block: String, exits: Int = 0) throws -> String? {
        let markdown =
            "# Title\n\nText.\n<!-- exits=\(exits) -->\n```sh\n\(block)\n```\n\n```\nfalse\n```\n\n```yaml\n- false\n```\n"
        let blocks = CommandBlock.all(in: markdown)
        try #require(blocks.count == 1)
        #expect(blocks[0].line == 5)
        var fault: String?
        try withWorkplace { fault = try blocks[0].fault(in: $0, targets: ["run"]) }
        return fault
    }

    @Test func blocksThatDoAsTheySayPass() throws {
        for block in [
            "repro --version", "$ repro --version\nrepro 0.0 (output, not a command)", "# a comment\ntrue  # another",
            "make run   # builds first", "git clone https://example.org/a/b.git\ncd b\ncd b",
            "cat > x << 'END'\nmake nothing\nfalse\nEND\ngrep -q nothing x", "repro random --seed 1 \\\n  --count 1",
        ] {
            #expect(try fault(block) == nil, "\(block)")
        }
        #expect(try fault("true\nrepro check --goldens absent", exits: 2) == nil)
    }

    @Test func blocksThatDoOtherwiseAreReported() throws {
        for block in [
            "repro runn", "true\nrepro check --goldens absent\ntrue", "$ repro run\nexpected output", "make nothing",
            "repro list | false | cat", "repro --version && no-such-command", "echo $UNSET_VARIABLE", "cd absent",
        ] {
            #expect(try fault(block) != nil, "\(block)")
        }
        #expect(try fault("repro --version", exits: 1) != nil)
        #expect(try fault("repro check --goldens absent", exits: 1) != nil)
        #expect(try fault("false\nrepro --version", exits: 1)?.contains("before its last") == true)
        #expect(try fault("repro run").map { $0.contains("failed in line 6: repro run") } == true)
    }
}
