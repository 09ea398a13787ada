import Dispatch
import Foundation
import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproVerification
import Synchronization
import Testing

/// Whether a folder of goldens is the old one or the new one, whatever fails or ends while it is written.
@Suite struct GoldenTransactionTests {
    private static let names: [GoldenName] = ["a", "b", "c"]

    /// A golden of one tensor, and the file of that tensor.
    private func version(_ number: Float, of name: GoldenName) throws -> (golden: Golden, tensors: [UInt8]) {
        let golden = golden(name: name, try trace([.rows("init", ("w", [number]))]))
        let tensor = NamedArray("init/w", .float(Tensor(shape: [1], elements: [number])))
        return (golden, Safetensors.encoded([tensor], metadata: [("golden", name.text)]))
    }

    /// Goldens `a` with tensors, and `b` with tensors; none called `c`.
    private func writeOld(_ folder: GoldenFolder) throws {
        let old = try Self.names[..<2].map { try version(1, of: $0) }
        try folder.commit(old.map { GoldenChange($0.golden, tensorBytes: $0.tensors) })
    }

    /// Both moved, `b` without its tensors, and `c` beside them.
    private func changes() throws -> [GoldenChange] {
        try Self.names.map { name in
            let (golden, tensors) = try version(2, of: name)
            let shown = name == "c" ? nil : try version(1, of: name).golden
            return GoldenChange(golden, tensorBytes: name == "b" ? [] : tensors, replacing: .shown(shown))
        }
    }

    /// What a reader finds: each golden, whether tensors lie beside it, and the names.
    private struct Contents: Equatable {
        var names: [GoldenName]
        var goldens: [Golden?]
        var haveTensors: [Bool]
    }

    private func contents(_ folder: GoldenFolder) throws -> Contents {
        let goldens = try folder.claimedNames().map { try folder.golden($0) }
        return Contents(
            names: try folder.claimedNames(), goldens: goldens,
            haveTensors: goldens.map { (try? folder.tensors(of: $0)) ?? nil != nil })
    }

    private func expected() throws -> (old: Contents, new: Contents) {
        let old = try Self.names[..<2].map { try version(1, of: $0).golden }
        let new = try Self.names.map { try version(2, of: $0).golden }
        return (
            Contents(names: ["a", "b"], goldens: old, haveTensors: [true, true]),
            Contents(names: Self.names, goldens: new, haveTensors: [true, false, true])
        )
    }

    private final class Calls: Sendable {
        private let count = Mutex(0)
        func next() -> Int {
            count.withLock { count in
                defer { count += 1 }
                return count
            }
        }
        var total: Int { count.withLock { $0 } }
    }

