import Foundation
import Repro
import ReproTestSupport
import Synchronization
import Testing

/// Goldens that a committer changed together with the manifest, so that every checksum fits: none is judged as reproduced under a
/// name, of an experiment, with data or a leaf that it has not, each ends in its sentence, and nothing outside the folder changes.
@Suite struct TamperTests {
    private let engine: Engine
    private let runner: ExperimentRunner

    init() throws {
        engine = try Engine(threads: 1)
        let cache = RunCache()
        runner = { try cache.result(of: $0, seed: $1, engine: $2, options: $3) }
    }

    /// Runs each experiment once for all forgeries of its golden.
    private final class RunCache: Sendable {
        private let results = Mutex<[String: RunResult]>([:])

        func result(of experiment: Experiment, seed: UInt64, engine: Engine, options: RunOptions) throws -> RunResult {
            let key = "\(seed) \(experiment.json.text(.compact))"
            if let result = results.withLock({ $0[key] }) { return result }
            let result = try experiment.run(seed: seed, engine: engine, options: options)
            results.withLock { $0[key] = result }
            return result
        }
    }

    /// Goldens `outputs`, `layers` and `mood` in `a/g`, honestly blessed.
    private func bless(_ place: Workplace) throws -> GoldenFolder {
        try place.writeMood("a")
        let folder = GoldenFolder(path: place("a/g"))
        let blessing = Blessing(folder: folder, engine: engine, by: "tester", reason: "x")
        let mood = try Experiment.read(path: place("a/mood.json")).experiment
        let experiments = [Experiment.shipped(named: "outputs")!, .shipped(named: "layers")!, mood]
        try folder.commit(experiments.map { try blessing.proposal(for: $0, seed: 42, base: place("a")).change })
        return folder
    }

    /// What a check says of a folder: the cases that it takes for reproduced, and what it says of the others.
    private func judge(_ folder: GoldenFolder) -> (reproduced: [String], sentences: [String]) {
        var check = GoldenCheck(folder: folder, engine: engine)
        check.runner = runner
        var answer: (reproduced: [String], sentences: [String]) = ([], [])
        do {
            for name in try check.caseNames() {
                switch try check.check(name).verdict {
                case .reproduced: answer.reproduced.append(name)
                case .notJudged(let sentence): answer.sentences.append(sentence)
                case .drift(let drift): answer.sentences.append("drift in \(drift.stage)")
                case .notReproducible, .notFinite: answer.sentences.append("not reproducible")
                }
            }
        } catch {
            answer.sentences.append("\(error)")
        }
        return answer
    }

    /// One folder, changed and judged, and then blessed over: nothing beside it may change.
    private func expect(
        _ label: String, of name: String, saying sentence: String, _ forge: (inout Forgery) throws -> Void
    ) throws {
        try withWorkplace { place in
            var forgery = Forgery(files: Self.honest(self), place: place)
            try forge(&forgery)
            try forgery.write()
            let folder = GoldenFolder(path: place("a/g"))
            func outside() throws -> [String: [UInt8]] {
                var contents: [String: [UInt8]] = [:]
                for file in try FileManager.default.subpathsOfDirectory(atPath: place.path) where !file.hasPrefix("a/g")
                {
                    contents[file] = (try? place.bytes(file)) ?? []
                }
                return contents
            }
            let before = try outside()
            let (reproduced, sentences) = judge(folder)
            #expect(!reproduced.contains(name), "\(label): taken for reproduced")
            #expect(sentences.contains { $0.contains(sentence) }, "\(label): \(sentences)")
            let blessing = Blessing(folder: folder, engine: engine, by: "tester", reason: "x")
            var again = blessing
            again.runner = runner
            let proposal = try again.proposal(
                for: Experiment.shipped(named: "outputs")!, seed: 42, base: place("a"))
            _ = try? folder.commit([proposal.change])
            #expect(try outside() == before, "\(label): something outside the folder changed")
        }
    }

    private static let cached = Mutex<[String: [UInt8]]?>(nil)

    /// The files of the honest folder, made once.
    private static func honest(_ suite: TamperTests) -> [String: [UInt8]] {
        cached.withLock { files in
            if let files { return files }
            var made: [String: [UInt8]] = [:]
            try? withWorkplace { place in
                _ = try suite.bless(place)
                made = try place.contents("a/g")
            }
            files = made
            return made
        }
    }

    @Test func theHonestFolderIsReproduced() throws {
        try withWorkplace { place in
            let folder = try bless(place)
            #expect(judge(folder).reproduced == ["layers", "mood", "outputs"])
            // So is one whose manifest was written by the forger's hand.
            let forgery = Forgery(files: try place.contents("a/g"), place: place)
            try place.write("a/g/index.json", bytes: forgery.manifest())
            #expect(judge(folder).reproduced == ["layers", "mood", "outputs"])
        }
    }

