import Foundation
import ReproFormats
import ReproVerification

/// The goldens that another revision of a git checkout has, such as the branch that a change is to be merged into: a golden that
/// went with its entry leaves nothing in this tree that could be missed.
public struct GoldenBaseline: Sendable {
    /// The revision as it was named.
    public let reference: String
    /// In the order of bytes.
    public let names: [GoldenName]

    /// Why the revision cannot be looked at.
    public struct Unreadable: Error, CustomStringConvertible {
        public let description: String
    }

    /// What another process found out.
    public init(reference: String, names: [GoldenName]) {
        self.reference = reference
        self.names = names
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
        self.reference = reference
        names = listing.output.split(separator: "\0").compactMap { path in
            let file = path.split(separator: "/").last ?? ""
            return file.hasSuffix(".json") ? GoldenName(String(file.dropLast(5))) : nil
        }.sorted()
    }

    /// What to say of a golden that is not here, where the revision has it.
    func fault(_ error: any Error, of name: String, in folder: GoldenFolder) -> GoldenFault? {
        guard case GoldenFault.missing(let path) = error, names.contains(where: { $0.text == name }),
            let claimed = try? folder.claimedNames(), !claimed.contains(where: { $0.text == name })
        else { return nil }
        return .lost(path: path, reference: reference)
    }

    /// The command that brings a golden back which the revision has and a folder has neither as a file nor in its index; nil for
    /// another one. Goldens that were blessed since have to be blessed again, because the index comes back too.
    public func command(restoring name: String, in folder: GoldenFolder) -> String? {
        guard names.contains(where: { $0.text == name }), let claimed = try? folder.claimedNames(),
            !claimed.contains(where: { $0.text == name }), (try? folder.fileNames())?.contains(name) == false
        else { return nil }
        return "git checkout \(reference) -- \(folder.path)/\(name).json \(folder.path)/\(GoldenFolder.indexName)"
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
