import ReproFormats
import ReproTrace
import ReproVerification

/// The blessed result of a program that is not ours: its command, what it left behind by content, and what it withstood.
public struct ProgramGolden: Sendable, Equatable {
    /// A file that the program leaves.
    public struct Output: Sendable, Equatable {
        /// Relative to the folder that it runs in; `(standard output)` for what it prints.
        public let path: String
        /// Over what the file says, and over its bytes.
        public let content: Digest, bytes: Digest

        package init(path: String, content: Digest, bytes: Digest) {
            (self.path, self.content, self.bytes) = (path, content, bytes)
        }
    }

    /// The name, which no golden of an experiment has.
    public let name: GoldenName
    /// The folder that the program runs in, relative to the one that the folder of goldens lies in.
    public let directory: String
    /// The command and what is compared.
    public let configuration: AuditConfiguration
    /// What it leaves, in the order of paths.
    public let outputs: [Output]
    /// The variations that changed nothing when it was blessed, and those that did.
    public let withstood: [String], causes: [String]
    /// What it read and used.
    public let inventory: ProgramInventory
    /// Who blessed it, and why.
    public let by: String, reason: String

    public init(
        name: GoldenName, directory: String, configuration: AuditConfiguration, outputs: [Output], withstood: [String],
        causes: [String], inventory: ProgramInventory, by: String, reason: String
    ) {
        self.name = name
        self.directory = directory
        self.configuration = configuration
        self.outputs = outputs
        (self.withstood, self.causes) = (withstood, causes)
        self.inventory = inventory
        (self.by, self.reason) = (by, reason)
    }

    /// Over the names and contents of all outputs.
    public var root: Digest { snapshot.contentDigest }

    /// All but the digest over it.
    private var members: JSONValue {
        [
            "name": name, "directory": directory, "audit": configuration,
            "outputs": outputs.map { ["path": $0.path, "content": $0.content, "bytes": $0.bytes] as JSONValue },
            "withstood": withstood, "changesWith": causes, "inventory": inventory, "by": by, "reason": reason,
        ]
    }

    private static func digest(of members: JSONValue) -> Digest {
        Hashing().digest(of: Array(members.text(.compact).utf8))
    }
}

extension ProgramGolden: JSONRepresentable {
    /// With a digest over all the rest, so that an edit by hand shows.
    public var json: JSONValue { members.adding(["sha256": ProgramGolden.digest(of: members)]) }

    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    init(_ json: JSONValue, path: String) throws(GoldenFault) {
        func fault(_ problem: String) -> GoldenFault { .malformed(path: path, line: nil, problem: problem) }
        guard let text = json["name"]?.string, let name = GoldenName(text) else {
            throw fault("a program without a name")
        }
        func digest(_ value: JSONValue, _ key: String) -> Digest? {
            value[key]?.string.flatMap { Digest(hexadecimal: $0) }
        }
        guard let directory = json["directory"]?.string, let audit = json["audit"],
            let outputs = json["outputs"]?.elements, let by = json["by"]?.string, let reason = json["reason"]?.string,
            let withstood = json["withstood"]?.elements?.compactMap(\.string),
            let causes = json["changesWith"]?.elements?.compactMap(\.string),
            let inventory = json["inventory"].flatMap(ProgramInventory.init)
        else { throw fault("'\(text)' lacks a field, or one is of another kind") }
        do { configuration = try AuditConfiguration(audit, path: path) } catch { throw fault(error.problem) }
        var found: [Output] = []
        for output in outputs {
            guard let path = output["path"]?.string, let content = digest(output, "content"),
                let bytes = digest(output, "bytes")
            else { throw fault("'\(text)' has an output without path or digests") }
            found.append(Output(path: path, content: content, bytes: bytes))
        }
        self.name = name
        self.directory = directory
        self.outputs = found
        (self.withstood, self.causes) = (withstood, causes)
        self.inventory = inventory
        (self.by, self.reason) = (by, reason)
        guard !found.isEmpty else { throw fault("'\(text)' has no outputs") }
        guard digest(json, "sha256") == ProgramGolden.digest(of: members) else {
            throw fault("'\(text)' was changed after it was blessed")
        }
    }
}
