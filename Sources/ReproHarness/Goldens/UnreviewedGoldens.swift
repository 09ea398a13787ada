import Foundation
import ReproFormats
import ReproVerification

/// The folder that a failing check leaves for review: goldens as this build would bless them, which nobody has vouched for.
///
/// A golden that drifted stands there anew, one that was reproduced as it was, with their tensors and an index. `UNREVIEWED.txt`
/// says what they are and how each case ended, and a `.gitignore` keeps them out of git. Data paths stay relative to the folder that was checked, so that the files mean
/// there what they would mean in it.
public struct UnreviewedGoldens: Sendable {
    /// The reason that each golden of the folder records.
    public static let reason = "unreviewed: left by repro check --results"
    /// A golden that nobody has vouched for, and the command that lets somebody do it.
    public struct Unreviewed: Error, CustomStringConvertible {
        /// The path of the golden.
        public let path: String
        /// The folder that a review is asked for with.
        public let folder: String

        public var description: String {
            "\(path): nobody has reviewed it; `repro review\(GoldenFolder(path: folder).option)` shows what changed, case by case"
        }
    }

    /// Marks the folder as one that may be replaced.
    public static let marker = "UNREVIEWED.txt"

    private let folder: AtomicFolder

    public init(path: String) {
        folder = AtomicFolder(path: path, option: "--results")
    }

    /// The path of the folder that a check leaves.
    public var path: String { folder.path }

    /// Whether the folder may stand there afterwards: nothing is there, an empty folder, or one that an earlier check left; and
    /// the goldens that are checked do not lie in it.
    ///
    /// - Throws: `FormatError`, `.cannotCreate`.
    public func verifyPlace(checking goldens: GoldenFolder) throws(FormatError) {
        guard Paths.relative(goldens.path + "/x", from: path).hasPrefix("../") else {
            throw FormatError(
                .cannotCreate, path: path, problem: "the goldens that are checked lie here",
                remedy: "name another folder with --results; this one is left alone")
        }
        folder.recover()
        if let contents = try folder.contents(), !contents.isEmpty {
            let own = GoldenFolder(path: path).ownFiles() + [UnreviewedGoldens.marker]
            guard contents.contains(UnreviewedGoldens.marker) && contents.allSatisfy(own.contains) else {
                throw FormatError(
                    .cannotCreate, path: path, problem: "holds more than what an earlier check left",
                    remedy: "name another folder with --results; this one is left alone")
            }
        }
        try folder.verifyWritable()
    }

    /// Writes the goldens of a check, those that drifted as this build gives them.
    ///
    /// - Parameter verdicts: how the cases ended, one line per case.
    /// - Throws: `FormatError`.
    public func write(
        _ changes: [GoldenChange], of checked: GoldenFolder, verdicts: [String], environment: RunEnvironment
    ) throws {
        try verifyPlace(checking: checked)
        try folder.write { temporary in
            try GoldenFolder(path: temporary).commit(changes)
            try AtomicFile.write(
                Array(GoldenFolder.ignoringAll.utf8), to: temporary + "/" + GoldenFolder.ignoreName)
            let facts = environment.facts.map { "  \($0.name): \($0.value)" }
            let lines =
                [
                    "Left by `repro check --results`: goldens as this build would bless them. Nobody vouches for them.",
                    "`repro review DIR` shows each beside the golden that it would replace, and asks.",
                    "",
                ] + verdicts + ["", "where it ran:"] + facts
            try AtomicFile.write(
                Array((lines.joined(separator: "\n") + "\n").utf8), to: temporary + "/" + UnreviewedGoldens.marker)
        }
    }
}

extension GoldenFolder {
    /// A golden as it stands, with the tensors that lie beside it, for another folder.
    public func copy(of name: String) throws -> GoldenChange {
        let golden = try golden(named: name)
        return try GoldenChange(copying: golden, tensors: try? tensors(of: golden))
    }
}

extension Golden {
    /// Whether a check left it and nobody has vouched for it since.
    public var isUnreviewed: Bool { Text.areSame(reason, UnreviewedGoldens.reason) }

    /// The same golden, vouched for by somebody.
    public func blessed(by: String, reason: String) -> Golden {
        Golden(copying: self, blessedBy: by, reason: reason)
    }
}
