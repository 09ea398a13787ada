import Foundation

/// The process that started this one, as the child sees it: it says on standard input what to do, is answered on what was
/// standard output, and its death is the end of this process too.
public struct ParentProcess: Sendable {
    /// What it said.
    public let order: [UInt8]
    private let answers: Int32

    /// Reads what to do, one line; from then on nothing that is printed can be taken for an answer. Nil where nothing is said.
    public init?() {
        var order: [UInt8] = []
        var byte: UInt8 = 0
        // One by one, since what comes behind the line is for nobody; there are few.
        while read(0, &byte, 1) == 1, byte != UInt8(ascii: "\n") { order.append(byte) }
        guard byte == UInt8(ascii: "\n") else { return nil }
        self.order = order
        answers = fcntl(1, F_DUPFD_CLOEXEC, 3)
        guard answers >= 0, dup2(2, 1) >= 0 else { return nil }
    }

    /// From now on this process ends with its parent.
    public func endTogether() {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(0, &byte, 1)
                if count == 0 || (count < 0 && errno != EINTR) { _exit(1) }
            }
        }
    }

    /// Answers with a line. Where nobody reads it any more, this process ends.
    public func answer(_ line: [UInt8]) {
        var rest = (line + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(answers, $0.baseAddress, $0.count) }
            if count < 0 && errno != EINTR { _exit(1) }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