    private static let names = [
        "../outputs", "../../models/prod", "/tmp/x", "a/b", "./outputs", "..", ".", "", ".hidden", "outputs.", "-rf",
        "_x", "out puts", " outputs", "outputs ", "out\nputs", "out\r", "out\tputs", "a\n::error title=pwned::x",
        "a\nok 1 - b", "# SKIP", "outputs # SKIP", "\u{1b}[31moutputs", "\u{1b}]0;x\u{7}", "\u{43e}utputs", "outputѕ",
        "oütputs", "ou\u{308}tputs", "\u{ff4f}utputs", "out\u{200b}puts", "out\u{202e}puts", "index", "INDEX", "a\\b",
        "C:outputs", "outputs|x", "outputs<b>", "`outputs`", "outputs\u{0}", "outputs%2f", "out'puts", "out\"puts",
        String(repeating: "o", count: 101),
    ]

    @Test(arguments: names) func aNameThatIsNoneIsRefusedEverywhere(name: String) throws {
        let rule = "is no name of a golden"
        // A golden `index.json` would be the manifest itself.
        if name != "index" {
            try expect("\(name.debugDescription) everywhere", of: name, saying: rule) { forgery in
                try forgery.rename("outputs", to: name, file: true, golden: true, experiment: true)
            }
        }
        try expect("\(name.debugDescription) in the manifest alone", of: name, saying: rule) { forgery in
            forgery.entryNames["outputs"] = name
        }
        try expect("\(name.debugDescription) in the golden alone", of: "outputs", saying: "it calls itself") {
            forgery in
            try forgery.rename("outputs", to: name, golden: true)
        }
        try expect("\(name.debugDescription) in the experiment alone", of: "outputs", saying: "its experiment has") {
            forgery in
            try forgery.rename("outputs", to: name, experiment: true)
        }
    }

    @Test func namesThatDisagreeAreRefused() throws {
        for other in ["layers", "Outputs", "output", "outputs2"] {
            try expect("golden \(other)", of: "outputs", saying: "it calls itself") {
                try $0.rename("outputs", to: other, golden: true)
            }
            try expect("experiment \(other)", of: "outputs", saying: "its experiment has") {
                try $0.rename("outputs", to: other, experiment: true)
            }
            try expect("both \(other)", of: "outputs", saying: "it calls itself") {
                try $0.rename("outputs", to: other, golden: true, experiment: true)
            }
        }
        try expect("file under another name", of: "other", saying: "it calls itself 'outputs'") {
            $0.files["other.json"] = $0.files.removeValue(forKey: "outputs.json")
        }
        try expect("another golden's bytes", of: "outputs", saying: "it calls itself 'layers'") {
            $0.files["outputs.json"] = $0.files["layers.json"]
        }
    }

