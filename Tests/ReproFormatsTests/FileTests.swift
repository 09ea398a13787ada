import Foundation
import ReproFormats
import ReproTestSupport
import Testing

@Suite struct FileTests {
    @Test func pathsThatHoldNoFileAreNoInput() throws {
        try withTemporaryDirectory { directory in
            #expect(mkfifo(directory + "/pipe", 0o600) == 0)
            let cases = [
                ("/missing", "no such file"), ("/missing/deeper", "no such file"), ("", "this is a directory"),
                ("/pipe", "this is a pipe or a device"),
            ]
            for (name, problem) in cases {
                let error = try thrown(FormatError.self) { _ = try ByteFile.contents(of: directory + name) }
                #expect(error.category == .noInput && error.problem == problem, "\(error)")
                #expect(error.path == directory + name)
            }
        }
    }

    @Test func anEmptyFileIsBadData() throws {
        try withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: directory + "/empty"))
            let error = try thrown(FormatError.self) { _ = try ByteFile.contents(of: directory + "/empty") }
            #expect(error.category == .badData && error.problem == "the file is empty")
        }
    }

    @Test func aForbiddenFileSaysSo() throws {
        guard getuid() != 0 else { return }  // root may read everything
        try withTemporaryDirectory { directory in
            try AtomicFile.write([1], to: directory + "/secret")
            chmod(directory + "/secret", 0)
            let error = try thrown(FormatError.self) { _ = try ByteFile.contents(of: directory + "/secret") }
            #expect(error.category == .noInput && error.problem == "reading is not permitted")
        }
    }

    @Test func pathsOfManyBytesAreRefusedWithoutATrap() throws {
        let error = try thrown(FormatError.self) { _ = try ByteFile(path: String(repeating: "x", count: 100_000)) }
        #expect(error.category == .noInput)
        let creation = try thrown(FormatError.self) {
            try AtomicFile.write([], to: String(repeating: "x", count: 100_000))
        }
        #expect(creation.category == .cannotCreate || creation.category == .inputOutput)
    }

    @Test func piecesJoinToTheWhole() throws {
        try withTemporaryDirectory { directory in
            let whole = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try AtomicFile.write(whole, to: directory + "/file")
            let file = try ByteFile(path: directory + "/file")
            for size in [1, 7, 4096, 20_000] {
                var joined: [UInt8] = []
                for start in stride(from: 3, to: file.byteCount, by: size) {
                    joined += try file.read(at: start, count: min(size, file.byteCount - start))
                }
                #expect(joined == Array(whole[3...]), "pieces of \(size)")
            }
            #expect(try file.read(at: file.byteCount, count: 0).isEmpty)
        }
    }

    @Test func aFileThatShrinksIsAnError() throws {
        try withTemporaryDirectory { directory in
            try AtomicFile.write([1, 2, 3], to: directory + "/file")
            let file = try ByteFile(path: directory + "/file")
            #expect(truncate(directory + "/file", 1) == 0)
            let error = try thrown(FormatError.self) { _ = try file.read(at: 0, count: 3) }
            #expect(error.category == .inputOutput && error.byteOffset == 1)
        }
    }

    @Test func aFileAppearsOnlyWithItsCommit() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/result"
            try AtomicFile.write(bytes("old"), to: path)
            chmod(path, 0o640)
            let file = try AtomicFile(path: path)
            for part in 0..<100 { try file.write([UInt8](repeating: UInt8(part), count: 3000)) }
            #expect(try ByteFile.contents(of: path) == bytes("old"))
            #expect(try names(in: directory).count == 2)
            try file.commit()
            #expect(try ByteFile.contents(of: path) == (0..<100).flatMap { [UInt8](repeating: UInt8($0), count: 3000) })
            #expect(try names(in: directory) == ["result"])
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
        }
    }

    @Test func givingUpLeavesTheOldFileAndNothingElse() throws {
        try withTemporaryDirectory { directory in
            try AtomicFile.write(bytes("old"), to: directory + "/result")
            do {
                let file = try AtomicFile(path: directory + "/result")
                try file.write([UInt8](repeating: 0, count: 1 << 20))
            }
            #expect(try names(in: directory) == ["result"])
            #expect(try ByteFile.contents(of: directory + "/result") == bytes("old"))
        }
    }

    @Test func twoWritersOfOneTargetDoNotMeet() throws {
        try withTemporaryDirectory { directory in
            let first = try AtomicFile(path: directory + "/result")
            let second = try AtomicFile(path: directory + "/result")
            try first.write(bytes("first"))
            try second.write(bytes("second"))
            try first.commit()
            try second.commit()
            #expect(try ByteFile.contents(of: directory + "/result") == bytes("second"))
            #expect(try names(in: directory) == ["result"])
        }
    }

    @Test func aSymbolicLinkIsFollowed() throws {
        try withTemporaryDirectory { directory in
            try AtomicFile.write(bytes("old"), to: directory + "/real")
            #expect(symlink("real", directory + "/link") == 0)
            try AtomicFile.write(bytes("new"), to: directory + "/link")
            #expect(try ByteFile.contents(of: directory + "/real") == bytes("new"))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/link") == "real")
        }
    }

    @Test func placesThatCannotBeWrittenAreNamed() throws {
        try withTemporaryDirectory { directory in
            let inside = try thrown(FormatError.self) { try AtomicFile.write([], to: directory + "/missing/file") }
            #expect(inside.category == .cannotCreate && inside.remedy.contains("mkdir"), "\(inside)")
            let itself = try thrown(FormatError.self) { try AtomicFile.write([], to: directory) }
            #expect(itself.category == .cannotCreate && itself.problem == "this is a directory")
        }
    }

    /// /dev/full fails every write as a full disk does.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aFullDiskIsAnErrorAndADeviceIsNotReplaced() throws {
        let error = try thrown(FormatError.self) { try AtomicFile.write([1, 2, 3], to: "/dev/full") }
        #expect(error.category == .inputOutput && error.remedy.contains("space"), "\(error)")
        try AtomicFile.write([1, 2, 3], to: "/dev/null")
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        #expect(type == .typeCharacterSpecial)
    }

    /// REPRO_SMALL_DISK names a directory on a file system of its own, with less than 16 MB free:
    /// `mount -t tmpfs -o size=256k tmpfs DIR`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["REPRO_SMALL_DISK"] != nil))
    func aDiskThatFillsKeepsTheOldFileAndNothingElse() throws {
        let directory = try #require(ProcessInfo.processInfo.environment["REPRO_SMALL_DISK"])
        try AtomicFile.write(bytes("old"), to: directory + "/result")
        let before = try names(in: directory)
        let error = try thrown(FormatError.self) {
            let file = try AtomicFile(path: directory + "/result")
            for _ in 0..<1000 { try file.write([UInt8](repeating: 1, count: 16_000)) }
            try file.commit()
        }
        #expect(error.category == .inputOutput && error.remedy.contains("space"), "\(error)")
        #expect(try ByteFile.contents(of: directory + "/result") == bytes("old"))
        #expect(try names(in: directory) == before)
    }
}
