import Repro

/// `repro diff A B`: where two runs, or two files of tensors, part.
enum DiffCommand: Command {
    static let specification = CommandSpecification(
        name: "diff", summary: "Shows where two runs or two files of tensors part, and how the drift grows",
        operands: "A B", options: [],
        notes: [
            "A and B are run directories, or safetensors, npy or trace.tsv files. Exit code: 0 equal, 1 different.",
            "`repro run --trace tensor` makes run directories that tell the tensors of every stage. Distances of a stage are",
            "lower bounds: of most tensors a run records four elements.",
        ], formats: Format.allCases)

    static func run(_ context: Context) throws -> ExitCode {
        let operands = context.arguments.operands
        try context.verifyEngineOptions()
        guard operands.count == 2 else { throw usage("name two runs or two files: repro diff A B") }
        let (a, b) = (operands[0], operands[1])
        for path in operands where Paths.isFolder(path) == nil {
            throw FormatError(.noInput, path: path, problem: "no such file or folder", remedy: "check the path")
        }
        guard Paths.isFolder(a) == Paths.isFolder(b) else {
            throw usage("'\(a)' and '\(b)' are not of one kind; name two run directories or two files")
        }
        let comparison: Comparison
        if Paths.isFolder(a) == true {
            comparison = try runs(a, b, context)
        } else if a.hasSuffix(".tsv") && b.hasSuffix(".tsv") {
            comparison = Comparison(operations: try OperationComparison.traces(a, b), files: [])
        } else if a.hasSuffix(".tsv") != b.hasSuffix(".tsv") {
            throw usage("'\(a)' and '\(b)' are not of one kind; name two traces or two files of tensors")
        } else {
            comparison = Comparison(files: [try FileComparison(a, b)])
        }
        try context.write(DiffFindings.findings(comparison, name: "\(a) and \(b)"))
        return comparison.areEqual ? ExitCode.success : .drift
    }

    private static func runs(_ a: String, _ b: String, _ context: Context) throws -> Comparison {
        let before = try RecordedRun(path: a + "/run.json")
        let after = try RecordedRun(path: b + "/run.json")
        // Parameters and outputs of runs that ended at different stages are not the same tensors.
        let whole = before.lastStage == after.lastStage
        let notes =
            whole
            ? []
            : [(a, before), (b, after)].compactMap { path, run in
                run.lastStage.map { "\(path) was ended after '\($0)': only stages that both have can be compared" }
            }
        // The files of a run directory that hold tensors, and the stage that recorded the same ones.
        func compare(_ name: String, stage: StageID? = nil) throws -> FileComparison {
            try FileComparison(a + "/" + name, b + "/" + name, name: name, stage: stage)
        }
        var files: [FileComparison] = []
        if whole {
            files.append(try compare("model.safetensors", stage: .final))
            files.append(try compare("outputs.safetensors", stage: .evaluation))
        }
        let kept = files.flatMap { file in
            file.stage.map { stage in file.differences.map { (stage: stage, difference: $0) } } ?? []
        }
        if both(a, b, have: OperationLog.keptName) {
            files.append(try compare(OperationLog.keptName))
        }
        let trace = OperationLog.traceName
        return Comparison(
            runs: RunComparison(before, after, whole: kept),
            operations: both(a, b, have: trace)
                ? try OperationComparison.traces(a + "/" + trace, b + "/" + trace) : nil,
            files: files, notes: notes)
    }

    private static func both(_ a: String, _ b: String, have name: String) -> Bool {
        [a, b].allSatisfy { Paths.isFolder($0 + "/" + name) != nil }
    }
}

/// What two runs, or two files, differ in.
struct Comparison {
    /// Nil for two files.
    var runs: RunComparison?
    /// Where both sides traced operations and these differ.
    var operations: OperationComparison?
    let files: [FileComparison]
    /// What has to be known to read the rest.
    var notes: [String] = []

    var areEqual: Bool { runs?.isEqual != false && operations == nil && files.allSatisfy(\.differences.isEmpty) }
}

/// Two files of tensors.
struct FileComparison {
    /// The file's name in both run directories; empty for files that were named themselves.
    let name: String
    /// The stage that recorded the same tensors; nil where no single one did.
    let stage: StageID?
    let differences: [TensorDifference]

    init(_ a: String, _ b: String, name: String = "", stage: StageID? = nil) throws {
        self.name = name
        self.stage = stage
        differences = try TensorDifference.all(ArrayFile(path: a), ArrayFile(path: b))
    }
}
