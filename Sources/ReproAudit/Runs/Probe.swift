import Foundation
import ReproFormats
import ReproProcesses

#if canImport(Glibc)
    import Glibc
#endif

/// A look at the place of a run from inside: what a process there finds. By it the audit knows that a variation took effect.
public enum Probe {
    /// The hidden command of `repro` that makes one.
    public static let word = "look-around"

    /// What a process finds here.
    ///
    /// - Parameter folder: a folder with some files.
    public static func facts(folder: String) -> JSONValue {
        var facts: [(String, String)] = []
        let variables = ProgramProcess.ownVariables
        facts.append(("order of variables", variables.map { String($0.prefix { $0 != "=" }) }.joined(separator: " ")))
        for variable in variables {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { facts.append(("variable \(parts[0])", String(parts[1]))) }
        }
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        for (name, line) in [("umask", "Umask:"), ("processors", "Cpus_allowed_list:")] {
            facts.append((name, status.split(separator: "\n").first { $0.hasPrefix(line) }.map(String.init) ?? ""))
        }
        facts.append(
            ("address layout", (try? String(contentsOfFile: "/proc/self/personality", encoding: .utf8)) ?? ""))
        facts.append(("fresh memory", freshMemory()))
        facts.append(("file order", fileOrder(folder)))
        facts.append(("date", String(time(nil) / 86_400)))
        facts.append(("entropy", entropy()))
        facts.append(("locale", setlocale(LC_ALL, "").map { String(cString: $0) } ?? "none"))
        var moment = time_t(0)
        var local = tm()
        localtime_r(&moment, &local)
        facts.append(("time zone", "\(local.tm_hour):\(local.tm_min)"))
        facts.append(("working directory", FileManager.default.currentDirectoryPath))
        var stream = stat()
        facts.append(("standard output", fstat(1, &stream) == 0 ? "\(stream.st_mode & S_IFMT) \(isatty(1))" : "closed"))
        var seen: [String] = []
        return .object(
            facts.filter { fact in
                defer { seen.append(fact.0) }
                return !seen.contains(fact.0)
            }.map { JSONValue.Member($0.0, $0.1.json) })
    }

    private static func freshMemory() -> String {
        guard let memory = malloc(100_003) else { return "" }
        defer { free(memory) }
        return String(memory.loadUnaligned(fromByteOffset: 50_001, as: UInt8.self))
    }

    private static func fileOrder(_ path: String) -> String {
        guard let folder = opendir(path) else { return "" }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.joined(separator: " ")
    }

    private static func entropy() -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        _ = getentropy(&bytes, bytes.count)
        return bytes.map(String.init).joined(separator: " ")
    }
}

/// Asks probes whether variations take effect.
struct ProbeDesk {
    let runner: ProgramRunner
    /// The words that start a probe, to which a folder and a file for the answer are added.
    let command: [String]
    let scratch: ScratchFolder

    /// The variations, where one that changes nothing is not varied, and one that does not pin what it is to pin does not.
    func checked(_ variations: [Variation]) throws -> [Variation] {
        try FileManager.default.createDirectory(atPath: scratch.path("probe"), withIntermediateDirectories: true)
        // Neither ascending nor descending in the order in which they are made.
        for name in ["b", "d", "a", "c"] {
            _ = FileManager.default.createFile(atPath: scratch.path("probe/\(name)"), contents: nil)
        }
        var base = RunSetting()
        for variation in variations { if let value = variation.base { variation.apply(value, &base) } }
        guard let unvaried = try facts(base) else { return variations }
        return try variations.map { variation in
            guard !variation.facts.isEmpty else { return variation }
            var variation = variation
            if let value = variation.varied {
                var setting = base
                variation.apply(value, &setting)
                let now = try facts(setting)
                if let now, variation.facts.allSatisfy({ now[$0]?.string == unvaried[$0]?.string }) {
                    variation = variation.with(
                        varied: nil, held: nil, refusal: "it took no effect: \(variation.facts[0]) stayed as it was")
                } else if now == nil {
                    variation = variation.with(varied: nil, held: nil, refusal: "nothing can be started in this way")
                }
            }
            if let value = variation.held {
                var setting = base
                variation.apply(value, &setting)
                let (one, other) = (try facts(setting), try facts(setting))
                if one == nil || variation.facts.contains(where: { one?[$0]?.string != other?[$0]?.string }) {
                    variation.held = nil
                }
            }
            return variation
        }
    }

    private func facts(_ setting: RunSetting) throws -> JSONValue? {
        let file = scratch.path("facts.json")
        try? FileManager.default.removeItem(atPath: file)
        var place = runner.directory.path
        if setting.isElsewhere {
            place = scratch.path("a copy for the probe")
            defer { try? FileManager.default.removeItem(atPath: place) }
            guard runner.directory.copy(to: place, running: runner.running) else { return nil }
            return try answer(setting, place, file)
        }
        return try answer(setting, place, file)
    }

    private func answer(_ setting: RunSetting, _ place: String, _ file: String) throws -> JSONValue? {
        // Without processes that compute beside it, which no probe can tell.
        guard (try? runner.start(setting, command + [scratch.path("probe"), file], in: place, within: 30)) != nil,
            let bytes = try? ByteFile.contents(of: file)
        else { return nil }
        _ = runner.context.interposed.takeMarks()
        return try? JSONValue.parse(bytes, path: file)
    }
}
