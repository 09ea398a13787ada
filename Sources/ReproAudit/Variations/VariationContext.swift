import Foundation
import ReproProcesses

/// What the machine and the user's environment offer to variations.
public struct VariationContext: Sendable {
    /// The user's variables, in their order.
    public let variables: [String]
    /// The processors that the audit may run on.
    public let processors: [Int]
    /// The working directory.
    public let directory: String
    /// A folder of the audit.
    public let scratch: String
    /// The interposed C library, or why there is none.
    public let interposed: InterposedLibrary
    /// The locales that the system has.
    public let locales: [String]

    public init(directory: String, scratch: ScratchFolder, running: RunningProcesses) {
        variables = ProgramProcess.ownVariables
        self.directory = directory
        self.scratch = scratch.folder
        processors = VariationContext.ownProcessors()
        interposed = InterposedLibrary(in: scratch, running: running)
        let answer = try? ChildProcess("/usr/bin/env", ["env", "locale", "-a"]).run(within: 10, of: running)
        locales = String(decoding: answer?.output ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// A variable of the user; nil where it is not set.
    func variable(_ name: String) -> String? {
        variables.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    private static func ownProcessors() -> [Int] {
        // `Cpus_allowed_list:	0-3,8`.
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        let ranges = line?.dropFirst("Cpus_allowed_list:".count).split(separator: ",") ?? []
        let numbers = ranges.flatMap { range -> [Int] in
            let ends = range.split(separator: "-").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return Array(first...last)
        }
        return numbers.isEmpty ? Array(0..<ProcessInfo.processInfo.activeProcessorCount) : numbers
    }
}
