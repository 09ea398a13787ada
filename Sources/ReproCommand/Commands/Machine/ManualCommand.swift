import Repro

/// `repro manual`: the manual page in roff, drawn from the same specifications as parsing, help and completion.
enum ManualCommand: Command {
    static let specification = CommandSpecification(
        name: "manual", summary: "Prints the manual page", operands: "", options: [],
        notes: ["To read it: `repro manual | man -l -`. `make install` puts it where man looks."])

    static func run(_ context: Context) throws -> ExitCode {
        try Output.write(page)
        return .success
    }

    private static var page: Escaped<Roff> {
        """
        .TH REPRO 1 "" "repro \(ReproVersion.release)" "User Commands"
        .SH NAME
        repro \\- bidirectional-LSTM experiments, repeatable to the last bit
        .SH SYNOPSIS
        .B repro
        .I COMMAND
        [options]
        .SH DESCRIPTION
        A seed and an experiment decide every bit of a result, whatever the thread count, the instruction set and the processor.
        .B repro
        runs such experiments, keeps what they gave as goldens, and tells when and where a result moved.
        .SH COMMANDS
        \(commands.map { section($0.specification) }.joined()).SH OPTIONS OF EVERY COMMAND
        \(specification.common.dropFirst().map(option).joined()).SH EXIT STATUS
        0 where all is reproduced or done, 1 drift, 2 could not judge, 3 not reproducible on this machine, 4 a number that is not
        finite; from 64 on as in sysexits.h; above 128 the signal that ended it.
        .SH ENVIRONMENT
        .TP
        .B REPRO_THREADS, REPRO_KERNELS
        What \\-\\-threads and \\-\\-kernels are where they are not given. No result depends on either.
        .TP
        .B NO_COLOR
        Where it is set, no colours.
        .TP
        .B GITHUB_STEP_SUMMARY
        A file to which \\-\\-format github appends its findings in Markdown.

        """
    }

    /// A command with the options of its own, and the formats it has.
    private static func section(_ command: CommandSpecification) -> Escaped<Roff> {
        let operands: Escaped<Roff> = command.operands.isEmpty ? "" : "\\fI\(command.operands)\\fR "
        let options = (command.options + command.common.prefix(1)).map(option).joined()
        let notes: Escaped<Roff> =
            command.notes.isEmpty ? "" : ".PP\n\(command.notes.map { "\($0)\n" as Escaped<Roff> }.joined(".br\n"))"
        return """
            .SS repro \(command.name) \(operands)[options]
            \(command.summary).
            \(options)\(notes)
            """
    }

    private static func option(_ option: OptionSpecification) -> Escaped<Roff> {
        let value: Escaped<Roff> = option.value.map { " \\fI\($0)\\fR" } ?? ""
        return """
            .TP
            \\fB\\-\\-\(option.name)\\fR\(value)
            \(option.help)

            """
    }
}
