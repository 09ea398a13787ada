import Foundation
import Repro
import Testing

/// Folders whose manifest, or what lies where a file should, is not what a bless leaves.
@Suite struct TamperedManifestTests {
    private let tampering: Tampering

    init() throws { tampering = try Tampering() }

    @Test func aManifestThatStatesSomethingElseIsRefused() throws {
        let zeros = String(repeating: "0", count: 64)
        for name in ["outputs", "mood"] {
            for (key, value): (String, JSONValue) in [
                ("experiment", zeros.json), ("config", "../x.json".json), ("seed", 7.json), ("root", zeros.json),
                ("sha256", zeros.json), ("data", [["path": "../x", "sha256": zeros] as JSONValue].json),
            ] {
                try tampering.expect(
                    "\(key) of \(name)", of: name, saying: key == "sha256" ? "its bytes" : "states \(key) "
                ) {
                    $0.entryFields[name] = [key: value]
                }
            }
        }
        try tampering.expect("unknown key", of: "outputs", saying: "unknown key 'more'") {
            $0.entryFields["outputs"] = ["more": 1.json]
        }
        try tampering.expect("an entry twice", of: "outputs", saying: "out of order or twice") {
            $0.repeats = ["outputs"]
        }
        try tampering.expect("case twins", of: "Outputs", saying: "differ only in their case") { forgery in
            try forgery.rename("layers", to: "Outputs", file: true, golden: true, experiment: true)
        }
        try tampering.expect("missing file", of: "outputs", saying: "missing") { $0.unwritten = ["outputs"] }
        try tampering.expect("missing entry", of: "outputs", saying: "unclaimed") { $0.unclaimed = ["outputs"] }
        try tampering.expect("extra golden", of: "other", saying: "it calls itself") {
            $0.files["other.json"] = $0.files["outputs.json"]
        }
        try tampering.expect("no manifest", of: "outputs", saying: "unclaimed") {
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
                try tampering.expect("\(name) is a \(label)", of: "outputs", saying: sentence) {
                    $0.afterwards = { folder in
                        let path = folder + "/" + name
                        if label != "link" { try manager.removeItem(atPath: path) }
                        try make(path, folder + "/../real")
                    }
                }
            }
        }
        for name in [".pending", ".pending.new"] {
            try tampering.expect(
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
