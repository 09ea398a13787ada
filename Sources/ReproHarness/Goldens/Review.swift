import Foundation
import ReproFormats
import ReproNumerics
import ReproTrace
import ReproVerification

/// The goldens that a check left, or that lie unreviewed among the others, each beside the one that it would replace; and what a
/// person makes of them. Whatever was decided stays decided, so that a review that was broken off goes on where it stopped.
public struct Review: Sendable {
    /// One golden that nobody has vouched for.
    public struct Case: Sendable {
        /// The golden that waits for somebody.
        public let golden: Golden
        /// Nil where none is replaced, or one that cannot be read. Of a golden that lies where it would stand, what git's HEAD has.
        public let previous: Golden?
        /// Why the golden that is replaced cannot be read; nil where it can, or there is none.
        public let previousFault: GoldenFault?
        /// Where the two part; nil where there is nothing to compare with.
        public let drift: Drift?
        /// How what is asked for where the golden would stand left what it was made of; nil where it did not, or cannot be read.
        public let outdated: Drift?
        /// Why what is asked for there cannot be read, so that nobody knows whether the golden is outdated; nil where it can.
        public let presentFault: String?
        let tensors: [KeptTensor]?
    }

    /// What is asked for is no longer what a golden was made of, so that nobody can vouch for it.
    public struct Outdated: Error, CustomStringConvertible {
        /// The golden.
        public let name: GoldenName
        /// What makes a new one.
        public let command: String

        public var description: String {
            "'\(name)' cannot be accepted: what is asked for here is no longer what it was made of; `\(command)` makes a new one"
        }
    }

    /// Where the unreviewed goldens lie.
    public let folder: GoldenFolder
    /// Where those lie that they replace.
    public let goldens: GoldenFolder

    public init(folder: GoldenFolder, goldens: GoldenFolder) {
        self.folder = folder
        self.goldens = goldens
    }

    /// Whether the goldens lie where they would stand, so that none of them replaces a file.
    public var isInPlace: Bool { Paths.relative(folder.path + "/x", from: goldens.path) == "x" }

    /// The folder to review where none is named: the goldens themselves where some are unreviewed, else the folder beside them,
    /// or in the working directory, that a check left last. Nil where there is none.
    public static func place(goldens: GoldenFolder) -> String? {
        let names = (try? goldens.claimedNames()) ?? []
        if names.contains(where: { (try? goldens.golden($0))?.isUnreviewed == true }) { return goldens.path }
        var found: [(path: String, date: Date)] = []
        for parent in [".", Paths.folder(of: Paths.trimmed(goldens.path))] {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
            where !AtomicFolder.isLeftover(name) {
                let path = parent == "." ? name : parent + "/" + name
                let marker = path + "/" + UnreviewedGoldens.marker
                let facts = try? FileManager.default.attributesOfItem(atPath: marker)
                if let date = facts?[.modificationDate] as? Date { found.append((path, date)) }
            }
        }
        return found.max { ($0.date, $1.path) < ($1.date, $0.path) }?.path
    }

    /// The cases that are still to be decided, in the order of their names.
    ///
    /// - Throws: ``GoldenFault`` for a folder or a golden of it that cannot be read.
    public func cases() throws -> [Case] {
        let rejected = try rejections()
        var cases: [Case] = []
        for name in try folder.claimedNames() {
            let golden = try folder.golden(name)
            guard golden.isUnreviewed, !rejected.contains(Review.line(golden)) else { continue }
            var previous: Golden?
            var fault: GoldenFault?
            if isInPlace {
                previous = GoldenBaseline.committed(name, in: goldens)
            } else {
                do { previous = try goldens.predecessor(name) } catch { fault = error }
            }
            if let previous, !isInPlace, previous.blessed(by: golden.blessedBy, reason: golden.reason) == golden {
                continue
            }
            cases.append(try reviewCase(golden, previous, fault))
        }
        return cases
    }

