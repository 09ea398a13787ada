import Foundation
import ReproFormats
import ReproTestSupport
import ReproVerification
import Testing

/// Nothing but a file of the folder is read or written as a golden.
@Suite struct GoldenPlaceTests {
    /// A link in a golden's place is replaced, and what it leads to stays as it is; one in `.pending`'s place is removed.
    @Test func noLinkIsFollowedWhenWriting() throws {
        try withTemporaryDirectory { place in
            let manager = FileManager.default
            let folder = GoldenFolder(path: place + "/g")
            try folder.write(golden(name: "a", try trace(parts)))
            let outside = place + "/outside"
            try manager.createDirectory(atPath: outside, withIntermediateDirectories: false)
            for name in ["a.json", "a.safetensors", "index.json", "kept"] {
                try folder.edit(outside + "/" + name, "outside".utf8)
            }
            func outsideFiles() throws -> [String] {
                try manager.contentsOfDirectory(atPath: outside).sorted().map {
                    $0 + String(decoding: try folder.bytes(outside + "/" + $0), as: UTF8.self)
                }
            }
            let before = try outsideFiles()
            let links = [
                "a.json", "a.safetensors", "index.json", ".pending", ".pending.new", ".gitattributes", ".gitignore",
            ]
            for link in links {
                let path = folder.path + "/" + link
                try? manager.removeItem(atPath: path)
                let target = link.hasPrefix(".pending") ? outside : outside + "/" + link
                try manager.createSymbolicLink(atPath: path, withDestinationPath: target)
                try folder.write(golden(name: "a", try trace(parts)))
                #expect(try outsideFiles() == before, "\(link)")
                #expect(try folder.golden("a").name == "a", "\(link)")
            }
        }
    }

    /// What no bless wrote is not moved out of `.pending`, whatever it is called.
    @Test func aForgedPendingFolderGivesNothingAway() throws {
        try withFolder { folder in
            try folder.write(golden(name: "a", try trace(parts)))
            let pending = folder.path + "/.pending"
            try FileManager.default.createDirectory(atPath: pending + "/deep/er", withIntermediateDirectories: true)
            for name in ["deep/er/x", "x", ".bashrc", "a.json.sh", "index.json", "b.json"] {
                try folder.edit(
                    pending + "/" + name, name == "index.json" || name == "b.json" ? [] : "x".utf8.map { $0 })
            }
            try FileManager.default.createSymbolicLink(atPath: pending + "/c.json", withDestinationPath: "/etc/passwd")
            try folder.commit([])
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                    ".gitattributes", ".gitignore", "a.json", "index.json",
                ])
            #expect(try folder.golden("a").name == "a")
        }
    }

    /// Nothing but a file is read as a golden, as the manifest, or as what is pending.
    @Test func linksPipesFoldersAndDevicesAreRefused() throws {
        try withFolder { folder in
            let manager = FileManager.default
            try folder.write(golden(name: "a", try trace(parts)))
            for name in ["a.json", "index.json"] {
                let path = folder.path + "/" + name
                let aside = folder.path + "/aside"
                try manager.moveItem(atPath: path, toPath: aside)
                let makers: [() throws -> Void] = [
                    { try manager.createSymbolicLink(atPath: path, withDestinationPath: aside) },
                    { try manager.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero") },
                    { try #require(mkfifo(path, 0o600) == 0) },
                    { try manager.createDirectory(atPath: path, withIntermediateDirectories: false) },
                ]
                for make in makers {
                    try make()
                    let fault = fault { () throws(GoldenFault) in _ = try folder.golden("a") }
                    #expect(fault?.isMalformed == true, "\(name): \(String(describing: fault))")
                    try manager.removeItem(atPath: path)
                }
                try manager.moveItem(atPath: aside, toPath: path)
            }
            try folder.edit(folder.path + "/.pending", "x".utf8)
            #expect(fault { () throws(GoldenFault) in _ = try folder.golden("a") }?.isMalformed == true)
            let remarks = try folder.commit([])
            #expect(remarks.contains { $0.contains("is removed") })
            _ = try folder.golden("a")
        }
    }
}
