import ReproFormats
import ReproTestSupport
import Testing

/// Files of PyTorch, NumPy, Python and zlib are read as these hold them.
@Suite struct ArchiveTests {
    @Test func filesHoldWhatTheirWritersSay() throws {
        var kinds: [String] = []
        for file in try HeldFile.all("archives.txt") {
            if !kinds.contains(file.kind) { kinds.append(file.kind) }
            do {
                let held = try file.held(file.bytes)
                #expect(held == file.rest, "\(file.name)")
            } catch {
                Issue.record("\(file.name): \(error)")
            }
        }
        #expect(kinds.sorted() == ["gzip", "npz", "pickle", "torch", "zip"])
    }

    @Test func eventFilesHoldWhatTensorBoardWrote() throws {
        for fields in try vectors.cases("events.txt") {
            let file = try HeldFile([fields[0], "events", fields[1]] + fields[2...])
            let points = try EventFile.points(ByteFile(bytes: file.bytes, path: file.name))
            let found = points.map { point in
                let tag = Array(point.tag.utf8).map { String($0, radix: 16) }.joined()
                guard case .scalar(let bits) = point.value else { return "\(tag):\(point.step):*" }
                return "\(tag):\(point.step):\(String(bits, radix: 16))"
            }
            #expect(found == file.rest, "\(file.name)")
            #expect(points[1].time == 1001)
            for end in [1, 12, file.bytes.count - 1] {
                _ = try thrown(FormatError.self, "\(end)") {
                    _ = try EventFile.points(ByteFile(bytes: Array(file.bytes[..<end]), path: "cut"))
                }
            }
        }
    }

    /// A list that grows by one element at a time, as protocols 0 and 1 write it, is not copied each time.
    @Test func longListsAreReadInOneGo() throws {
        let count = 100_000
        let pickle = [UInt8](bytes("(l")) + [[UInt8]](repeating: bytes("Na"), count: count).joined() + bytes(".")
        let file = try PickleFile(ByteFile(bytes: pickle, path: "long.pkl"))
        #expect(file.leaves.count == count)
        #expect(file.leaves[count - 1].name == "[\(count - 1)]")
    }

    @Test func aPickleHasALimitOfObjects() throws {
        let limits = ReadingLimits(objectCount: 10)
        let error = try thrown(FormatError.self) {
            _ = try PickleFile(
                ByteFile(bytes: bytes("(l") + [UInt8](repeating: 0x5d, count: 20), path: "x"), limits: limits)
        }
        #expect(error.problem.contains("more than 10 objects"))
    }
}