    /// Name, shape, type and samples of every leaf; the digests and the manifest agree with all of it.
    @Test(arguments: ["outputs", "layers"]) func aFalsifiedLeafIsRefused(name: String) throws {
        let text = String(decoding: try #require(Self.honest(self)[name + ".json"]), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var count = 0
        for (index, line) in lines.enumerated() where line.contains("\"samples\"") {
            let forms: [(String, String)] = [
                (line.replacing("\"name\":\"", with: "\"name\":\"x", maxReplacements: 1), "has the digest of"),
                (line.replacing("\"shape\":[", with: "\"shape\":[1,", maxReplacements: 1), "has the digest of"),
                (line.replacing("\"F32\"", with: "\"I64\""), "has a malformed sample"),
                (Self.flipped(line), "with other samples"),
            ]
            for (form, sentence) in forms where form != line {
                count += 1
                try expect("\(name) line \(index + 1): \(form.prefix(90))", of: name, saying: sentence) { forgery in
                    var changed = lines
                    changed[index] = form
                    forgery.files[name + ".json"] = Array(changed.joined(separator: "\n").utf8)
                }
            }
        }
        #expect(count > 40, "\(count)")
    }

    /// A leaf's line with the last digit of its first sample changed.
    private static func flipped(_ line: String) -> String {
        guard let start = line.range(of: "[0,\"") else { return line }
        var characters = Array(line)
        let place = line.distance(from: line.startIndex, to: start.upperBound) + 7
        guard place < characters.count, characters[place].isHexDigit else { return line }
        characters[place] = characters[place] == "0" ? "1" : "0"
        return String(characters)
    }

    @Test func falsifiedStagesAreRefused() throws {
        let text = String(decoding: try #require(Self.honest(self)["mood.json"]), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() where line.contains("\"streams\"") {
            let start = try #require(line.range(of: "\"streams\":\"")).upperBound
            let other = line[..<start] + (line[start] == "0" ? "1" : "0") + line[line.index(after: start)...]
            try expect("streams in line \(index + 1)", of: "mood", saying: "malformed: stage") { forgery in
                var changed = lines
                changed[index] = String(other)
                forgery.files["mood.json"] = Array(changed.joined(separator: "\n").utf8)
            }
        }
        try expect("a stage without its leaves", of: "outputs", saying: "records no tensors") { forgery in
            try forgery.edit("outputs") { members in
                members = members.map { member in
                    guard member.key == "stages", let stages = member.value.elements else { return member }
                    let bare = stages.map { JSONValue.object(($0.members ?? []).filter { $0.key != "leaves" }) }
                    return .init("stages", .array(bare))
                }
            }
        }
    }

    @Test func falsifiedDataIsRefused() throws {
        let sentence = "'data' lists other files than those that its experiment reads"
        try expect("no data", of: "mood", saying: sentence) { forgery in
            try forgery.edit("mood") { $0 = $0.map { $0.key == "data" ? .init("data", .array([])) : $0 } }
        }
        try expect("another file", of: "mood", saying: sentence) { forgery in
            forgery.files["mood.json"] = Array(
                String(decoding: forgery.files["mood.json"]!, as: UTF8.self)
                    .replacing("{\"path\":\"../train.tsv\"", with: "{\"path\":\"../test.tsv\"").utf8)
        }
    }

    @Test func aManifestThatStatesSomethingElseIsRefused() throws {
        let zeros = String(repeating: "0", count: 64)
        for name in ["outputs", "mood"] {
            for (key, value): (String, JSONValue) in [
                ("experiment", zeros.json), ("config", "../x.json".json), ("seed", 7.json), ("root", zeros.json),
                ("sha256", zeros.json), ("data", [["path": "../x", "sha256": zeros] as JSONValue].json),
            ] {
                try expect("\(key) of \(name)", of: name, saying: key == "sha256" ? "its bytes" : "states \(key) ") {
                    $0.entryFields[name] = [key: value]
                }
            }
        }
        try expect("unknown key", of: "outputs", saying: "unknown key 'more'") {
            $0.entryFields["outputs"] = ["more": 1.json]
        }
        try expect("an entry twice", of: "outputs", saying: "out of order or twice") { $0.repeats = ["outputs"] }
        try expect("case twins", of: "Outputs", saying: "differ only in their case") { forgery in
            try forgery.rename("layers", to: "Outputs", file: true, golden: true, experiment: true)
        }
        try expect("missing file", of: "outputs", saying: "missing") { $0.unwritten = ["outputs"] }
        try expect("missing entry", of: "outputs", saying: "unclaimed") { $0.unclaimed = ["outputs"] }
        try expect("extra golden", of: "other", saying: "it calls itself") {
            $0.files["other.json"] = $0.files["outputs.json"]
        }
        try expect("no manifest", of: "outputs", saying: "unclaimed") {
            $0.unclaimed = ["outputs", "layers", "mood"]
        }
    }

    @Test func whatIsNoFileIsRefused() throws {
        for name in ["outputs.json", "index.json"] {
            let manager = FileManager.default
            let makers: [(String, String, (_ path: String, _ real: String) throws -> Void)] = [
                (
                    "link", "symbolic link",
                    {
                        try manager.moveItem(atPath: $0, toPath: $1)
                        try manager.createSymbolicLink(atPath: $0, withDestinationPath: "../real")
                    }
                ),
                (
                    "dangling link", "symbolic link",
                    { path, _ in try manager.createSymbolicLink(atPath: path, withDestinationPath: "../absent") }
                ),
                (
                    "device", "symbolic link",
                    { path, _ in try manager.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero") }
                ),
                ("pipe", "pipe or a device", { path, _ in try #require(mkfifo(path, 0o600) == 0) }),
                (
                    "folder", "directory",
                    { path, _ in try manager.createDirectory(atPath: path, withIntermediateDirectories: false) }
                ),
            ]
            for (label, sentence, make) in makers {
                try expect("\(name) is a \(label)", of: "outputs", saying: sentence) {
                    $0.afterwards = { folder in
                        let path = folder + "/" + name
                        if label != "link" { try manager.removeItem(atPath: path) }
                        try make(path, folder + "/../real")
                    }
                }
            }
        }
        for name in [".pending", ".pending.new"] {
            try expect(
                "\(name) is a link", of: "nothing", saying: name == ".pending" ? "no folder that a bless" : "missing"
            ) {
                $0.afterwards = { folder in
                    try FileManager.default.createDirectory(
                        atPath: folder + "/../real", withIntermediateDirectories: false)
                    try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/../real/outputs.json"))
                    try FileManager.default.createSymbolicLink(
                        atPath: folder + "/" + name, withDestinationPath: "../real")
                    try FileManager.default.removeItem(atPath: folder + "/layers.json")
                }
            }
        }
    }
}

/// A folder of goldens as a committer could rewrite it: the manifest states of every golden file what that file says of itself.
private struct Forgery {
    var files: [String: [UInt8]]
    let place: Workplace
    /// Names that stand in the manifest instead of a file's own.
    var entryNames: [String: String] = [:]
    /// Fields that stand in an entry instead of the file's own.
    var entryFields: [String: [String: JSONValue]] = [:]
    var repeats: [String] = []
    /// Goldens whose files are there and not in the manifest, and the other way round.
    var unclaimed: [String] = []
    var unwritten: [String] = []
    var afterwards: (_ folder: String) throws -> Void = { _ in }

    init(files: [String: [UInt8]], place: Workplace) {
        self.files = files.filter { $0.key != ".gitattributes" && !$0.key.hasSuffix(".safetensors") }
        self.place = place
    }

    mutating func edit(_ name: String, _ body: (inout [JSONValue.Member]) -> Void) throws {
        let bytes = try #require(files[name + ".json"])
        var members = try #require(JSONValue.parse(bytes, path: name).members)
        body(&members)
        files[name + ".json"] = JSONValue.object(members).encoded(.pretty)
    }

    mutating func rename(
        _ old: String, to new: String, file: Bool = false, golden: Bool = false, experiment: Bool = false
    ) throws {
        try edit(old) { members in
            members = members.map { member in
                if member.key == "name", golden { return .init("name", new.json) }
                guard member.key == "experiment", experiment else { return member }
                let inner = (member.value.members ?? []).map { $0.key == "name" ? .init("name", new.json) : $0 }
                return .init("experiment", .object(inner))
            }
        }
        if file {
            files[new + ".json"] = files.removeValue(forKey: old + ".json")
        }
    }

    func manifest() -> [UInt8] {
        let hashing = Hashing()
        var entries: [(name: String, json: JSONValue)] = []
        for (file, bytes) in files where file.hasSuffix(".json") && file != "index.json" {
            let own = String(file.dropLast(5))
            guard !unclaimed.contains(own), let golden = try? JSONValue.parse(bytes, path: file) else { continue }
            let name = entryNames[own] ?? own
            let data = (golden["data"]?.elements ?? []).map {
                ["path": $0["path"] ?? .null, "sha256": $0["sha256"] ?? .null] as JSONValue
            }
            let experiment = golden["experiment"] ?? .null
            var members: [JSONValue.Member] = [
                .init("name", name.json),
                .init("experiment", hashing.digest(of: Array(experiment.text(.compact).utf8)).json),
                .init("data", data.json), .init("seed", golden["seed"] ?? .null),
                .init("root", golden["root"] ?? .null),
                .init("sha256", hashing.digest(of: bytes).json),
            ]
            if let config = golden["config"] { members.insert(.init("config", config), at: 2) }
            for (key, value) in (entryFields[own] ?? [:]).sorted(by: { $0.key < $1.key }) {
                if let index = members.firstIndex(where: { $0.key == key }) {
                    members[index] = .init(key, value)
                } else {
                    members.append(.init(key, value))
                }
            }
            for _ in 0...(repeats.contains(own) ? 1 : 0) { entries.append((name, .object(members))) }
        }
        entries.sort { Text.precedes($0.name.utf8, $1.name.utf8) }
        return (["format": Golden.format, "goldens": entries.map(\.json)] as JSONValue).encoded(.pretty)
    }

    func write() throws {
        for (name, text) in [("train.tsv", Mood.train), ("test.tsv", Mood.test)] { try place.write("a/" + name, text) }
        for (name, bytes) in files where name != "index.json" {
            // What no file system holds stands in the manifest alone.
            if name.contains("\0") || unwritten.contains(where: { $0 + ".json" == name }) { continue }
            let path = name.hasPrefix("/") ? "absolute" + name : "a/g/" + name
            try? place.write(path, bytes: bytes)
        }
        let areAllUnclaimed = unclaimed.count == 3
        if !areAllUnclaimed { try place.write("a/g/index.json", bytes: manifest()) }
        try afterwards(place("a/g"))
    }
}
