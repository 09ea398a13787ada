import Dispatch
import Foundation
import ReproFormats
import ReproTestSupport
import ReproVerification
import Synchronization
import Testing

/// Whether a folder of goldens is the old one or the new one, whatever fails or ends while it is written.
@Suite struct GoldenTransactionTests {
    private static let names: [GoldenName] = ["a", "b", "c"]

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

    /// The same where a golden is taken out: it is there whole, or gone with its tensors and its entry.
    @Test(arguments: [false, true]) func eachFailingCallLeavesARetiredGoldenOrNone(withAllThatFollow: Bool) throws {
        let retirement = GoldenRetirement(
            name: "a", root: try version(1, of: "a").golden.root, by: "me", reason: "no longer used")
        func retire(_ folder: GoldenFolder, _ calls: Calls, _ fault: @escaping @Sendable (Int) -> Int32) throws {
            try folder.commit([], retiring: [retirement], by: FileOperations { _, _ in fault(calls.next()) })
        }
        let all = Calls()
        try withFolder { folder in
            try writeOld(folder)
            try retire(folder, all) { _ in 0 }
        }
        let old = try expected().old
        let new = Contents(names: ["b"], goldens: [old.goldens[1]], haveTensors: [true])
        var (olds, news) = (0, 0)
        for failing in 0..<all.total {
            try withFolder { folder in
                try writeOld(folder)
                try? retire(folder, Calls()) { $0 == failing || (withAllThatFollow && $0 > failing) ? ENOSPC : 0 }
                let found = try contents(folder)
                #expect(found == old || found == new, "call \(failing)")
                #expect(try folder.retirements() == (found == new ? [retirement] : []), "call \(failing)")
                #expect(try folder.fileNames() == (found == new ? ["b"] : ["a", "b"]), "call \(failing)")
                if found == old { olds += 1 } else { news += 1 }
                try folder.commit([], retiring: found == old ? [retirement] : [])
                #expect(try contents(folder) == new)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                        ".gitattributes", ".gitignore", "b.json", "b.safetensors", "index.json",
                    ])
            }
        }
        #expect(olds > 5 && news > 5, "\(olds) old, \(news) new")
    }

    /// Only what was shown is taken out, and only by a manifest that no longer names it.
    @Test func anotherGoldenThanTheRetiredOneStays() throws {
        try withFolder { folder in
            try writeOld(folder)
            let before = try contents(folder)
            let other = try version(2, of: "a").golden
            let retirement = GoldenRetirement(name: "a", root: other.root, by: "me", reason: "x")
            #expect(throws: FormatError.self) { try folder.commit([], retiring: [retirement]) }
            #expect(try contents(folder) == before)
            // What stands for a removal in a folder that somebody made removes nothing that the manifest names.
            try FileManager.default.createDirectory(
                atPath: folder.path + "/.pending", withIntermediateDirectories: false)
            try folder.edit(folder.path + "/.pending/a.json", [])
            try folder.commit([])
            #expect(try contents(folder) == before)
        }
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
}
