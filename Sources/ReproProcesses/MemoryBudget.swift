import CReproKernels
import Foundation

/// How much memory a process may take: as much as the machine and its control group have, but for a part that is left to
/// others, or as much as it is told.
public struct MemoryBudget: Sendable, Equatable {
    /// How many bytes they are.
    public let byteCount: Int

    public init(byteCount: Int) { self.byteCount = byteCount }

    /// Nine tenths of what this process can have here.
    public init() {
        let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        byteCount = ([physical] + MemoryBudget.groupLimits()).min()! / 10 * 9
    }

    /// Holds this process to the budget: an allocation beyond it fails, and a system that runs out of memory ends this process
    /// before others. No memory image of a crash is written.
    ///
    /// A build with a sanitizer, whose own memory takes more than any budget, is not held to it.
    ///
    /// - Parameter threadCount: how many threads will compute; their stacks are reserved beside the budget, and hardly used.
    public func limit(threadCount: Int) {
        let (bytes, overflow) = byteCount.addingReportingOverflow(threadCount << 23)
        if !overflow, repro_memory_has_shadow() == 0 {
            // Linux counts here what a process can write to, and no mere reservation of addresses; other systems count little.
            #if canImport(Glibc)
                MemoryBudget.lower(__rlimit_resource_t(RLIMIT_DATA.rawValue), to: bytes)
            #else
                MemoryBudget.lower(RLIMIT_DATA, to: bytes)
            #endif
        }
        #if canImport(Glibc)
            MemoryBudget.lower(__rlimit_resource_t(RLIMIT_CORE.rawValue), to: 0)
        #else
            MemoryBudget.lower(RLIMIT_CORE, to: 0)
        #endif
        if let file = fopen("/proc/self/oom_score_adj", "w") {
            fputs("1000", file)
            fclose(file)
        }
    }

    #if canImport(Glibc)
        private typealias Resource = __rlimit_resource_t
    #else
        private typealias Resource = Int32
    #endif

    private static func lower(_ resource: Resource, to bytes: Int) {
        var limits = rlimit()
        guard getrlimit(resource, &limits) == 0 else { return }
        limits.rlim_cur = min(rlim_t(bytes), limits.rlim_max)
        setrlimit(resource, &limits)
    }

    /// The limits of the control groups that this process is in.
    private static func groupLimits() -> [Int] {
        func limit(_ path: String) -> Int? {
            (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        var limits = [limit("/sys/fs/cgroup/memory/memory.limit_in_bytes")]
        let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        // `0::/a/b`: each folder above has a limit of its own. A container sees its own group at the top.
        var parts = groups.split(separator: "\n").first { $0.hasPrefix("0::") }?.split(separator: "/").dropFirst() ?? []
        while true {
            limits.append(limit((["/sys/fs/cgroup"] + parts).joined(separator: "/") + "/memory.max"))
            if parts.popLast() == nil { break }
        }
        return limits.compactMap { $0 }.filter { $0 > 0 }
    }
}

extension MemoryBudget: CustomStringConvertible {
    /// `2.5 GiB`, or in MiB below one.
    public var description: String {
        let mebibytes = byteCount >> 20
        return mebibytes < 1024 ? "\(mebibytes) MiB" : "\(mebibytes >> 10).\((mebibytes & 1023) * 10 >> 10) GiB"
    }
}
