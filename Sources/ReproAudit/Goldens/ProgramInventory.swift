import Foundation
import ReproFormats
import ReproTrace

/// What a program's result depends on besides its own arithmetic: the files that it read, and the packages that it used.
public struct ProgramInventory: Sendable, Equatable {
    /// A file, relative to the folder that the program runs in, with the digest of its bytes.
    public struct File: Sendable, Equatable {
        /// Relative to the folder that the program runs in.
        public let path: String
        /// Over its bytes.
        public let digest: Digest

        package init(path: String, digest: Digest) { (self.path, self.digest) = (path, digest) }
    }

    /// A package of Python; Python itself is one.
    public struct Package: Sendable, Equatable {
        /// As the distribution calls itself.
        public let name: String
        /// As it was when the program ran.
        public let version: String

        package init(name: String, version: String) { (self.name, self.version) = (name, version) }
    }

    /// In the order of their paths' bytes.
    public let files: [File]
    /// In the order of their names' bytes.
    public let packages: [Package]

    /// At most so many files are listed, and no larger folder is gone through for a program that is not Python's.
    static let greatestCount = 1_000

    public init(files: [File], packages: [Package]) {
        self.files = files
        self.packages = packages
    }

    /// Takes stock after a run.
    ///
    /// A Python program below the hook tells what it read. Of another one these are the words of the command that are files, and
    /// everything in its folder where that is small. Outputs are none of it.
    ///
    /// - Parameters:
    ///   - trace: the folder that the hook wrote to.
    ///   - isOutput: whether a path is one of the program's outputs.
    /// - Throws: `FormatError` for a file that cannot be read.
    init(
        after command: [String], in directory: String, trace: String, isOutput: (String) -> Bool
    ) throws(FormatError) {
        var (paths, packages) = ([String](), [Package]())
        let real = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
        func add(_ path: String) {
            guard path.hasPrefix(real + "/") else { return }
            paths.append(String(path.dropFirst(real.count + 1)))
        }
        var isPython = false
        for name in try FileOperations.names(in: trace) where name.hasPrefix("inventory-") {
            let json = try JSONValue.read(path: trace + "/" + name)
            isPython = true
            for path in json["files"]?.elements?.compactMap(\.string) ?? [] {
                add(URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
            }
            packages.append(Package(name: "Python", version: json["python"]?.string ?? ""))
            for pair in json["packages"]?.elements?.compactMap(\.elements) ?? [] where pair.count == 2 {
                packages.append(Package(name: pair[0].string ?? "", version: pair[1].string ?? ""))
            }
        }
        if !isPython {
            for word in command {
                let path = URL(fileURLWithPath: word, relativeTo: URL(fileURLWithPath: directory, isDirectory: true))
                if ProgramInventory.isRegular(path.path) { add(path.resolvingSymlinksInPath().path) }
            }
            paths += ProgramInventory.tree(directory)
        }
        var (files, seen) = ([File](), [Package]())
        paths.sort { Text.precedes($0.utf8, $1.utf8) }
        for path in paths where files.last?.path != path && !isOutput(path) {
            guard files.count < ProgramInventory.greatestCount, ProgramInventory.isRegular(directory + "/" + path)
            else {
                continue
            }
            files.append(
                File(path: path, digest: try OutputContents.digest(of: ByteFile(path: directory + "/" + path))))
        }
        packages.sort { Text.precedes($0.name.utf8, $1.name.utf8) }
        for package in packages where !seen.contains(package) { seen.append(package) }
        (self.files, self.packages) = (files, seen)
    }

    /// Links are followed. A pipe would be waited for.
    private static func isRegular(_ path: String) -> Bool {
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: real))?[.type] as? FileAttributeType == .typeRegular
    }

    /// The files of a small folder, but for hidden ones; none of a large one.
    private static func tree(_ directory: String) -> [String] {
        guard let names = FileManager.default.enumerator(atPath: directory) else { return [] }
        var paths: [String] = []
        while let name = names.nextObject() as? String {
            let last = name.split(separator: "/").last ?? ""
            if last.hasPrefix(".") || last == "__pycache__" || last == "node_modules" {
                names.skipDescendants()
            } else if names.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
                paths.append(name)
                if paths.count > greatestCount { return [] }
            }
        }
        return paths
    }

    /// What is another one now.
    public func changes(to now: ProgramInventory) -> [String] {
        var changes: [String] = []
        for file in files {
            switch now.files.first(where: { Text.areSame($0.path, file.path) })?.digest {
            case nil: changes.append("\(file.path) is not read any more, or gone")
            case file.digest?: break
            case _?: changes.append("\(file.path) is another file than when it was blessed")
            }
        }
        for file in now.files where !files.contains(where: { Text.areSame($0.path, file.path) }) {
            changes.append("\(file.path) was not read when it was blessed")
        }
        return changes
    }

    /// Packages of another version, new ones, and those that are gone.
    public func packageChanges(to now: ProgramInventory) -> [String] {
        packages.compactMap { package in
            let other = now.packages.first { $0.name == package.name }?.version
            return other == package.version ? nil : "\(package.name) \(package.version) → \(other ?? "not there")"
        }
            + now.packages.filter { package in !packages.contains { $0.name == package.name } }.map {
                "\($0.name) \($0.version) is new"
            }
    }
}

extension ProgramInventory: JSONRepresentable {
    public var json: JSONValue {
        [
            "files": files.map { ["path": $0.path, "sha256": $0.digest] as JSONValue },
            "packages": packages.map { ["name": $0.name, "version": $0.version] as JSONValue },
        ]
    }

    /// Nil for a value that is none.
    init?(_ json: JSONValue) {
        guard let files = json["files"]?.elements, let packages = json["packages"]?.elements else { return nil }
        self.files = files.compactMap { file in
            guard let path = file["path"]?.string,
                let digest = file["sha256"]?.string.flatMap({ Digest(hexadecimal: $0) })
            else { return nil }
            return File(path: path, digest: digest)
        }
        self.packages = packages.compactMap { package in
            guard let name = package["name"]?.string, let version = package["version"]?.string else { return nil }
            return Package(name: name, version: version)
        }
        guard self.files.count == files.count, self.packages.count == packages.count else { return nil }
    }
}
