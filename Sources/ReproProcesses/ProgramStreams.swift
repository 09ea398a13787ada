import CReproKernels
import Foundation

/// Owns what a program reads and writes, as pipes, files without a name or terminals, and keeps what came.
final class ProgramStreams {
    /// Standard input, output and error of the program; negative where closed.
    private(set) var programEnds: [Int32] = []
    /// What it wrote to standard output, as far as it is kept.
    private(set) var output: [UInt8] = []
    /// What it wrote to standard error, as far as it is kept.
    private(set) var messages: [UInt8] = []
    /// Whether it wrote more to standard output than is kept.
    private(set) var isOver = false
    /// Where standard output and error come; negative once they ended.
    private var sources: [Int32] = []
    /// Files that are read from where the last reading ended.
    private let areFiles: Bool

    /// - Throws: ``ChildProcess/Failure`` where the system has no more of them.
    init(_ kind: ProgramProcess.Stream) throws(ChildProcess.Failure) {
        areFiles = kind == .file
        programEnds = [try ProgramStreams.checked(open("/dev/null", O_RDONLY | O_CLOEXEC))]
        for _ in 0..<2 {
            switch kind {
            case .closed: programEnds.append(-1)
            case .pipe:
                var ends: [Int32] = [0, 0]
                _ = try ProgramStreams.checked(pipe(&ends))
                programEnds.append(ends[1])
                sources.append(ends[0])
            case .file:
                var template = Array((NSTemporaryDirectory() + "/repro-XXXXXX").utf8CString)
                let file = try ProgramStreams.checked(mkstemp(&template))
                // A second opening has a place of its own to read from.
                let own = template.withUnsafeBufferPointer { open($0.baseAddress!, O_RDONLY | O_CLOEXEC) }
                template.withUnsafeBufferPointer { _ = unlink($0.baseAddress!) }
                programEnds.append(file)
                sources.append(try ProgramStreams.checked(own))
            case .terminal:
                var (own, theirs): (Int32, Int32) = (-1, -1)
                _ = try ProgramStreams.checked(repro_open_terminal(&own, &theirs))
                programEnds.append(theirs)
                sources.append(own)
            }
        }
        for descriptor in programEnds + sources where descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        for source in sources { _ = fcntl(source, F_SETFL, fcntl(source, F_GETFL) | O_NONBLOCK) }
    }

    deinit {
        closeProgramEnds()
        for descriptor in sources where descriptor >= 0 { close(descriptor) }
    }

    func closeProgramEnds() {
        for descriptor in programEnds where descriptor >= 0 { close(descriptor) }
        programEnds = []
    }

    /// Takes what there is, waiting some milliseconds for it.
    func read(waiting milliseconds: Int32, greatest: (output: Int, messages: Int)) {
        var ready = sources.map { pollfd(fd: areFiles ? -1 : $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&ready, nfds_t(ready.count), milliseconds)
        for index in sources.indices where sources[index] >= 0 && (areFiles || ready[index].revents != 0) {
            while let bytes = next(index) {
                if index == 1 {
                    messages += bytes.prefix(max(0, greatest.messages - messages.count))
                } else if output.count + bytes.count > greatest.output {
                    isOver = true
                    return
                } else {
                    output += bytes
                }
            }
        }
    }

    /// The next bytes of a source; nil where there are none now.
    private func next(_ index: Int) -> [UInt8]? {
        var code: Int32 = 0
        var isEnd = false
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            let result = Foundation.read(sources[index], buffer.baseAddress, buffer.count)
            if result < 0 { code = errno }
            isEnd = result == 0
            count = max(0, result)
        }
        // A terminal whose last user is gone is an error, a pipe's an end; a file may still grow.
        let isOver = (isEnd && !areFiles) || (code != 0 && code != EAGAIN && code != EINTR)
        if isOver {
            close(sources[index])
            sources[index] = -1
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static func checked(_ result: Int32) throws(ChildProcess.Failure) -> Int32 {
        guard result >= 0 else {
            throw ChildProcess.Failure("no streams for it can be made: \(String(cString: strerror(errno)))")
        }
        return result
    }
}