    /// Every call fails once alone, as on a full disk, and once with all that follow, as where the process is killed there.
    @Test(arguments: [false, true])
    func eachFailingCallLeavesTheOldGoldensOrTheNew(withAllThatFollow: Bool) throws {
        let (old, new) = try expected()
        let all = Calls()
        try withFolder { folder in
            try writeOld(folder)
            try folder.commit(
                changes(),
                by: FileOperations { _, _ in
                    _ = all.next()
                    return 0
                })
            #expect(try contents(folder) == new)
        }
        #expect(all.total > 25)
        var (olds, news) = (0, 0)
        for failing in 0..<all.total {
            try withFolder { folder in
                try writeOld(folder)
                let calls = Calls()
                let files = FileOperations { _, _ in
                    let number = calls.next()
                    return number == failing || (withAllThatFollow && number > failing) ? ENOSPC : 0
                }
                var failure: FormatError?
                do { try folder.commit(changes(), by: files) } catch { failure = try #require(error as? FormatError) }
                let found = try contents(folder)
                #expect(found == old || found == new, "call \(failing)")
                if found == old { olds += 1 } else { news += 1 }
                // What is said is what happened.
                if let failure {
                    #expect(
                        failure.remedy.contains("unchanged") == (found == old) || failing < 2, "\(failing): \(failure)")
                    #expect(failure.remedy.contains("complete in") == (found == new), "\(failing): \(failure)")
                } else {
                    #expect(found == new)
                }
                // The next bless goes on from there.
                try folder.commit(found == old ? changes() : [])
                #expect(try contents(folder) == new)
                #expect(!folder.isHalfDone)
                let files2 = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                #expect(
                    files2 == [
                        ".gitattributes", ".gitignore", "a.json", "a.safetensors", "b.json", "c.json", "c.safetensors",
                        "index.json",
                    ])
            }
        }
        #expect(olds > 10 && news > 10, "\(olds) old, \(news) new")
    }

    /// What was committed is read where nothing can be written.
    @Test func aCommitThatWasCutShortIsReadWhereItStands() throws {
        let (_, new) = try expected()
        try withFolder { folder in
            try writeOld(folder)
            let hasCommitted = Mutex(false)
            let files = FileOperations { call, path in
                hasCommitted.withLock { committed in
                    defer { if call == .rename, path.hasSuffix(".pending") { committed = true } }
                    return committed ? EROFS : 0
                }
            }
            #expect(throws: FormatError.self) { try folder.commit(changes(), by: files) }
            #expect(folder.isHalfDone)
            #expect(try contents(folder) == new)
            let remarks = try folder.commit([])
            #expect(remarks.count == 1 && remarks[0].contains("an interrupted bless was finished"))
            #expect(try contents(folder) == new)
        }
    }

    @Test func ofTwoThatWriteAtOnceOneIsRefused() throws {
        try withFolder { folder in
            for round in 0..<200 {
                let before = try? folder.golden("a")
                let versions = try [0, 1].map { try version(Float(10 + 2 * round + $0), of: "a") }
                let endings = Mutex<[Int: String]>([:])
                DispatchQueue.concurrentPerform(iterations: 2) { index in
                    let change = GoldenChange(
                        versions[index].golden, tensorBytes: versions[index].tensors, replacing: .shown(before))
                    var ending = ""
                    do { try folder.commit([change]) } catch { ending = "\(error)" }
                    endings.withLock { $0[index] = ending }
                }
                let found = endings.withLock { $0 }
                let winners = found.filter { $0.value.isEmpty }.map(\.key)
                #expect(winners.count == 1, "round \(round): \(found)")
                #expect(found.values.contains { $0.contains("changed since it was shown") })
                let winner = try #require(winners.first)
                #expect(try folder.golden("a") == versions[winner].golden)
                #expect(try folder.tensors(of: versions[winner].golden) != nil)
            }
        }
    }

    @Test func namesThatDifferInCaseAloneAreRefused() throws {
        try withFolder { folder in
            try folder.write(golden(name: "Mood", try trace(parts)))
            for names: [GoldenName] in [["mood"], ["MOOD"], ["x", "X"]] {
                #expect(throws: FormatError.self) {
                    try folder.commit(names.map { GoldenChange(golden(name: $0, try trace(parts)), tensorBytes: []) })
                }
            }
            #expect(try folder.claimedNames() == ["Mood"])
        }
    }

    /// A link in a golden's place is replaced, and what it leads to stays as it is; one in `.pending`'s place is removed.
    @Test func noLinkIsFollowedWhenWriting() throws {
        try withTemporaryDirectory { place in
            let manager = FileManager.default
            let folder = GoldenFolder(path: place + "/g")
            try folder.write(golden(name: "a", try trace(parts)))
            let outside = place + "/outside"
            try manager.createDirectory(atPath: outside, withIntermediateDirectories: false)
            for name in ["a.json", "a.safetensors", "index.json", "kept"] {
                try folder.edit(outside + "/" + name, "outside".utf8)
            }
            func outsideFiles() throws -> [String] {
                try manager.contentsOfDirectory(atPath: outside).sorted().map {
                    $0 + String(decoding: try folder.bytes(outside + "/" + $0), as: UTF8.self)
                }
            }
            let before = try outsideFiles()
            let links = [
                "a.json", "a.safetensors", "index.json", ".pending", ".pending.new", ".gitattributes", ".gitignore",
            ]
            for link in links {
                let path = folder.path + "/" + link
                try? manager.removeItem(atPath: path)
                let target = link.hasPrefix(".pending") ? outside : outside + "/" + link
                try manager.createSymbolicLink(atPath: path, withDestinationPath: target)
                try folder.write(golden(name: "a", try trace(parts)))
                #expect(try outsideFiles() == before, "\(link)")
                #expect(try folder.golden("a").name == "a", "\(link)")
            }
        }
    }

    /// What no bless wrote is not moved out of `.pending`, whatever it is called.
    @Test func aForgedPendingFolderGivesNothingAway() throws {
        try withFolder { folder in
            try folder.write(golden(name: "a", try trace(parts)))
            let pending = folder.path + "/.pending"
            try FileManager.default.createDirectory(atPath: pending + "/deep/er", withIntermediateDirectories: true)
            for name in ["deep/er/x", "x", ".bashrc", "a.json.sh", "index.json", "b.json"] {
                try folder.edit(
                    pending + "/" + name, name == "index.json" || name == "b.json" ? [] : "x".utf8.map { $0 })
            }
            try FileManager.default.createSymbolicLink(atPath: pending + "/c.json", withDestinationPath: "/etc/passwd")
            try folder.commit([])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                    ".gitattributes", ".gitignore", "a.json", "index.json",
                ])
            #expect(try folder.golden("a").name == "a")
        }
    }

    /// Nothing but a file is read as a golden, as the manifest, or as what is pending.
    @Test func linksPipesFoldersAndDevicesAreRefused() throws {
        try withFolder { folder in
            let manager = FileManager.default
            try folder.write(golden(name: "a", try trace(parts)))
            for name in ["a.json", "index.json"] {
                let path = folder.path + "/" + name
                let aside = folder.path + "/aside"
                try manager.moveItem(atPath: path, toPath: aside)
                let makers: [() throws -> Void] = [
                    { try manager.createSymbolicLink(atPath: path, withDestinationPath: aside) },
                    { try manager.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero") },
                    { try #require(mkfifo(path, 0o600) == 0) },
                    { try manager.createDirectory(atPath: path, withIntermediateDirectories: false) },
                ]
                for make in makers {
                    try make()
                    let fault = fault { () throws(GoldenFault) in _ = try folder.golden("a") }
                    #expect(fault?.isMalformed == true, "\(name): \(String(describing: fault))")
                    try manager.removeItem(atPath: path)
                }
                try manager.moveItem(atPath: aside, toPath: path)
            }
            try folder.edit(folder.path + "/.pending", "x".utf8)
            #expect(fault { () throws(GoldenFault) in _ = try folder.golden("a") }?.isMalformed == true)
            let remarks = try folder.commit([])
            #expect(remarks.contains { $0.contains("is removed") })
            _ = try folder.golden("a")
        }
    }

    @Test func whatIsBrokenIsReplacedAndToldOf() throws {
        try withFolder { folder in
            let golden = golden(name: "a", try trace(parts))
            try folder.write(golden)
            for (bytes, word) in [("{", "malformed"), ("{\"contract\": 7, \"format\": 9}", "version 7")] {
                try folder.edit(folder.path(of: "a"), bytes.utf8)
                let remarks = try folder.commit([GoldenChange(golden, tensorBytes: [], replacing: .shown(nil))])
                #expect(remarks.count == 1 && remarks[0].contains(word), "\(remarks)")
                #expect(try folder.golden("a") == golden)
            }
            try FileManager.default.removeItem(atPath: folder.path(of: "a"))
            #expect(
                try folder.commit([GoldenChange(golden, tensorBytes: [])]) == [
                    "replaced '\(folder.path(of: "a"))', which was missing"
                ])
            #expect(try folder.commit([GoldenChange(golden, tensorBytes: [])]) == [])
        }
    }

    @Test func anotherGoldenThanTheOneThatWasShownIsNotReplaced() throws {
        try withFolder { folder in
            let (first, second, third) = try (version(1, of: "a"), version(2, of: "a"), version(3, of: "a"))
            for shown in [nil, first.golden] {
                try folder.write(second.golden)
                let change = GoldenChange(third.golden, tensorBytes: [], replacing: .shown(shown))
                #expect(throws: FormatError.self) { try folder.commit([change]) }
                #expect(try folder.golden("a") == second.golden)
            }
            // What is there already needs no question.
            try folder.commit([GoldenChange(second.golden, tensorBytes: [], replacing: .shown(first.golden))])
        }
    }

    /// Every field of an entry is held against the golden, and names the field where it differs.
    @Test func eachFieldOfTheManifestIsHeldAgainstTheGolden() throws {
        try withFolder { folder in
            try folder.write(golden(name: "a", config: "../a.json", try trace(parts)))
            let text = String(decoding: try folder.bytes(folder.indexFile), as: UTF8.self)
            let document = try JSONValue.parse(Array(text.utf8), path: "index.json")
            let entry = try #require(document["goldens"]?.elements?.first)
            let zeros = String(repeating: "0", count: 64)
            let forged: [(String, JSONValue?)] = [
                ("experiment", zeros.json), ("config", "../b.json".json), ("config", nil), ("data", [JSONValue]().json),
                ("data", [["path": "../other.tsv", "sha256": zeros] as JSONValue].json), ("seed", 7.json),
                ("root", zeros.json), ("sha256", zeros.json),
            ]
            for (key, value) in forged {
                let members = (entry.members ?? []).compactMap { member in
                    member.key == key ? value.map { JSONValue.Member(key, $0) } : member
                }
                let index: JSONValue = ["format": Golden.format, "goldens": [JSONValue.object(members)]]
                try folder.edit(folder.indexFile, index.text(.compact).utf8)
                let fault = fault { () throws(GoldenFault) in _ = try folder.golden("a") }
                #expect(fault?.isMalformed == true, "\(key)")
                #expect("\(fault!)".contains(key == "sha256" ? "its bytes" : "index.json states \(key) "), "\(fault!)")
            }
            try folder.edit(folder.indexFile, text.utf8)
            _ = try folder.golden("a")
        }
    }
}
