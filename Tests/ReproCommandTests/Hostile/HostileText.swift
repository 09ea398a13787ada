/// Strings that people, file systems and pull requests can bring, made to act on whatever prints them.
enum HostileText {
    /// All of them; some hold a NUL or a slash, which only files can bring.
    static let all: [String] = [
        // Commands to services that read a log.
        "a\n::error title=pwned::x", "::error title=pwned::x", " \t::set-output name=a::b", "\u{a0}::add-mask::b",
        "a\r\n::warning::x", "a\r::notice::x", "##[error]pwned", "a ##[group]pwned",
        "##vso[task.complete result=Succeeded;]",
        "##teamcity[testFailed name='pwned']", "a%0A::error::x", "a,b:c%d",
        // Results in another format.
        "a\nok 1 - b", "a\nBail out!", "a # SKIP pwned", "a # TO\u{44}O \\# pwned", "a\n1..0", "|pwned|pwned|",
        "a\n| b | c | d |",
        "`pwned`", "```\npwned", "**pwned** _x_ [a](b)", "<script>alert(1)</script>", "</summary></details><h1>pwned",
        "]]><failure message=\"pwned\"/>", "\"/><testcase name='pwned'/>", "&lt;&#10;&amp;", "\",\"pwned\":true,\"",
        // A terminal.
        "\u{1b}[31mred\u{1b}[0m", "\u{1b}]8;;http://pwned\u{1b}\\link\u{1b}]8;;\u{1b}\\", "\u{1b}]0;pwned\u{7}",
        "\u{9b}31mred", "\u{1b}[2J\u{1b}[H", "a\u{8}\u{8}\u{8}pwned", "section_start:0:pwned\r\u{1b}[0K",
        // A reader.
        "a\u{202e}nosj.b", "\u{2066}a\u{2069}\u{200f}", "a\u{200b}b\u{200d}c\u{feff}", "a\u{2028}b\u{2029}c\u{85}d",
        "а\u{301}dmіn",
        "\u{e0041}\u{e0042}tag", "a\0b", "\u{fffe}\u{fffd}\u{10ffff}", "-", "--help=x", "  ", "…", "a\u{7f}b",
        String(repeating: "long ", count: 45),
    ]

    /// Those that can stand on a command line.
    static let arguments = all.filter { !$0.contains("\0") }
    /// Those that can name a file.
    static let fileNames = arguments.map { $0.replacing("/", with: "∕") }
}
