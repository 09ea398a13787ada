import ReproFormats

/// Why a golden cannot be judged against.
public enum GoldenFault: Error, Equatable, CustomStringConvertible {
    /// The index names it and there is no file.
    case missing(path: String)
    /// Neither the index nor a file knows it; the command makes it.
    case absent(path: String, command: String)
    /// There is a file that the index does not name.
    case unclaimed(path: String)
    /// Not a golden, or one that was changed after it was blessed.
    case malformed(path: String, line: Int?, problem: String)
    /// Another revision has the golden, and here there is neither its file nor its entry; nor is it the one that was retired here,
    /// where one of its name was.
    case lost(path: String, reference: String, isOtherThanRetired: Bool)
    /// Another revision holds the golden to a config file, and here nothing but the golden says what it computes.
    case unheld(path: String, reference: String, config: String)
    /// Made by another version of the numerical contract.
    case otherContract(path: String, found: Int)

    /// The folder, or a file in it, is none that goldens can lie in. The problem says what to do.
    case unusable(path: String, problem: String)

    public var description: String {
        switch self {
        case .unusable(let path, let problem): "\(path): \(problem)"
        case .missing(let path):
            "\(path): missing; restore it from version control, make it anew with "
                + "`\(GoldenFault.blessing(path, reason: "TEXT"))` (without its name, but with --config FILE --seed N, where that "
                + "file knows more), or, where it is to go, `\(GoldenFault.command("retire", path, reason: "TEXT"))`"
        case .absent(let path, let command): "\(path): there is no golden yet; `\(command)` makes it"
        case .lost(let path, let reference, let isOtherThanRetired):
            "\(path): gone; '\(reference)' has this golden, and here nothing checks it any more"
                + (isOtherThanRetired ? ": another of its name was retired here" : "")
                + "; restore it from version control, and where it is to go, let "
                + "`\(GoldenFault.command("retire", path, reason: "TEXT"))` take it out"
        case .unheld(let path, let reference, let config):
            "\(path): names no config file, and '\(reference)' holds this golden to \(config): here nothing but the golden says "
                + "what it computes; restore it and its line of index.json, or bless it with --config FILE"
        case .unclaimed(let path):
            "\(path): unclaimed, index.json does not name it; remove it, or let "
                + "`\(GoldenFault.blessing(path, reason: "TEXT"))` write it"
        case .malformed(let path, let line, let problem):
            "\(path)\(line.map { ":\($0)" } ?? ""): malformed: \(problem); restore it from version control, or bless it anew"
        case .otherContract(let path, let found):
            "\(path): made by version \(found) of the numerical contract, and this build computes by version "
                + "\(Golden.contract); bless it anew with "
                + "`\(GoldenFault.blessing(path, reason: "\"contract version \(Golden.contract)\""))`, or check it with a "
                + "build of version \(found)"
        }
    }

    /// What is wrong, for telling what a new golden replaces.
    public var fact: String {
        switch self {
        case .missing(let path), .absent(let path, _), .lost(let path, _, _): "'\(path)', which was missing"
        case .unheld(let path, _, _): "'\(path)', which named no config file"
        case .unclaimed(let path): "'\(path)', which index.json did not name"
        case .malformed(let path, _, let problem): "'\(path)', which was malformed: \(problem)"
        case .unusable(let path, let problem): "'\(path)', which is \(problem)"
        case .otherContract(let path, let found): "'\(path)' of version \(found) of the numerical contract"
        }
    }

    /// The command that blesses the golden at a path anew.
    private static func blessing(_ path: String, reason: String) -> String { command("bless", path, reason: reason) }

    private static func command(_ word: String, _ path: String, reason: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let name = Text.shellWord(file.hasSuffix(".json") ? String(file.dropLast(5)) : file)
        return "repro \(word) \(name)\(GoldenFolder(path: Paths.folder(of: path)).option) --reason \(reason)"
    }
}
