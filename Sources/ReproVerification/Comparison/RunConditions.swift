import ReproFormats

/// What a run says of itself beside its digest tree: what it was asked to compute, from what, and where. Options are the JSON
/// that the run was recorded with, so that nothing here has to know a model.
public struct RunConditions: Sendable {
    /// The experiment's options, spelled out.
    public let options: [JSONValue.Member]
    /// The seed.
    public let seed: UInt64
    /// The digest of each data file; none for data that the experiment generates.
    public let data: [JSONValue.Member]
    /// Where the run took place.
    public let environment: [JSONValue.Member]
    /// The data files with the digests of their lines; none where those are not known.
    public let files: [Golden.DataFile]

    public init(
        options: [JSONValue.Member], seed: UInt64, data: [JSONValue.Member], environment: [JSONValue.Member],
        files: [Golden.DataFile] = []
    ) {
        self.options = options
        self.seed = seed
        self.data = data
        self.environment = environment
        self.files = files
    }

    /// What a golden states, or what would be blessed.
    public init(options: JSONValue, seed: UInt64, data: [Golden.DataFile]) {
        self.init(
            options: options.members ?? [], seed: seed,
            data: data.map { JSONValue.Member($0.path, $0.digest.json) }, environment: [], files: data)
    }
}

/// What several runs say of themselves, beside one another; those on which they agree are listed too.
public struct ConditionComparison: Sendable, Equatable {
    /// The options, data files and facts of the environment, but for those of ``renamed``.
    public let options, data, environment: [Condition]
    /// The options by which two runs call a data file otherwise whose bytes are the same: nothing that is computed differs by them.
    public let renamed: [Condition]
    /// The seed.
    public let seed: Condition
    /// Which lines of data files differ, between two runs that know them.
    public let lines: [LineChange]
    /// Whether ``data`` stands under the paths of files, not under the names of recorded tensors.
    public let namesFiles: Bool

    /// - Parameter runs: nil for a run that says nothing, such as one that just took place; then nothing is compared.
    public init(_ runs: [RunConditions?]) {
        let known = runs.contains { $0 == nil } ? [] : runs.compactMap { $0 }
        var (options, renamed) = (Condition.all(known.map(\.options)), [Condition]())
        if known.count == 2 {
            renamed = options.filter { $0.renames(known[0].files, known[1].files) }
            options.removeAll { renamed.contains($0) }
        }
        /// A file is compared under its path where an option goes on calling it so.
        func isCompared(_ file: JSONValue.Member, in run: Int) -> Bool {
            func names(_ option: Condition) -> Bool {
                option.isOfData && option.perRun[run]?.string.map { Text.areSame($0, file.key) } == true
            }
            return !renamed.contains(where: names) || options.contains(where: names)
        }
        data = Condition.all(known.indices.map { run in known[run].data.filter { isCompared($0, in: run) } })
        (self.options, self.renamed) = (options, renamed)
        environment = Condition.all(known.map(\.environment))
        seed = Condition(name: "seed", perRun: known.map(\.seed.json))
        namesFiles = !known.isEmpty && known.allSatisfy { !$0.files.isEmpty || $0.data.isEmpty }
        lines =
            known.count != 2
            ? []
            : known[0].files.compactMap { file in
                known[1].files.first { Text.areSame($0.path, file.path) }.flatMap { file.change(to: $0) }
            }
    }
}

/// One thing that several runs say of themselves: an option, a data file's digest, the seed, or a fact of the environment.
public struct Condition: Sendable, Equatable {
    /// Dotted for a member of an inner object: `training.learningRate`.
    public let name: String
    /// One value per run; nil where a run does not say.
    public let perRun: [JSONValue?]

    /// Whether the runs disagree on it.
    public var differs: Bool { perRun.contains { $0 != perRun[0] } }

    /// Whether it stands under `data`, where an experiment names its files.
    fileprivate var isOfData: Bool { name.utf8.starts(with: "data.".utf8) }

    /// Whether it is an option whose two values are paths of files with the same bytes.
    fileprivate func renames(_ before: [Golden.DataFile], _ after: [Golden.DataFile]) -> Bool {
        let digests = zip(perRun, [before, after]).map { value, files in
            value?.string.flatMap { path in files.first { Text.areSame($0.path, path) }?.digest }
        }
        return isOfData && differs && digests[0] != nil && digests[0] == digests[1]
    }

    /// The members of one object per run, those of inner objects under dotted names, in the order in which they first occur.
    public static func all(_ objects: [[JSONValue.Member]]) -> [Condition] {
        var places: [[UInt8]: Int] = [:]
        var names: [String] = []
        var values: [[JSONValue?]] = []
        for (run, members) in objects.enumerated() {
            for member in flattened(members) {
                let place = places[Array(member.key.utf8)] ?? names.count
                if place == names.count {
                    places[Array(member.key.utf8)] = place
                    names.append(member.key)
                    values.append(Array(repeating: nil, count: objects.count))
                }
                if values[place][run] == nil { values[place][run] = member.value }
            }
        }
        return zip(names, values).map { Condition(name: $0, perRun: $1) }
    }

    private static func flattened(_ members: [JSONValue.Member], prefix: String = "") -> [JSONValue.Member] {
        members.flatMap { member in
            let name = prefix + member.key
            return member.value.members.map { flattened($0, prefix: name + ".") } ?? [.init(name, member.value)]
        }
    }
}
