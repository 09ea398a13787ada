import Foundation
import Repro
import Testing

@Suite(.enabled(if: Built.exists, Built.absence)) struct HelpTests {
    /// The commands that the overview lists.
    private func commands(_ place: Workplace) throws -> [String] {
        let overview = try place.repro("--help").out
        let names = overview.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { line in
            String(line.dropFirst(2).prefix { $0 != " " })
        }
        // Each command is a file of its room, `NAMECommand.swift`.
        let files = Documents.sources.filter { $0.hasSuffix("Command.swift") && $0 != "Command.swift" }
            .map { $0.dropLast("Command.swift".count).lowercased() }
        try #require(names.sorted() == files.sorted(), "\(overview)")
        return names
    }

    @Test func everyCommandIsExplained() throws {
        try withWorkplace { place in
            let overview = try place.repro("--help")
            expectSuccess(overview)
            #expect(try place.repro("help").out == overview.out)
            for command in try commands(place) {
                let help = try place.repro("help", command)
                expectSuccess(help)
                #expect(help.out.contains("usage: repro \(command)"))
                for option in ["--format", "--threads", "--kernels", "--quiet", "--help"] {
                    #expect(help.out.contains(option), "\(command) \(option)")
                }
                #expect(try place.repro(command, "--help").out == help.out)
                #expect(try place.repro(command, "-h").out == help.out)
            }
            #expect(try place.contents().isEmpty)
        }
    }

    @Test func theVersionNamesTheContracts() throws {
        try withWorkplace { place in
            let ending = try place.repro("--version")
            expectSuccess(ending)
            #expect(
                ending.out == "repro \(ReproVersion.release) (numerical contract \(ReproVersion.contract))\n")
        }
    }

    @Test func bashCompletesCommandsOptionsAndExperiments() throws {
        try withWorkplace { place in
            let script = try place.repro("completion", "bash")
            expectSuccess(script)
            try place.write("repro.bash", script.out)
            let syntax = try place.bash("bash -n repro.bash")
            #expect(syntax.code == 0 && syntax.err.isEmpty, "\(syntax)")
            func completions(_ words: String...) throws -> [String] {
                let line = words.map { "'\($0)'" }.joined(separator: " ")
                let ending = try place.bash(
                    "source repro.bash; COMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1); _repro; printf '%s\\n' \"${COMPREPLY[@]}\""
                )
                #expect(ending.code == 0 && ending.err.isEmpty, "\(ending)")
                return ending.out.split(separator: "\n").map(String.init)
            }
            #expect(try completions("repro", "che") == ["check"])
            #expect(try completions("repro", "") == commands(place) + ["help", "--help", "--version"])
            #expect(try completions("repro", "run", "--see") == ["--seed"])
            #expect(try completions("repro", "run", "sig") == ["sigmoid-classifier"])
            #expect(try completions("repro", "help", "ran") == ["random"])
            #expect(try completions("repro", "completion", "z") == ["zsh"])
            #expect(try completions("repro", "check", "--s") == ["--shard", "--seed"])
            #expect(try completions("repro", "matrix", "--b") == ["--builds"])
            #expect(
                try completions("repro", "diff", "--format", "") == [
                    "text", "json", "junit", "tap", "github", "markdown",
                ])
            #expect(try completions("repro", "run", "outputs", "--trace", "t") == ["tensor"])
        }
    }

    @Test(arguments: ["zsh", "fish"])
    func theScriptsOfOtherShellsParse(shell: String) throws {
        try withWorkplace { place in
            let script = try place.repro("completion", shell)
            expectSuccess(script)
            try place.write("script", script.out)
            for command in try commands(place) { #expect(script.out.contains(command)) }
            if shell == "fish" {
                // Without the shell itself: in every line the quotes close, a backslash taking the next character along.
                for line in script.out.split(separator: "\n") {
                    var isOpen = false
                    var isEscaped = false
                    for character in line {
                        if isEscaped {
                            isEscaped = false
                        } else if character == "\\" {
                            isEscaped = true
                        } else if character == "'" {
                            isOpen.toggle()
                        }
                    }
                    #expect(!isOpen, "\(line)")
                }
            } else {
                #expect(script.out.hasPrefix("#compdef repro\n"))
            }
            let syntax = try place.bash("command -v \(shell) >/dev/null || exit 0; \(shell) -n script")
            #expect(syntax.code == 0 && syntax.err.isEmpty, "\(syntax)")
        }
    }

    @Test func anUnknownShellIsRefused() throws {
        try withWorkplace { place in
            expectRefusal(try place.repro("completion", "tcsh"), 64, naming: "bash, zsh or fish")
            expectRefusal(try place.repro("completion"), 64, naming: "bash, zsh or fish")
        }
    }
}
