import Foundation
import Repro
import ReproNumerics

/// What the command needs of the process that it is started as: arguments, places for open files, memory, and stack. What cannot be
/// mended is refused here, before anything that would end without a word.
enum Surroundings {
    /// How many files more may have to be open before the first one of a run; the system's queues of events count.
    private static let neededFiles = 4
    /// The stack that a build without optimisation needs too.
    private static let neededStack = 1 << 20

    /// Memory without which what the command is made of does not end, but waits for more: libdispatch tries again every second, for
    /// ever.
    private static let neededMemory = 32 << 20

    /// - Throws: `CommandLineError`, 69, where there are no arguments, or next to no files may be open, or next to no memory is left.
    static func verify() throws {
        occupyClosedStreams()
        guard !CommandLine.arguments.isEmpty else {
            throw CommandLineError(
                message: "the arguments cannot be read; mount /proc, from where they are", code: .unavailable)
        }
        let opened = (0..<neededFiles).map { _ in open("/dev/null", O_RDONLY) }
        for descriptor in opened where descriptor >= 0 { close(descriptor) }
        guard !opened.contains(where: { $0 < 0 }) else {
            throw CommandLineError(
                message:
                    "fewer than \(neededFiles) files more may be open here; raise the limit, as `ulimit -n 64` does",
                code: .unavailable)
        }
        let memory = mmap(nil, neededMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            throw CommandLineError(
                message: "less than \(neededMemory >> 20) MiB of memory is left here; raise the limit, as "
                    + "`ulimit -v unlimited; ulimit -d unlimited` does", code: .unavailable)
        }
        munmap(memory, neededMemory)
    }

    /// Where a standard stream is closed, the next file that is opened would take its number, and results or messages would be
    /// written into it. What takes the place instead fails as a closed one does.
    private static func occupyClosedStreams() {
        for (descriptor, mode) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", mode)
        }
    }

    /// Executes `body` here, or on a thread with a stack of its own where the system allows the process too little.
    static func withEnoughStack(_ body: @escaping @Sendable () -> Never) throws -> Never {
        var limit = rlimit()
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_STACK.rawValue)
        #else
            let resource = RLIMIT_STACK
        #endif
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(neededStack) else { body() }
        guard let thread = try? SystemThread(stackSize: 8 * neededStack, { body() }) else {
            throw CommandLineError(
                message: "the stack is too small, and no thread can be created; raise it, as `ulimit -s 8192` does",
                code: .unavailable)
        }
        thread.join()
        fatalError("the thread of the command came back")
    }
}
