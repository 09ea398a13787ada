import Foundation

/// Owns the pipes between this process and one that it starts: none of them is inherited by another.
final class Pipes {
    /// Something that came, or nothing before the time was over.
    enum Part {
        case output([UInt8])
        case messages([UInt8])
        case nothing
    }

    /// Standard input, output and error of the process that is started.
    private(set) var childEnds: [Int32] = []
    /// Standard output and error as they come here; negative once they ended.
    private var sources: [Int32] = []
    /// Open for as long as the other process may live; its end of file tells that this one is gone.
    private var lifeline: Int32?

    /// - Throws: ``ChildProcess/Failure`` where the system has no more of them.
    init(_ input: ChildProcess.Input) throws(ChildProcess.Failure) {
        switch input {
        case .nothing: childEnds = [try Pipes.checked(open("/dev/null", O_RDONLY | O_CLOEXEC))]
        case .line(let bytes):
            let (read, write) = try Pipes.make()
            childEnds = [read]
            lifeline = write
            // Nobody reads yet, so that it has to fit; the reader cannot be gone either.
            guard bytes.count <= 1 << 16, Foundation.write(write, bytes, bytes.count) == bytes.count else {
                throw ChildProcess.Failure("what it is to do is longer than a pipe holds")
            }
        }
        for _ in 0..<2 {
            let (read, write) = try Pipes.make()
            childEnds.append(write)
            sources.append(read)
        }
    }

    deinit {
        closeChildEnds()
        for descriptor in sources + [lifeline ?? -1] where descriptor >= 0 { close(descriptor) }
    }

    func closeChildEnds() {
        for descriptor in childEnds { close(descriptor) }
        childEnds = []
    }

    /// What comes next; nil where both ended.
    func next(until deadline: SuspendingClock.Instant?) -> Part? {
        while sources.contains(where: { $0 >= 0 }) {
            var ready = sources.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            var milliseconds: Int32 = -1
            if let deadline {
                let rest = SuspendingClock.now.duration(to: deadline)
                // Rounded up, so that the time is over once nothing came; a day is waited for in pieces.
                milliseconds = Int32(max(0, min(86_400_000, rest / .milliseconds(1) + 1)))
                if rest <= .zero { return .nothing }
            }
            guard poll(&ready, 2, milliseconds) > 0 else { continue }
            for (index, source) in ready.enumerated() where source.revents != 0 {
                let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                    count = max(0, read(source.fd, buffer.baseAddress, buffer.count))
                }
                if bytes.isEmpty {
                    close(source.fd)
                    sources[index] = -1
                } else {
                    return index == 0 ? .output(bytes) : .messages(bytes)
                }
            }
        }
        return nil
    }

    private static func make() throws(ChildProcess.Failure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        _ = try checked(pipe(&ends))
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func checked(_ result: Int32) throws(ChildProcess.Failure) -> Int32 {
        guard result >= 0 else {
            throw ChildProcess.Failure("no pipe to it can be made: \(String(cString: strerror(errno)))")
        }
        return result
    }
}