    private func reviewCase(_ golden: Golden, _ previous: Golden?, _ fault: GoldenFault?) throws -> Case {
        var asked: AskedRun?
        var presentFault: String?
        do { asked = try AskedRun(golden, in: goldens, against: nil) } catch { presentFault = "\(error)" }
        let golden = golden.knowing(asked?.data?.files ?? [])
        let tensors = try (try? folder.tensors(of: golden))?.flatMap { try $0.all(of: golden) }
        var drift = previous.flatMap {
            Drift(expected: $0, found: golden) ?? Drift(asked: ConditionComparison([$0.conditions, golden.conditions]))
        }
        if let previous, let before = try? goldens.tensors(of: previous), let tensors {
            drift = try? drift?.explained(by: before, tensors)
        }
        return Case(
            golden: golden, previous: previous, previousFault: fault, drift: drift,
            outdated: asked.flatMap { Drift(asked: $0.conditions) }, presentFault: presentFault, tensors: tensors)
    }

    /// Why nobody can vouch for a golden any more; nil where somebody can.
    public func refusal(accepting item: Case) -> Outdated? {
        guard item.outdated != nil else { return nil }
        let name = item.golden.name
        return Outdated(
            name: name,
            command: isInPlace
                ? "repro bless \(Text.shellWord(name.text))\(goldens.option) --reason TEXT"
                : "repro check\(goldens.option) --results \(Text.shellWord(folder.path))")
    }

    /// The change that puts a golden in its place, vouched for; refused where that is no longer what was shown.
    ///
    /// - Throws: ``Outdated``.
    public func change(accepting decided: Case, by: String, reason: String) throws(Outdated) -> GoldenChange {
        if let refusal = refusal(accepting: decided) { throw refusal }
        let golden = decided.golden.blessed(by: by, reason: reason)
        return GoldenChange(
            golden, tensors: goldens.keepsTensors(of: golden) ? decided.tensors : nil,
            replacing: .shown(isInPlace ? decided.golden : decided.previous))
    }

    /// Notes that a golden is not to be asked for again. It stays where it lies, and a check goes on refusing it.
    ///
    /// - Throws: `FormatError` where that cannot be noted.
    public func reject(_ decided: Case) throws {
        if isInPlace { return }
        try AtomicFile.write(try note() + Array((Review.line(decided.golden) + "\n").utf8), to: marker)
    }

    /// Takes the marker of a check away where every golden lies in its place and none is left to decide: from then on the folder
    /// is one of goldens, which no check may replace.
    ///
    /// - Throws: `FormatError` where the marker cannot be removed.
    public func close() throws {
        if try isInPlace && cases().isEmpty { try FileOperations().remove(marker) }
    }

    private var marker: String { folder.path + "/" + UnreviewedGoldens.marker }

    /// What the marker says; nothing where there is none.
    ///
    /// - Throws: `FormatError` for a link, a pipe or a device, which could lead out of the folder.
    private func note() throws(FormatError) -> [UInt8] {
        switch FileOperations.kind(at: marker) {
        case nil: return []
        case .file: return (try? ByteFile.contents(of: marker, followingLinks: false)) ?? []
        case .folder, .link, .other:
            throw FormatError(
                .noInput, path: marker, problem: "this is not the file that a check leaves",
                remedy: "remove it, or let `repro check --results DIR` leave the folder anew")
        }
    }

    private func rejections() throws(FormatError) -> [String] {
        String(decoding: try note(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func line(_ golden: Golden) -> String { "rejected: \(golden.name) \(golden.root)" }
}

extension GoldenFolder {
    /// Whether tensors are kept beside a golden: small ones are, others where they were asked for before.
    func keepsTensors(of golden: Golden) -> Bool {
        GoldenTensors.areSmall(golden.stages, limit: GoldenTensors.smallByteCount)
            || Paths.isFolder(tensorPath(of: golden.name)) == false
    }
}
