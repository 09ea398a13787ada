import ReproFormats
import ReproNumerics
import ReproTrace
import ReproVerification

/// Run directories as one page of HTML that needs nothing else: no network, no script, no other file.
///
/// The same directories under the same names give the same bytes: no time, no host, no path of a machine.
public struct Report: Sendable {
    /// The runs, grouped by their digests.
    public let comparison: RunGroups
    /// What the page calls each run.
    public let names: [String]
    /// The page.
    public let html: String

    /// - Parameters:
    ///   - predictions: files of predictions as an evaluation writes them, each for the directory of its place; there may be fewer.
    ///   - isShipped: whether a run is of an experiment that ships, options and all: such a run can be had again without a
    ///     configuration. The page knows no model, so that the caller says it.
    /// - Throws: `FormatError`: no input, a directory that no run wrote, or a file that is none of predictions.
    public init(
        directories: [String], predictions: [String] = [], isShipped: @escaping (RecordedRun) -> Bool
    ) throws(FormatError) {
        let runs = try ReportedRun.read(directories, predictions: predictions)
        comparison = RunGroups(runs.map(\.record))
        names = runs.map(\.name)
        var divergences: [Divergence] = []
        for group in comparison.groups.dropFirst() {
            divergences.append(
                try Divergence(
                    group, names: group.members.map { runs[$0].name }.joined(separator: ", "),
                    baseline: runs[comparison.groups[0].witness], run: runs[group.witness]))
        }
        html =
            Page(runs: runs, comparison: comparison, divergences: divergences, isShipped: isShipped).markup.text
    }
}

/// A group of runs that left the first one, with all that is known of where.
struct Divergence {
    let group: RunGroups.Group
    /// Of all runs in the group.
    let names: String
    /// What was compared: of each group the run that kept the most.
    let baseline, run: ReportedRun
    let stages: [StageComparison]
    /// Over the optimiser's steps.
    let steps: DivergenceMap
    /// Over the stages before, between and after them.
    let others: DivergenceMap

    init(
        _ group: RunGroups.Group, names: String, baseline: ReportedRun, run: ReportedRun
    ) throws(FormatError) {
        self.group = group
        self.names = names
        self.baseline = baseline
        self.run = run
        stages =
            RunComparison(baseline.record, run.record, whole: try baseline.wholeTensors(against: run)).stages
        steps = DivergenceMap(stages.filter(\.isStep))
        others = DivergenceMap(stages.filter { !$0.isStep })
    }
}
