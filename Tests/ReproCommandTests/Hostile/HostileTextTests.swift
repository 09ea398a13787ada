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
            let names = overview.filter { $0.hasPrefix("  ") }.compactMap {
                $0.split(separator: " ").first.map(String.init)
            }
            try #require(names.count > 10)
            var next = 0
            func hostile() -> String {
                next += 1
                return HostileText.arguments[next % HostileText.arguments.count]
            }
            var commands = HostileText.arguments.flatMap { text in
                [[text], ["help", text], ["run", "--seed", "1", "--", text], ["check", text]]
            }
            for (name, help) in zip(names, try place.repros(names.map { ["help", $0] })) {
                let options = help.out.split(separator: "\n").filter { $0.hasPrefix("  --") }
                    .map { String($0.split(separator: " ")[0]) }
                commands += options.flatMap { option in (0..<2).map { _ in [name, option + "=" + hostile()] } }
                commands += (0..<3).map { _ in [name, hostile(), hostile()] }
            }
            for ending in try place.repros(commands) { expectHarmless(ending) }
            for ending in try place.repros(HostileText.arguments.map { ["check", $0, "--format", "github"] }) {
                expectHarmless(ending, "github")
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
            var commands: [[String]] = []
            func run(_ folder: String) { commands.append(["run", "--config", folder + "/mood.json", "--seed", "1"]) }
            for (index, text) in HostileText.all.enumerated() {
                let quoted = String(JSONValue.string(text).text(.compact).unicodeScalars.dropFirst().dropLast())
                for (number, old) in ["\"mood\"", "\"hidden\"", "\"train.tsv\""].enumerated() {
                    try place.writeMood("\(index).\(number)", (old: old, new: "\"" + quoted + "\""))
                    run("\(index).\(number)")
                }
            }
            for ending in try place.repros(commands) {
                expectHarmless(ending)
                #expect(ending.code == 65 || ending.code == 66, "\(ending)")
            }
            commands = []
            for (index, text) in HostileText.all.enumerated() {
                try place.writeMood("l\(index)")
                let label = text.filter { !["\n", "\r\n", "\t"].contains($0) }
                try place.write("l\(index)/test.tsv", label + "\tgrey\n")
                run("l\(index)")
            }
            for ending in try place.repros(commands) { expectHarmless(ending) }
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
            let formats = HostileTextTests.formats
            let checks = try place.repros(formats.map { ["check", "--goldens", "m/\(name) g", "--format", $0] })
            for (format, check) in zip(formats, checks) {
                #expect(check.code != 0, "\(check)")
                expectHarmless(check, format)
            }
        }
    }

    @Test func whatRunsAndOtherBuildsSayIsShownAndDoesNothing() throws {
        try withWorkplace { place in
            expectSuccess(try place.repro("run", "outputs", "--seed", "1", "--output", "a", "--quiet"))
            let run = String(decoding: try place.bytes("a/run.json"), as: UTF8.self)
            var (commands, formats) = ([[String]](), [String]())
            func add(_ format: String, _ words: String...) {
                commands.append(words + (format == "text" ? [] : ["--format", format]))
                formats.append(format)
            }
            for (index, text) in HostileText.all.enumerated() {
                let format = HostileTextTests.formats[index % HostileTextTests.formats.count]
                let other = "b\(index)"
                try FileManager.default.copyItem(atPath: place("a"), toPath: place(other))
                let edited = run.replacing("\"outputs\"", with: JSONValue.string(text).text(.compact))
                try place.write(other + "/run.json", edited)
                add(format, "diff", "a", other)
                add("text", "report", "a", other, "--output", "page.html")
                try place.write("c\(index)/message", text.filter { $0 != "\0" })
                try place.write("c\(index)/build", "#!/bin/sh\ncat \"$(dirname \"$0\")/message\" >&2\nexit 9\n")
                let build = "c\(index)/build"
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place(build))
                add(
                    format, "matrix", "outputs", "--seed", "1", "--threads", "1", "--kernels", "portable", "--builds",
                    build)
                add(format, "bisect", "outputs", "--seed", "1", "--baseline", build)
            }
            for (format, ending) in zip(formats, try place.repros(commands)) { expectHarmless(ending, format) }
        }
    }
}

extension Workplace {
    /// Runs `repro` once per command line, all in one shell: a thousand processes of their own are too many for Foundation.
    fileprivate func repros(_ commands: [[String]]) throws -> [Ending] {
        func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }
        let folder = "repros-\(UUID().uuidString)"
        let lines = commands.enumerated().map { index, words in
            "repro \(words.map(quoted).joined(separator: " ")) >\(folder)/\(index).out 2>\(folder)/\(index).err </dev/null\n"
                + "echo $? >\(folder)/\(index).code\n"
        }
        try write(folder + "/script", lines.joined())
        _ = try run(["/bin/bash", folder + "/script"], seconds: 400)
        return try commands.indices.map { index in
            func text(_ name: String) throws -> String {
                String(decoding: try bytes("\(folder)/\(index).\(name)"), as: UTF8.self)
            }
            let code = Int32(try text("code").filter(\.isNumber)) ?? -1
            return Ending(code: code, isSignal: code > 128, out: try text("out"), err: try text("err"))
        }
    }
}
