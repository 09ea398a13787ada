import ReproFormats
import ReproTrace

/// What a folder's `index.json` says: which goldens have to be checked, and of each what it vouches for.
///
/// It makes mistakes visible that a golden alone cannot show: one that was deleted, one that nobody blessed, one that was edited
/// by hand, one that holds another experiment. One entry per line, in the order of the names' bytes; below them those that were
/// retired, where there are some.
struct GoldenManifest: Equatable {
    /// What stands in the manifest about one golden.
    struct Entry: Equatable {
        let name: GoldenName
        /// The SHA-256 of the golden's file.
        let digest: Digest
        /// Nil in an index of format 1, whose entries have the name and the digest alone; the next bless adds it.
        let statement: Statement?
    }

    /// What a golden vouches for, as far as a verdict depends on it.
    struct Statement: Equatable {
        /// The SHA-256 of the experiment's compact JSON, as the golden has it.
        let experiment: Digest
        let config: String?
        /// Without the digests of lines.
        let data: [Golden.DataFile]
        let seed: UInt64
        let metrics: [JSONValue.Member]
        let root: Digest

        init(_ golden: Golden) {
            experiment = Hashing().digest(of: Array(golden.experiment.text(.compact).utf8))
            config = golden.config
            data = golden.data.map { Golden.DataFile(path: $0.path, digest: $0.digest) }
            seed = golden.seed
            metrics = golden.metrics
            root = golden.root
        }

        /// The fields in the order of the file.
        fileprivate var fields: [JSONValue.Member] {
            var json: JSONValue = ["experiment": experiment]
            json.add("config", ifPresent: config)
            json = json.adding(["data": data, "seed": seed])
            json.add("metrics", ifPresent: metrics.isEmpty ? nil : JSONValue.object(metrics))
            return json.adding(["root": root]).members ?? []
        }
    }

    private(set) var entries: [Entry] = []
    /// Goldens that somebody took out on purpose.
    private(set) var retired: [GoldenRetirement] = []

    var isEmpty: Bool { entries.isEmpty && retired.isEmpty }

    subscript(name: GoldenName) -> Entry? { entries.first { $0.name == name } }

    /// Names a golden, in place of what was said of it.
    mutating func set(_ entry: Entry) {
        remove(entry.name)
        entries.append(entry)
        entries.sort { $0.name < $1.name }
    }

    /// Names no golden any more, and notes why.
    mutating func retire(_ retirement: GoldenRetirement) {
        remove(retirement.name)
        retired.append(retirement)
        retired.sort { $0.name < $1.name }
    }

    private mutating func remove(_ name: GoldenName) {
        entries.removeAll { $0.name == name }
        retired.removeAll { $0.name == name }
    }

    var encoded: [UInt8] {
        func list(_ name: String, _ elements: [JSONValue]) -> [String] {
            let lines = elements.map { "    \($0.text(.compact))" }.joined(separator: ",\n")
            return ["  \"\(name)\": ["] + (lines.isEmpty ? [] : [lines])
        }
        var text = ["{", "  \"format\": \(Golden.format),"] + list("goldens", entries.map(\.json))
        if !retired.isEmpty { text += ["  ],"] + list("retired", retired.map(\.json)) }
        return Array((text + ["  ]", "}", ""]).joined(separator: "\n").utf8)
    }

