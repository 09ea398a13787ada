import Foundation

/// A checkout in which documents are followed, under git, so that what their commands leave is seen.
struct Checkout {
    private let place: Workplace
    private let targets: [String]

    /// All that a checkout of the package shows at its top but for the code, committed.
    init(_ place: Workplace) throws {
        self.place = place
        targets = try Checkout.makeTargets(Built.package)
        let manager = FileManager.default
        for name in try manager.contentsOfDirectory(atPath: Built.package)
        where name == ".gitignore" || !name.hasPrefix(".") && name != "Sources" && name != "Tests" {
            try manager.copyItem(atPath: Built.package + "/" + name, toPath: place(name))
        }
        try git("init", "--quiet")
        try git("add", "--all")
        try git("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "commit", "--quiet", "-m", "all")
    }

    /// Follows documents in order, all of them twice, and returns what is wrong, in words: a command that does not do as it says,
    /// and whatever a document left, ignored files too, but for the folders that the Makefile's `clean` removes.
    func faults(following documents: [(name: String, text: String)]) throws -> [String] {
        var faults: [String] = []
        for time in ["the first time", "the second time"] {
            for document in documents {
                for block in CommandBlock.all(in: document.text) {
                    guard let fault = try block.fault(in: place, targets: targets) else { continue }
                    faults.append("\(document.name):\(block.line), \(time): \(fault)")
                }
                let left = try git("status", "--porcelain", "--untracked-files=no") + clean("--dry-run")
                guard !left.isEmpty else { continue }
                faults.append("\(document.name), \(time), leaves the checkout changed:\n\(left)")
                try git("checkout", "--quiet", "--", ".")
                _ = try clean("--force", "--quiet")
            }
        }
        return faults
    }

    private func clean(_ options: String...) throws -> String {
        try git(["clean", "-d", "-x", "--exclude=.repro", "--exclude=.build"] + options)
    }

    @discardableResult private func git(_ words: String...) throws -> String { try git(words) }

    private func git(_ words: [String]) throws -> String {
        let ending = try place.run(["/usr/bin/env", "git"] + words)
        guard ending.code == 0, !ending.isSignal else { throw TimedOut(description: "git \(words): \(ending)") }
        return ending.out
    }

    /// The targets of a Makefile and of those that it includes.
    static func makeTargets(_ package: String) throws -> [String] {
        var files = ["Makefile"]
        for file in try FileManager.default.subpathsOfDirectory(atPath: package + "/Tests") where file.hasSuffix(".mk")
        {
            files.append("Tests/" + file)
        }
        return try files.flatMap { file in
            try String(contentsOfFile: package + "/" + file, encoding: .utf8).split(separator: "\n").compactMap {
                line in
                guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("\t"), !line.hasPrefix("#"),
                    !line.hasPrefix(".")
                else { return nil }
                let name = line[..<colon]
                return name.allSatisfy { $0.isLowercase || $0 == "-" } ? String(name) : nil
            }
        }
    }
}
