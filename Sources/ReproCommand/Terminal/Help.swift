import Repro

/// The texts of `--help`.
enum Help {
    static var overview: [String] {
        var lines = [
            "repro \(ReproVersion.release): bidirectional-LSTM experiments, repeatable to the last bit",
            "", "usage: repro COMMAND [options]", "",
        ]
        for command in commands {
            lines.append("  " + command.specification.name.padded(12) + command.specification.summary)
        }
        lines += [
            "", "`repro help COMMAND` explains one. Start with `repro run --seed 42` and `repro check`.",
        ]
        return lines
    }

    static func text(_ specification: CommandSpecification) -> [String] {
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
        return lines
    }
}
