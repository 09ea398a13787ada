import Foundation
import ReproFormats
import ReproTrace
import ReproTraining
import ReproVerification

/// The goldens that another revision of a git checkout has, such as the branch that a change is to be merged into: a golden that
/// went with its entry leaves nothing in this tree that could be missed.
public struct GoldenBaseline: Sendable {
    /// The revision as it was named.
    public let reference: String
    /// In the order of their names' bytes.
    public let goldens: [Claim]

    /// What the revision says of a golden.
    public struct Claim: Sendable {
        /// Its name.
        public let name: GoldenName
        /// The config file that it is held to, relative to the folder; nil where there is none.
        public let config: String?
        /// Nil where the revision's golden does not say it.
        public let root: Digest?

        public init(name: GoldenName, config: String?, root: Digest?) {
            self.name = name
            self.config = config
            self.root = root
        }
    }

    /// Why the revision cannot be looked at.
    public struct Unreadable: Error, CustomStringConvertible {
        public let description: String
    }

    /// What another process found out.
    public init(reference: String, goldens: [Claim]) {
        self.reference = reference
        self.goldens = goldens
    }

    /// - Throws: ``Unreadable`` where git is absent, the folder stands in no checkout, or the revision is unknown.
    public init(reference: String, folder: GoldenFolder) throws(Unreadable) {
        // The whole folder may be gone.
        var place = folder.path
        var inner = "."
        while Paths.isFolder(place) != true, place != Paths.folder(of: place) {
            let name = place.split(separator: "/").last.map(String.init) ?? place
            inner = inner == "." ? name : name + "/" + inner
            place = Paths.folder(of: place)
        }
        func unreadable(_ problem: String) -> Unreadable {
            Unreadable(description: "--against \(reference): \(problem)")
        }
        guard !reference.hasPrefix("-"), !reference.isEmpty else {
            throw unreadable("this is no revision; name a branch, a tag or a commit")
        }
        guard GoldenBaseline.git(["--version"], in: place)?.status == 0 else {
            throw unreadable("git is not there, so that nobody knows which goldens it has; install git")
        }
        guard GoldenBaseline.git(["rev-parse", "--is-inside-work-tree"], in: place)?.output.hasPrefix("true") == true
        else { throw unreadable("'\(place)' is in no git checkout; check a clone of the repository") }
        let commit = reference + "^{commit}"
        guard GoldenBaseline.git(["rev-parse", "--verify", "--quiet", commit], in: place)?.status == 0 else {
            let branch = reference.hasPrefix("origin/") ? String(reference.dropFirst(7)) : reference
            throw unreadable(
                "git knows no such revision here; in a shallow clone, fetch it first: "
                    + "git fetch --depth 1 origin \(branch), then --against FETCH_HEAD")
        }
        guard
            let listing = GoldenBaseline.git(["ls-tree", "-z", "--name-only", commit, "./" + inner + "/"], in: place),
            listing.status == 0
        else { throw unreadable("git cannot list its goldens") }
        func contents(_ file: String) -> [UInt8] {
            let shown = GoldenBaseline.git(["show", "\(commit):./\(inner)/\(file)"], in: place)
            return shown?.status == 0 ? Array((shown?.output ?? "").utf8) : []
        }
        let claims = GoldenFolder.claims(in: contents(GoldenFolder.indexName))
        let names = listing.output.split(separator: "\0").compactMap { path in
            let file = path.split(separator: "/").last ?? ""
            return file.hasSuffix(".json") ? GoldenName(String(file.dropLast(5))) : nil
        }
        self.reference = reference
        goldens = names.sorted().map { name in
            if let claim = claims.first(where: { $0.name == name }) {
                return Claim(name: name, config: claim.config, root: claim.root)
            }
            // An index of an earlier layout says less than the golden.
            let golden = try? JSONValue.parse(contents("\(name).json"), path: "\(name).json")
            return Claim(
                name: name, config: golden?["config"]?.string,
                root: golden?["root"]?.string.flatMap { Digest(hexadecimal: $0) })
        }
    }

    /// What the revision says of a golden; nil where it has none of the name.
    public func claim(_ name: String) -> Claim? { goldens.first { Text.areSame($0.name.text, name) } }

    /// The same revision, as far as it is about one golden.
    public func about(_ name: String) -> GoldenBaseline {
        GoldenBaseline(reference: reference, goldens: claim(name).map { [$0] } ?? [])
    }

    /// What to say of a golden that is not here, where the revision has it.
    func fault(_ error: any Error, of name: String, in folder: GoldenFolder) -> GoldenFault? {
        guard case GoldenFault.missing(let path) = error, claim(name) != nil,
            let claimed = try? folder.claimedNames(), !claimed.contains(where: { $0.text == name })
        else { return nil }
        let wasRetired = (try? folder.retirements())?.contains { $0.name.text == name } == true
        return .lost(path: path, reference: reference, isOtherThanRetired: wasRetired)
    }

    /// What to say of a golden that the revision holds to a config file, and nothing does here.
    func fault(of golden: Golden, in folder: GoldenFolder) -> GoldenFault? {
        guard golden.config == nil, Experiment.shipped(named: golden.name.text) == nil,
            let config = claim(golden.name.text)?.config
        else { return nil }
        return .unheld(path: folder.path(of: golden.name), reference: reference, config: config)
    }

    /// The note that a golden of the revision was taken out of a folder on purpose; nil for one that is there, that nobody retired,
    /// or that is another than the retired one.
    public func retirement(of name: String, in folder: GoldenFolder) -> GoldenRetirement? {
        guard let claim = claim(name), (try? folder.fileNames())?.contains(where: { Text.areSame($0, name) }) == false
        else { return nil }
        return (try? folder.retirements())?.first { $0.name == claim.name && (claim.root ?? $0.root) == $0.root }
    }

    /// The command that brings a golden back which the revision has and a folder has neither as a file nor in its index; nil for
    /// another one. Goldens that were blessed since have to be blessed again, because the index comes back too.
    public func command(restoring name: String, in folder: GoldenFolder) -> String? {
        guard claim(name) != nil, let claimed = try? folder.claimedNames(),
            !claimed.contains(where: { $0.text == name }), (try? folder.fileNames())?.contains(name) == false
        else { return nil }
        let words = [reference, "--", "\(folder.path)/\(name).json", "\(folder.path)/\(GoldenFolder.indexName)"]
        return "git checkout " + words.map { $0 == "--" ? $0 : Text.shellWord($0) }.joined(separator: " ")
    }

    /// The golden that the checkout's HEAD has in a folder; nil where there is none, or one that nobody has reviewed, or no git.
    static func committed(_ name: GoldenName, in folder: GoldenFolder) -> Golden? {
        guard let shown = git(["show", "HEAD:./\(name).json"], in: folder.path), shown.status == 0,
            let golden = try? Golden.decode(Array(shown.output.utf8), path: folder.path(of: name)),
            golden.name == name, !golden.isUnreviewed
        else { return nil }
        return golden
    }

    /// Runs git to its end; nil where it cannot be started.
    static func git(_ arguments: [String], in folder: String) -> (status: Int32, output: String)? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder] + arguments
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
