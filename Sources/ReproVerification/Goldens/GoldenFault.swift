import ReproFormats

/// Why a golden cannot be judged against.
public enum GoldenFault: Error, Equatable, CustomStringConvertible {
    /// The index names it and there is no file.
    case missing(path: String)
    /// There is a file that the index does not name.
    case unclaimed(path: String)
    /// Not a golden, or one that was changed after it was blessed.
    case malformed(path: String, line: Int?, problem: String)
    /// Another revision has the golden, and here there is neither its file nor its entry.
    case lost(path: String, reference: String)
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
                + "file knows more), or, where it is to go, take its line out of index.json too"
        case .lost(let path, let reference):
            "\(path): gone; '\(reference)' has this golden, and here nothing checks it any more; restore it from version "
                + "control, or take it out there first"
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

    /// What was wrong, for telling that it has been put right.
    var fact: String {
        switch self {
        case .missing(let path), .lost(let path, _): "'\(path)', which was missing"
        case .unclaimed(let path): "'\(path)', which index.json did not name"
        case .malformed(let path, _, let problem): "'\(path)', which was malformed: \(problem)"
        case .unusable(let path, let problem): "'\(path)', which is \(problem)"
        case .otherContract(let path, let found): "'\(path)' of version \(found) of the numerical contract"
        }
    }

    /// The command that blesses the golden at a path anew.
    private static func blessing(_ path: String, reason: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let name = Text.shellWord(file.hasSuffix(".json") ? String(file.dropLast(5)) : file)
        return "repro bless \(name)\(GoldenFolder(path: Paths.folder(of: path)).option) --reason \(reason)"
    }
}
