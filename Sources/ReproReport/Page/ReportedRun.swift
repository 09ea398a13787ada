import ReproFormats
import ReproTrace
import ReproVerification

/// A run directory as a report reads it.
struct ReportedRun {
    /// What the page calls it: as much of the end of its path as tells it from the others.
    let name: String
    let path: String
    let record: RecordedRun
    /// The lines of `metrics.csv`; empty where there is no such file, and for an inspection.
    let losses: [StepLoss]
    /// The validation split's scores, from the same file.
    let validations: [EpochScores]
    /// The lines of `confusion.csv`; empty where there is no such file.
    let confusion: [ConfusionFile.Entry]
    /// From a file of predictions; nil where none was named for the run.
    let mistakes: Mistakes?

    /// The stage that a file of tensors belongs to.
    private static let files: [(StageID, String)] = [
        (.final, "model.safetensors"), (.evaluation, "outputs.safetensors"),
    ]

    /// - Parameter predictions: files of them, each for the run of its place; there may be fewer.
    /// - Throws: `FormatError`: no run directory, or a damaged one.
    static func read(_ paths: [String], predictions: [String]) throws(FormatError) -> [ReportedRun] {
        let paths = paths.map(Paths.trimmed)
        var runs: [ReportedRun] = []
        for (path, name) in zip(paths, names(paths)) {
            guard let isFolder = Paths.isFolder(path) else {
                throw FormatError(.noInput, path: path, problem: "no such folder", remedy: "check the path")
            }
            guard isFolder else {
                throw FormatError(
                    .badData, path: path, problem: "this is a file", remedy: "name a folder that `repro run` wrote")
            }
            let record = try RecordedRun(path: path + "/run.json")
            let (losses, validations) = try LossFile.contents(path: path + "/metrics.csv")
            var mistakes: Mistakes?
            if predictions.indices.contains(runs.count) { mistakes = try Mistakes(path: predictions[runs.count]) }
            runs.append(
                ReportedRun(
                    name: name, path: path, record: record, losses: losses, validations: validations,
                    confusion: try ConfusionFile.read(path: path + "/confusion.csv"), mistakes: mistakes))
        }
        return runs
    }

    /// The last component of each path, and more of them where that is another's too: no path of the machine shows.
    static func names(_ paths: [String]) -> [String] {
        let parts = paths.map { $0.split(separator: "/").map(String.init) }
        func name(_ index: Int, _ count: Int) -> String { parts[index].suffix(count).joined(separator: "/") }
        return parts.indices.map { index in
            var count = 1
            while count < parts[index].count,
                parts.indices.contains(where: { $0 != index && name($0, count) == name(index, count) })
            { count += 1 }
            return parts[index].isEmpty ? "/" : name(index, count)
        }
    }

    /// The tensors that both directories keep whole and that differ.
    ///
    /// - Throws: `FormatError`: a file that is damaged.
    func wholeTensors(
        against other: ReportedRun
    ) throws(FormatError) -> [(stage: StageID, difference: TensorDifference)] {
        var tensors: [(stage: StageID, difference: TensorDifference)] = []
        for (stage, file) in ReportedRun.files {
            let (before, after) = (path + "/" + file, other.path + "/" + file)
            guard Paths.isFolder(before) != nil, Paths.isFolder(after) != nil else { continue }
            let differences = try TensorDifference.all(try ArrayFile(path: before), try ArrayFile(path: after))
            tensors += differences.map { (stage, $0) }
        }
        return tensors
    }
}
