import Foundation
import Repro

/// `repro`: arguments in, one command, an exit code out.
@main
enum Main {
    static var commands: [any Command.Type] {
        [
            RunCommand.self, CheckCommand.self, BlessCommand.self, DiffCommand.self, BisectCommand.self,
            ReportCommand.self,
            MatrixCommand.self,
            ListCommand.self, InferCommand.self, BenchCommand.self, RandomCommand.self, TableCommand.self,
            DoctorCommand.self, CompletionCommand.self,
        ]
    }

    static func main() {
        Interruption.install()
        do {
            exit(try run(Array(CommandLine.arguments.dropFirst())))
        } catch {
            Messages.write("repro: \(ExitCode.message(error))\n")
            exit(ExitCode.of(error))
        }
    }

    private static func run(_ words: [String]) throws -> Int32 {
        guard let first = words.first else {
            Messages.write(Help.overview)
            return ExitCode.usage
        }
        switch first {
        case "--help", "-h":
            try Output.write(Help.overview)
            return ExitCode.success
        case "--version":
            try Output.line("repro \(ReproVersion.release) (numerical contract \(ReproVersion.contract))")
            return ExitCode.success
        case "help":
            guard words.count > 1 else {
                try Output.write(Help.overview)
                return ExitCode.success
            }
            try Output.write(Help.text(try command(words[1]).specification))
            return ExitCode.success
        default: break
        }
        let command = try command(first)
        let arguments = try Arguments(Array(words.dropFirst()), command.specification)
        if arguments.has("help") {
            try Output.write(Help.text(command.specification))
            return ExitCode.success
        }
        return try command.run(try Context(arguments))
    }

    private static func command(_ name: String) throws -> any Command.Type {
        if let command = commands.first(where: { $0.specification.name == name }) { return command }
        let names = commands.map { $0.specification.name } + ["help"]
        let nearest = NearestName.of(name, among: names).map { "did you mean '\($0)'?" } ?? "see `repro --help`"
        throw CommandLineError.usage("unknown command '\(name)'; \(nearest)")
    }
}

/// The texts of `--help`.
enum Help {
    static var overview: String {
        var lines = [
            "repro \(ReproVersion.release): bidirectional-LSTM experiments, repeatable to the last bit",
            "", "usage: repro COMMAND [options]", "",
        ]
        for command in Main.commands {
            lines.append("  " + command.specification.name.padded(12) + command.specification.summary)
        }
        lines += [
            "", "`repro help COMMAND` explains one. Start with `repro run --seed 42` and `repro check`.", "",
        ]
        return lines.joined(separator: "\n")
    }

    static func text(_ specification: CommandSpecification) -> String {
        let operands = specification.operands.isEmpty ? "" : " " + specification.operands
        var lines = [specification.summary, "", "usage: repro \(specification.name)\(operands) [options]", ""]
        func list(_ options: [OptionSpecification]) {
            for option in options {
                let head = "  --" + option.name + (option.value.map { " " + $0 } ?? "")
                if head.count < 26 {
                    lines.append(head.padded(28) + option.help)
                } else {
                    lines += [head, String(repeating: " ", count: 28) + option.help]
                }
            }
        }
        list(specification.options)
        if !specification.options.isEmpty { lines.append("") }
        list(specification.common)
        if !specification.notes.isEmpty { lines += [""] + specification.notes }
        return (lines + [""]).joined(separator: "\n")
    }
}
