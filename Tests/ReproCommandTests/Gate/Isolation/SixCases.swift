import Foundation
import Repro
import Testing

/// Six goldens, `a` … `f`, of small experiments with data of their own; `c` computes a few seconds.
enum SixCases {
    static let names = ["a", "b", "c", "d", "e", "f"]

    /// Epochs and units of `c`. A long golden would take longer to read than to compute.
    #if DEBUG
        private static let long = (epochs: 200, hidden: 4)
    #else
        private static let long = (epochs: 400, hidden: 160)
    #endif

    static func write(to place: Workplace) throws {
        for name in names {
            try place.write(name + ".tsv", Mood.train)
            try place.write(
                name + ".json",
                """
                {"name": "\(name)", "task": "classification", "data": {"format": "tsv", "train": "\(name).tsv"},
                 "model": {"cell": "lstm", "embedding": 4, "hidden": \(name == "c" ? long.hidden : 4)}, "training": {"optimizer": "sgd",
                 "learningRate": 0.1, "batchSize": 2, "epochs": \(name == "c" ? long.epochs : 2)}}
                """)
        }
        let words = ["--seed", "7", "--reason", "x", "--by", "me", "--yes", "--threads", "1"]
        let ending = try place.run(
            [try #require(Built.path), "bless"] + names.flatMap { ["--config", $0 + ".json"] } + words, seconds: 300)
        try #require(ending.code == 0, "\(ending)")
    }

    /// Checks all six, and does something to the process that judges `c` once that has computed for a while.
    static func check(
        _ place: Workplace, _ words: [String], whileJudgingC body: ((_ check: Process, _ child: Int32) throws -> Void)?
    ) throws -> Ending {
        try place.run([try #require(Built.path), "check", "--threads", "1"] + words, seconds: 300) { process, _ in
            guard let body else { return }
            try body(process, try child(of: process, judging: "c"))
        }
    }

    /// The process that judges a case, once it has computed for 0.3 s, so that it has read all of its files.
    static func child(of check: Process, judging name: String) throws -> Int32 {
        for _ in 0..<60_000 where check.isRunning {
            for process in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ Int32($0) }) {
                guard let words = text("/proc/\(process)/cmdline"), words.hasSuffix("\0judge-one-case\0\(name)\0"),
                    let facts = text("/proc/\(process)/stat")?.split(separator: ")").last?.split(separator: " "),
                    facts.count > 12, facts[1] == "\(check.processIdentifier)", let ticks = Int(facts[11]), ticks >= 30
                else { continue }
                return process
            }
            usleep(5_000)
        }
        throw TimedOut(description: "no process judged '\(name)'")
    }

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// Waits until a process is gone.
    static func awaitEnd(of process: Int32) throws {
        for _ in 0..<3_000 {
            // One that nobody has waited for yet is over too.
            guard let facts = text("/proc/\(process)/stat"), facts.split(separator: ")").last?.hasPrefix(" Z") == false
            else { return }
            usleep(10_000)
        }
        Issue.record("process \(process) still runs")
    }
}

/// How each case of a report ended, read back from any format.
struct Verdicts: Equatable {
    var good: [String] = []
    var bad: [String] = []

    init(good: [String], bad: [String]) { (self.good, self.bad) = (good, bad) }

    /// - Throws: where the report is no whole document of its format.
    init(_ format: String, _ out: String) throws {
        let lines = out.split(separator: "\n").map(String.init)
        switch format {
        case "json":
            for item in try #require(try JSONValue.parse(out, path: "stdout")["cases"]?.elements) {
                note(try #require(item["name"]?.string), item["verdict"]?.string == "reproduced")
            }
        case "junit":
            let document = try XMLDocumentCounts(out)
            #expect(document.testcases == SixCases.names.count && document.errors == 1, "\(out)")
            for name in SixCases.names {
                #expect(out.contains("<testcase name=\"\(name)\" "))
                note(name, out.contains("<testcase name=\"\(name)\" classname=\"repro.check\"/>"))
            }
        case "tap":
            #expect(Array(lines.prefix(2)) == ["TAP version 14", "1..6"])
            for (index, name) in SixCases.names.enumerated() {
                #expect(lines.contains { $0.hasSuffix("ok \(index + 1) - \(name)") }, "\(out)")
                note(name, lines.contains("ok \(index + 1) - \(name)"))
            }
        case "github":
            #expect(lines.last == "5 of 6 reproduced")
            for name in SixCases.names {
                note(name, !lines.contains { $0.hasPrefix("::error file=Goldens/\(name).json,") })
            }
        case "markdown":
            for name in SixCases.names {
                #expect(lines.contains { $0.hasPrefix("| \(name) | ") })
                note(name, lines.contains { $0.hasPrefix("| \(name) | reproduced |") })
            }
        default:
            for name in SixCases.names {
                #expect(lines.contains { $0.hasPrefix("\(name)  ") })
                note(name, lines.contains { $0.hasPrefix("\(name)  ") && $0.contains("  reproduced  ") })
            }
        }
    }

    private mutating func note(_ name: String, _ isGood: Bool) {
        if isGood { good.append(name) } else { bad.append(name) }
    }
}
