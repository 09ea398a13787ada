import Foundation
import ReproProcesses

/// Where and among what a program runs: time zone, locale, variables, folders, permissions and streams.
enum SurroundingVariations {
    static func all(_ context: VariationContext) -> [Variation] {
        [
            timeZone(context), locale(context), environment(), home(context), workingDirectory(context),
            temporaryDirectory(context), umask(), standardStreams(),
        ]
    }

    private static func timeZone(_ context: VariationContext) -> Variation {
        let variation = Variation("time-zone", "the time zone", facts: ["time zone"], form: "a value of TZ") {
            $1.set("TZ", $0)
        }
        // Needs no database of zones: 13 hours and 45 minutes before Greenwich.
        return variation.with(varied: "<+1345>-13:45")
    }

    private static func locale(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "locale", "language, and how numbers and texts are written and sorted",
            facts: ["locale", "variable LC_ALL"],
            form: "a locale of the system (locale -a)"
        ) {
            $1.set("LC_ALL", $0)
            $1.set("LANG", $0)
        }
        let now = context.variable("LC_ALL") ?? context.variable("LANG") ?? "C"
        func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
        let others = context.locales.filter { plain($0) != plain(now) && !(plain(now) == "c" && $0 == "POSIX") }
        // A comma in numbers shows more than another encoding.
        let commas = ["de_", "fr_", "es_", "ru_", "it_", "nl_", "pl_", "tr_"]
        let best = others.first { name in commas.contains { name.hasPrefix($0) } } ?? others.first { $0 != "POSIX" }
        return variation.with(
            varied: best, refusal: best == nil ? "the system has no other locale than \(now) (locale -a)" : nil)
    }

    private static func environment() -> Variation {
        let variation = Variation(
            "environment", "the order and the size of the variables", facts: ["order of variables"],
            form: "reversed", isValid: { $0 == "reversed" }
        ) { _, setting in
            setting.isEnvironmentReversed = true
            setting.set("REPRO_AUDIT_PADDING", String(repeating: "x", count: 4_321))
        }
        return variation.with(varied: "reversed")
    }

    private static func home(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "home", "the path of the home directory, by a link to it", facts: ["variable HOME"], form: "a path"
        ) { $1.set("HOME", $0) }
        let link = context.scratch + "/another home"
        var refusal: String?
        if let home = context.variable("HOME"), FileManager.default.fileExists(atPath: home) {
            try? FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: home)
        } else {
            refusal = "HOME is no folder"
        }
        return variation.with(varied: link, refusal: refusal)
    }

    private static func workingDirectory(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "working-directory", "the path of the working directory, by a copy of it", facts: ["working directory"],
            form: "copy", mayActThrough: ["file-order"], isValid: { $0 == "copy" }
        ) { _, setting in setting.isElsewhere = true }
        let size = WorkingDirectory.size(context.directory)
        let limit = WorkingDirectory.greatestCopy
        let refusal =
            size <= limit ? nil : "the working directory holds more than is copied (\(limit >> 20) MiB or 20,000 files)"
        return variation.with(varied: "copy", refusal: refusal)
    }

    private static func temporaryDirectory(_ context: VariationContext) -> Variation {
        let variation = Variation(
            "temporary-directory", "the path of the folder for temporary files", facts: ["variable TMPDIR"],
            form: "a path"
        ) { $1.set("TMPDIR", $0) }
        // Short, because a socket that is bound in it has a path of 107 bytes at most.
        let folder = context.scratch + "/a tmp"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return variation.with(varied: folder)
    }

    private static func umask() -> Variation {
        let variation = Variation(
            "umask", "the permissions of new files", facts: ["umask"], form: "an octal number, 0 … 777",
            isValid: { Int($0, radix: 8).map { (0...0o777).contains($0) } == true }
        ) { $1.umask = Int($0, radix: 8) }
        let now = Foundation.umask(0)
        Foundation.umask(now)
        return variation.with(varied: now == 0o077 ? "022" : "077")
    }

    private static func standardStreams() -> Variation {
        let names = ProgramProcess.Stream.allCases.map(\.rawValue)
        let variation = Variation(
            "standard-streams", "what standard output and error are", facts: ["standard output"],
            form: names.joined(separator: ", "), isValid: { names.contains($0) }
        ) { $1.stream = ProgramProcess.Stream(rawValue: $0) ?? .pipe }
        return variation.with(varied: "terminal")
    }
}
