import Foundation
import ReproFormats
import ReproTestSupport
import Testing

/// What was read is known to be what the file held.
struct FileSnapshotTests {
    private func withFile(_ body: (_ path: String, _ write: (String) throws -> Void) throws -> Void) throws {
        try withTemporaryDirectory { folder in
            let path = folder + "/data"
            try body(path) { try Data($0.utf8).write(to: URL(fileURLWithPath: path)) }
        }
    }

    @Test func aFileThatIsWrittenReplacedOrRemovedIsTold() throws {
        let changes: [(String) throws -> Void] = [
            { try Data("other".utf8).write(to: URL(fileURLWithPath: $0)) },
            { try Data("a b\nc".utf8).write(to: URL(fileURLWithPath: $0)) },
            { path in
                try Data("A b\n".utf8).write(to: URL(fileURLWithPath: path + ".new"))
                #expect(rename(path + ".new", path) == 0)
            },
            { #expect(rename($0, $0 + ".old") == 0) },
        ]
        for change in changes {
            try withFile { path, write in
                try write("a b\n")
                let snapshot = try FileSnapshot(path: path)
                try snapshot.verify()
                try change(path)
                #expect(throws: FileSnapshot.Changed.self) { try snapshot.verify() }
                #expect(snapshot.bytes == Array("a b\n".utf8))
            }
        }
    }

    /// A checkout that writes the same bytes anew changes nothing that was read.
    @Test func aFileThatIsWrittenAnewWithTheSameBytesIsTheSame() throws {
        try withFile { path, write in
            try write("a b\n")
            let snapshot = try FileSnapshot(path: path)
            try Data("a b\n".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            try snapshot.verify()
        }
    }

    /// Files of 4 MB take each other's place all the while: what is read is one of them, or nothing.
    @Test func aFileThatIsReplacedWhileItIsReadIsWholeOrRefused() throws {
        try withFile { path, _ in
            let contents = ["a", "b"].map { Data(String(repeating: $0, count: 4_000_000).utf8) }
            try contents[0].write(to: URL(fileURLWithPath: path))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = [
                "-c",
                "i=0; while [ $i -lt 400 ]; do tr ab ba <\"$0\" >\"$0.new\"; mv \"$0.new\" \"$0\"; i=$((i+1)); done",
                path,
            ]
            try process.run()
            defer { process.terminate() }
            var counts = (whole: 0, refused: 0)
            while process.isRunning, counts.whole + counts.refused < 200 {
                do {
                    #expect(contents.contains(Data(try FileSnapshot(path: path).bytes)))
                    counts.whole += 1
                } catch is FileSnapshot.Changed { counts.refused += 1 }
            }
            #expect(counts.whole + counts.refused > 0)
        }
    }
}