    /// - Throws: ``GoldenFault/malformed(path:line:problem:)``.
    static func decode(_ bytes: [UInt8], path: String) throws(GoldenFault) -> GoldenManifest {
        func malformed(_ problem: String, _ line: Int? = nil) -> GoldenFault {
            .malformed(path: path, line: line, problem: problem)
        }
        let document: JSONValue
        do { document = try JSONValue.parse(bytes, path: path) } catch {
            throw malformed(error.problem, error.line)
        }
        // Earlier formats are read too, so that their goldens can be blessed anew one by one: each golden states its contract.
        let retired = document["retired"]
        guard document.members?.count == (retired == nil ? 2 : 3), let format = document["format"]?.int,
            (1...Golden.format).contains(format),
            let list = document["goldens"]?.elements
        else { throw malformed("not an index of format \(Golden.format)") }
        var manifest = GoldenManifest()
        var folded: [[UInt8]] = []
        for value in list {
            let entry: Entry
            do { entry = try Entry(value, format: format) } catch {
                throw malformed(error.problem, error.line ?? value.members?.first?.line)
            }
            if let last = manifest.entries.last, last.name >= entry.name {
                throw malformed("'\(entry.name)' stands out of order or twice", value.members?.first?.line)
            }
            manifest.entries.append(entry)
            folded.append(Text.lowercase(entry.name.text.utf8))
        }
        if let retired {
            guard let list = retired.elements, !list.isEmpty else {
                throw malformed("'retired' is no list of goldens")
            }
            for value in list {
                let retirement: GoldenRetirement
                do { retirement = try GoldenRetirement(value) } catch {
                    throw malformed(error.problem, error.line ?? value.members?.first?.line)
                }
                let isOrdered = manifest.retired.last.map { $0.name < retirement.name } ?? true
                guard isOrdered, manifest[retirement.name] == nil else {
                    throw malformed(
                        "the retired '\(retirement.name)' stands out of order or twice", value.members?.first?.line)
                }
                manifest.retired.append(retirement)
            }
        }
        folded.sort { Text.precedes($0, $1) }
        for (one, other) in zip(folded, folded.dropFirst()) where one == other {
            throw malformed("two names differ only in their case: '\(String(decoding: one, as: UTF8.self))'")
        }
        return manifest
    }
}

extension GoldenManifest.Entry {
    init(_ golden: Golden, bytes: [UInt8]) {
        self.init(
            name: golden.name, digest: Hashing().digest(of: bytes), statement: GoldenManifest.Statement(golden))
    }

    fileprivate init(_ value: JSONValue, format: Int) throws(StageCoding.Fault) {
        let isBare = format == 1
        let keys = ["name", "sha256"] + (isBare ? [] : ["experiment", "data", "seed", "root"])
        let parts = try StageCoding.members(value, "an entry", keys, optional: isBare ? [] : ["config", "metrics"])
        guard let text = parts[0].string, let name = GoldenName(text) else {
            throw StageCoding.Fault(
                problem: "\(Text.excerpt(parts[0].text(.compact))) is no name of a golden, which is \(GoldenName.rule)")
        }
        let digest = try StageCoding.digest(parts[1])
        self.init(
            name: name, digest: digest, statement: isBare ? nil : try GoldenManifest.Statement(value, parts, of: name))
    }

    fileprivate var json: JSONValue {
        .object([.init("name", name.json)] + (statement?.fields ?? []) + [.init("sha256", digest.json)])
    }

    /// The first field in which a golden is not what the entry states; nil where all agree.
    func contradiction(by golden: Golden) -> String? {
        guard let statement else { return nil }
        let own = GoldenManifest.Statement(golden).fields
        for condition in Condition.all([statement.fields, own]) where condition.differs {
            let values = condition.perRun.map { $0.map { Text.excerpt($0.text(.compact)) } ?? "none" }
            return "index.json states \(condition.name) \(values[0]), and the golden has \(values[1])"
        }
        return nil
    }
}

extension GoldenManifest.Statement {
    fileprivate init(_ value: JSONValue, _ parts: [JSONValue], of name: GoldenName) throws(StageCoding.Fault) {
        experiment = try StageCoding.digest(parts[2])
        root = try StageCoding.digest(parts[5])
        guard let list = parts[3].elements, let seed = parts[4].uint64 else {
            throw StageCoding.Fault(problem: "the entry of '\(name)' has a value of another kind")
        }
        self.seed = seed
        config = try Golden.config(value["config"])
        metrics = try Golden.metrics(value["metrics"])
        var data: [Golden.DataFile] = []
        for element in list {
            let file = try Golden.DataFile(element)
            guard file.lines == nil else { throw StageCoding.Fault(problem: "a data file has an unknown key 'lines'") }
            data.append(file)
        }
        self.data = data
    }
}

extension GoldenFolder {
    /// What an index states of goldens, wherever its bytes come from, such as another revision; nothing for one that is malformed,
    /// and of an entry of an earlier layout, which states too little.
    package static func claims(in index: [UInt8]) -> [(name: GoldenName, config: String?, root: Digest)] {
        ((try? GoldenManifest.decode(index, path: indexName))?.entries ?? []).compactMap { entry in
            entry.statement.map { (entry.name, $0.config, $0.root) }
        }
    }
}
