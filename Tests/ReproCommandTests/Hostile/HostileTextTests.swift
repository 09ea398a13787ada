import Foundation
import Repro
import Testing

/// Whatever comes from outside is shown and does nothing, by every command and in every format.
@Suite(.enabled(if: Built.exists, Built.absence)) struct HostileTextTests {
    private static let formats = ["text", "json", "junit", "tap", "github", "markdown"]

    /// Every option of every command, and every operand, as the help tells them.
    @Test func valuesOfOptionsAndOperandsAreShownAndDoNothing() throws {
        try withWorkplace { place in
            let overview = try place.repro("--help").out.split(separator: "\n")
            let commands = overview.filter { $0.hasPrefix("  ") }.compactMap {
                $0.split(separator: " ").first.map(String.init)
            }
            try #require(commands.count > 10)
            var next = 0
            func hostile() -> String {
                next += 1
                return HostileText.arguments[next % HostileText.arguments.count]
            }
            for text in HostileText.arguments {
                expectHarmless(try place.repro(text))
                expectHarmless(try place.repro("help", text))
                expectHarmless(try place.repro("run", "--seed", "1", "--", text))
                expectHarmless(try place.repro("check", text, "--format", "github"), "github")
            }
            for command in commands {
                let help = try place.repro("help", command).out.split(separator: "\n")
                let options = help.filter { $0.hasPrefix("  --") }.map { String($0.split(separator: " ")[0]) }
                for option in options {
                    for _ in 0..<2 { expectHarmless(try place.repro(command, option + "=" + hostile())) }
                }
                for _ in 0..<3 { expectHarmless(try place.repro(command, hostile(), hostile())) }
            }
            for variable in ["REPRO_THREADS", "REPRO_KERNELS"] {
                expectHarmless(try place.repro("list", environment: [variable: hostile()]))
            }
        }
    }

    @Test(arguments: formats) func namesOfGoldensAreShownAndDoNothing(format: String) throws {
        try withWorkplace { place in
            for name in HostileText.fileNames { try place.write("g/\(name).json", "{}") }
            let ending = try place.repro("check", "--goldens", "g", "--format", format)
            #expect(ending.code == 2, "\(ending)")
            expectHarmless(ending, format)
            if format == "json" {
                expectHarmless(try place.repro("list", "--goldens", "g", "--format", "json"), format)
            }
            if format == "text" { expectHarmless(try place.repro("list", "--goldens", "g")) }
            // What an index names, which can hold what no file system can.
            let entries = HostileText.all.sorted { Text.precedes($0.utf8, $1.utf8) }.map { name -> JSONValue in
                ["name": name, "sha256": String(repeating: "0", count: 64)]
            }
            try place.write("i/index.json", (["format": 2, "goldens": entries] as JSONValue).text(.pretty))
            let named = try place.repro("check", "--goldens", "i", "--format", format)
            #expect(named.code == 2, "\(named)")
            expectHarmless(named, format)
        }
    }

    @Test(arguments: formats) func namesOfTensorsAreShownAndDoNothing(format: String) throws {
        try withWorkplace { place in
            for (file, byte) in [("a", UInt8(1)), ("b", 2)] {
                let header = HostileText.all.enumerated().map { index, name in
                    let entry: JSONValue = ["dtype": "U8", "shape": [1], "data_offsets": [index, index + 1]]
                    return "\(JSONValue.string(name).text(.compact)):\(entry.text(.compact))"
                }.joined(separator: ",")
                var bytes = Array("{\(header)}".utf8)
                bytes += Array(repeating: UInt8(ascii: " "), count: (8 - bytes.count % 8) % 8)
                let length = withUnsafeBytes(of: UInt64(bytes.count).littleEndian, Array.init)
                let data = [UInt8](repeating: byte, count: HostileText.all.count)
                try place.write("\(file).safetensors", bytes: length + bytes + data)
            }
            let ending = try place.repro("diff", "a.safetensors", "b.safetensors", "--format", format)
            #expect(ending.code == 1, "\(ending)")
            expectHarmless(ending, format)
            if format == "json" {
                let names = try ending.json()["tensors"]?.elements?.compactMap { $0["name"]?.string } ?? []
                #expect(Set(names.map { Array($0.utf8) }) == Set(HostileText.all.map { Array($0.utf8) }))
            }
            expectHarmless(
                try place.repro("infer", "--weights", "a.safetensors", "--input", "b.safetensors", "--output", "c"))
        }
    }

    @Test func whatAConfigurationHoldsIsShownAndDoesNothing() throws {
        try withWorkplace { place in
            for text in HostileText.all {
                let quoted = String(JSONValue.string(text).text(.compact).unicodeScalars.dropFirst().dropLast())
                for (old, new) in [
                    ("\"mood\"", "\"\(quoted)\""), ("\"hidden\"", "\"\(quoted)\""), ("train.tsv", quoted),
                ] {
                    try place.writeMood("m", (old: old, new: new))
                    let ending = try place.repro("run", "--config", "m/mood.json", "--seed", "1")
                    expectHarmless(ending)
                    #expect(ending.code == 65 || ending.code == 66, "\(ending)")
                }
                try place.writeMood("m")
                try place.write("m/test.tsv", text.filter { $0 != "\n" && $0 != "\r\n" && $0 != "\t" } + "\tgrey\n")
                expectHarmless(try place.repro("run", "--config", "m/mood.json", "--seed", "1", "--force"))
            }
        }
    }

    /// A name that is on the way from a configuration through a golden to every report.
    @Test(arguments: [
        "a\n::error title=pwned::x", "|pwned| # SKIP", "\u{1b}[31mred\u{202e}", "]]><b>`pwned`", "##[error]x",
    ])
    func namesOfDataFilesAreShownAndDoNothing(name: String) throws {
        try withWorkplace { place in
            try place.writeMood("m", (old: "\"train.tsv\"", new: JSONValue.string(place("m/" + name)).text(.compact)))
            try place.write("m/" + name, Mood.train)
            let bless = try place.repro(
                "bless", "--config", "m/mood.json", "--seed", "7", "--goldens", "m/\(name) g", "--reason", name, "--by",
                name,
                "--yes")
            #expect(bless.code == 0, "\(bless)")
            expectHarmless(bless)
            try place.write("m/" + name, Mood.train.replacing("fine day", with: "fine night"))
            for format in HostileTextTests.formats {
                let check = try place.repro("check", "--goldens", "m/\(name) g", "--format", format)
                #expect(check.code != 0, "\(check)")
                expectHarmless(check, format)
            }
        }
    }

    @Test func whatRunsAndOtherBuildsSayIsShownAndDoesNothing() throws {
        try withWorkplace { place in
            expectSuccess(try place.repro("run", "outputs", "--seed", "1", "--output", "a", "--quiet"))
            let run = String(decoding: try place.bytes("a/run.json"), as: UTF8.self)
            for (index, text) in HostileText.all.enumerated() {
                let format = HostileTextTests.formats[index % HostileTextTests.formats.count]
                try FileManager.default.copyItem(atPath: place("a"), toPath: place("b"))
                try place.write("b/run.json", run.replacing("\"outputs\"", with: JSONValue.string(text).text(.compact)))
                expectHarmless(try place.repro("diff", "a", "b", "--format", format), format)
                expectHarmless(try place.repro("report", "a", "b", "--output", "page.html"))
                try FileManager.default.removeItem(atPath: place("b"))
                let line = text.filter { $0 != "\0" }
                try place.write("message", line)
                try place.write("build", "#!/bin/sh\ncat message >&2\nexit 9\n")
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place("build"))
                expectHarmless(
                    try place.repro(
                        "matrix", "outputs", "--seed", "1", "--threads", "1", "--kernels", "portable", "--builds",
                        "./build",
                        "--format", format), format)
                expectHarmless(
                    try place.repro("bisect", "outputs", "--seed", "1", "--baseline", "./build", "--format", format),
                    format)
            }
        }
    }
}
