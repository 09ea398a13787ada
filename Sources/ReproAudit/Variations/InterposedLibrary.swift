import Foundation
import ReproProcesses

/// The library that stands in front of the C library, built from its source where the audit runs.
public struct InterposedLibrary: Sendable {
    /// Where it lies; nil where it could not be built.
    public let path: String?
    /// Why there is none; nil where there is.
    public let refusal: String?
    /// Each process that loaded it leaves an empty file here.
    let marks: String

    init(in scratch: ScratchFolder, running: RunningProcesses) {
        let (source, library) = (scratch.path("interposed.c"), scratch.path("interposed.so"))
        marks = scratch.path("interposed")
        #if os(Linux)
            try? FileManager.default.createDirectory(atPath: marks, withIntermediateDirectories: true)
            _ = FileManager.default.createFile(atPath: source, contents: Data(PackageResources.interposed_c))
            let words = ["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
            let answer = try? ChildProcess("/usr/bin/env", ["env"] + words).run(within: 60, of: running)
            let isBuilt = answer?.ending == .exited(0) && FileManager.default.fileExists(atPath: library)
            path = isBuilt ? library : nil
            let said = answer?.firstMessage.map { ": \($0)" } ?? ""
            refusal =
                isBuilt
                ? nil : answer?.ending == .exited(127) ? "no C compiler (cc)" : "the C compiler gave no library\(said)"
        #else
            path = nil
            refusal = "not on this system"
        #endif
    }

    /// Loads it in front of whatever is loaded there already.
    func load(into setting: inout RunSetting, _ own: [String]) {
        guard let path else { return }
        let before = own.first { $0.hasPrefix("LD_PRELOAD=") }.map { ":" + $0.dropFirst("LD_PRELOAD=".count) } ?? ""
        setting.set("LD_PRELOAD", path + before)
        setting.set("REPRO_INTERPOSED", marks)
    }

    /// How many processes have loaded it since the last question.
    func takeMarks() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: marks)) ?? []
        for name in names { try? FileManager.default.removeItem(atPath: marks + "/" + name) }
        return names.count
    }
}
