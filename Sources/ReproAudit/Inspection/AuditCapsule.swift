import Foundation
import ReproFormats
import ReproProcesses

/// What is needed to see the differences of an audit again without running the program.
///
/// A folder: `capsule.json` with the command and, for each cause, the values of all variations on both sides; `cause-N/a` and
/// `cause-N/b` with the outputs of the run without and with the cause; `cause-N/operation` with the operation's inputs and both outputs.
public struct AuditCapsule: Sendable {
    /// Where it lies.
    public let path: String
    /// The command that was audited.
    public let command: [String]
    let causes: [Cause]

    /// One cause.
    struct Cause: Sendable {
        let variations: [String]
        /// What each side had, by the names of the variations.
        let values: [[(name: String, value: String)]]
        /// The operation's name; nil where none is kept.
        let operation: String?
    }

    /// What came of looking at a cause again.
    public struct Replay: Sendable, JSONRepresentable {
        /// The variations of the cause.
        public let variations: [String]
        /// The differences of the outputs that are kept.
        public let outputs: [OutputDifference]
        /// The operation that is kept; nil where none is.
        public let operation: String?
        /// Whether the operation, run again, gave on each side what it had given; nil where it could not be run.
        public let isRepeated: Bool?
        /// Why it could not be run.
        public let problem: String?

        public var json: JSONValue {
            var json: JSONValue = [
                "variations": variations, "outputs": outputs, "operation": operation, "repeated": isRepeated,
            ]
            json.add("problem", ifPresent: problem)
            return json
        }
    }

    private static let version = 1

    /// - Throws: `FormatError` where the folder is no capsule of this version.
    public init(path: String) throws(FormatError) {
        let file = path + "/capsule.json"
        let json = try JSONValue.read(path: file)
        guard json["capsule"]?.int == AuditCapsule.version, let causes = json["causes"]?.elements,
            let command = json["command"]?.elements
        else {
            throw FormatError(
                .badData, path: file, problem: "no capsule of version \(AuditCapsule.version)",
                remedy: "name a folder that `repro audit --capsule DIR` wrote")
        }
        self.path = path
        self.command = command.compactMap(\.string)
        self.causes = causes.map { cause in
            let sides = ["a", "b"].map { side in
                (cause[side]?.members ?? []).compactMap { member in
                    member.value.string.map { (name: member.key, value: $0) }
                }
            }
            return Cause(
                variations: (cause["variations"]?.elements ?? []).compactMap(\.string), values: sides,
                operation: cause["operation"]?.string)
        }
    }

    /// Looks at each difference again: compares the outputs that are kept, and runs the operations in the settings of both sides.
    ///
    /// - Throws: `FormatError` for files that cannot be read.
    public func replay(of running: RunningProcesses) throws -> [Replay] {
        let scratch = try ScratchFolder(of: running)
        let context = VariationContext(directory: scratch.folder, scratch: scratch, running: running)
        let hook = scratch.path("hook")
        try HookFiles.write(to: hook)
        return try causes.enumerated().map { number, cause in
            let folder = path + "/cause-\(number + 1)"
            let sides = try ["a", "b"].map {
                try OutputSnapshot.reading(patterns: ["*"], in: folder + "/" + $0, limits: OutputLimits())
            }
            var outputs: [OutputDifference] = []
            if case .different(let differences) = compare(sides[0], sides[1], hiding: []) { outputs = differences }
            var (isRepeated, problem) = (Bool?.none, String?.none)
            if cause.operation != nil {
                do {
                    isRepeated = try repeated(cause, folder + "/operation", hook, context, scratch, running)
                } catch let failure as ReplayFailure {
                    problem = failure.description
                }
            }
            return Replay(
                variations: cause.variations, outputs: outputs, operation: cause.operation, isRepeated: isRepeated,
                problem: problem)
        }
    }

    private struct ReplayFailure: Error {
        let description: String
    }

    private func repeated(
        _ cause: Cause, _ folder: String, _ hook: String, _ context: VariationContext, _ scratch: ScratchFolder,
        _ running: RunningProcesses
    ) throws -> Bool {
        let file = folder + "/capsule.json"
        let json = try JSONValue.read(path: file)
        guard let python = json["python"]?.string, !python.isEmpty else {
            throw FormatError(
                .badData, path: file, key: "python", problem: "no interpreter is named",
                remedy: "audit the program again with --capsule")
        }
        var isRepeated = true
        for (values, side) in zip(cause.values, OperationCapsule.Side.allCases) {
            var setting = AuditCapsule.setting(values, context)
            setting.set("TORCHINDUCTOR_CACHE_DIR", scratch.path("inductor"))
            let result = scratch.path("\(side.rawValue).json")
            let words = OperationCapsule.command(
                python: python, hook: hook, folder: folder, side: side, result: result)
            let answer: ProgramProcess.Answer
            do {
                answer = try setting.program(words[0], words, context, in: scratch.folder).run(within: 600, of: running)
            } catch {
                throw ReplayFailure(description: "\(python): \(error)")
            }
            guard let probe = try? GateProbe(contentsOf: result) else {
                let said = String(decoding: answer.messages, as: UTF8.self).split(whereSeparator: \.isNewline).last
                throw ReplayFailure(description: "the operation cannot be run here: \(said ?? "nothing was said")")
            }
            let expected = json["outputs"]?[side.rawValue]?.elements?.map { $0["digest"]?.string } ?? []
            guard expected.count == probe.outputs.count else { return false }
            isRepeated = isRepeated && zip(expected, probe.outputs).allSatisfy { $0 == nil || $0 == $1 }
        }
        return isRepeated
    }

    private static func setting(_ values: [(name: String, value: String)], _ context: VariationContext) -> RunSetting {
        let all = VariationList.all(context)
        var setting = RunSetting()
        for (name, value) in values {
            if let variation = all.first(where: { $0.name == name }) {
                variation.apply(value, &setting)
            } else if VariationList.isVariable(name) {
                setting.set(name, value)
            }
        }
        return setting
    }
}

extension Audit {
    /// Keeps what shows each cause's difference again in a folder that is not there yet, or empty.
    func keepCapsule(_ findings: LadderFindings, _ report: AuditReport, in path: String) throws {
        let operations = FileOperations()
        try operations.makeFolders(path)
        var causes: [JSONValue] = []
        for (place, cause) in findings.causes.enumerated() {
            let folder = path + "/cause-\(place + 1)"
            for name in ["/a", "/b"] { try operations.makeFolders(folder + name) }
            if let (one, other) = pair(cause) {
                for (result, name) in [(one, "/a"), (other, "/b")] {
                    for file in result.outputs.files {
                        try operations.makeFolders(Paths.folder(of: folder + name + "/" + file.path))
                        let source = try ByteFile(path: result.folder + "/outputs/" + file.path)
                        try AtomicFile.write(
                            try source.read(at: 0, count: source.byteCount), to: folder + name + "/" + file.path)
                    }
                }
            }
            try capsules[place]?.write(to: folder + "/operation")
            let sides = cause.pair.map(values)
            causes.append([
                "variations": report.causes[place].variations, "a": sides[0], "b": sides[1],
                "operation": capsules[place]?.operation.name,
            ])
        }
        let json: JSONValue = ["capsule": 1, "command": request.command, "causes": causes]
        try AtomicFile.write(json.encoded(.pretty), to: path + "/capsule.json")
    }

    /// The values of all variations by a plan.
    private func values(_ plan: TrialPlan) -> JSONValue {
        .object(
            variations.indices.compactMap { place in
                value(place, plan).map { JSONValue.Member(variations[place].name, .string($0)) }
            })
    }
}
