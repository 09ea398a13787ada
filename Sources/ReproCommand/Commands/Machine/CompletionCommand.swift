import Repro

/// `repro completion SHELL`: a script that completes commands, options with their values, and experiments.
enum CompletionCommand: Command {
    static let specification = CommandSpecification(
        name: "completion", summary: "Prints a completion script for a shell", operands: "bash|zsh|fish", options: [],
        notes: ["For bash: `source <(repro completion bash)`."])

    static func run(_ context: Context) throws -> ExitCode {
        try context.verifyEngineOptions()
        let shells = ["bash", "zsh", "fish"]
        guard context.arguments.operands.count == 1, let shell = context.arguments.operands.first,
            shells.contains(shell)
        else { throw usage("name one shell: bash, zsh or fish") }
        switch shell {
        case "fish": try Output.write(fish)
        case "zsh": try Output.write(["#compdef repro", "autoload -U +X bashcompinit && bashcompinit"] + bash)
        default: try Output.write(bash)
        }
        return .success
    }

    private static func words(_ specification: CommandSpecification) -> String {
        (specification.allOptions.map { "--" + $0.name } + operands(specification)).joined(separator: " ")
    }

    private static func operands(_ specification: CommandSpecification) -> [String] {
        if specification.operands.contains("EXPERIMENT") { return Experiment.shipped.map(\.name) }
        if specification.operands.contains("|") { return specification.operands.split(separator: "|").map(String.init) }
        return []
    }

    /// A string in fish's single quotes, where a backslash escapes a quote and itself.
    private static func quoted(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.append(character)
        }
        return quoted + "'"
    }

    private static var names: String { commands.map { $0.specification.name }.joined(separator: " ") + " help" }

    private static var bash: [String] {
        let cases = commands.map { "    \($0.specification.name)) words=\"\(words($0.specification))\" ;;" }
        let values = commands.flatMap { command in
            command.specification.allOptions.filter { !$0.choices.isEmpty }.map {
                "    '\(command.specification.name) --\($0.name)') words=\"\($0.choices.joined(separator: " "))\" ;;"
            }
        }
        let script = """
            _repro() {
              local words="\(names) --help --version"
              case "${COMP_WORDS[1]}" in
            \(cases.joined(separator: "\n"))
                help) words="\(names)" ;;
              esac
              [ "$COMP_CWORD" -gt 1 ] && case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}" in
            \(values.joined(separator: "\n"))
              esac
              [ "$COMP_CWORD" -eq 1 ] && words="\(names) --help --version"
              COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _repro repro
            """
        return script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static var fish: [String] {
        var lines = ["complete -c repro -n __fish_use_subcommand -f -a '\(names)'"]
        for command in commands {
            let condition = "-n '__fish_seen_subcommand_from \(command.specification.name)'"
            for option in command.specification.allOptions {
                let choices = option.choices.isEmpty ? "" : "f -a '\(option.choices.joined(separator: " "))'"
                let value = option.value == nil ? "" : " -r" + choices
                lines.append("complete -c repro \(condition) -l \(option.name)\(value) -d \(quoted(option.help))")
            }
            let operands = operands(command.specification)
            if !operands.isEmpty {
                lines.append("complete -c repro \(condition) -f -a '\(operands.joined(separator: " "))'")
            }
        }
        return lines
    }
}
