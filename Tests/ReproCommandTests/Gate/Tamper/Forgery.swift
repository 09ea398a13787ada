import Foundation
import Repro
import Testing

/// A folder of goldens as a committer could rewrite it: the manifest states of every golden file what that file says of itself.
struct Forgery {
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

    /// Gives a member of a golden's file another value.
    mutating func set(_ key: String, of name: String, to value: JSONValue) throws {
        try edit(name) { $0 = $0.map { $0.key == key ? .init(key, value) : $0 } }
    }

    /// A member of a golden's file.
    func value(_ key: String, of name: String) throws -> JSONValue {
        let bytes = try #require(files[name + ".json"])
        return try #require(JSONValue.parse(bytes, path: name)[key])
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
            if let metrics = golden["metrics"] { members.insert(.init("metrics", metrics), at: members.count - 2) }
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
        try place.writeMood("a")
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
