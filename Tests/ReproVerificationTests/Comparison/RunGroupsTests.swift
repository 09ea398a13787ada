import Foundation
import ReproFormats
import ReproTestSupport
import ReproTrace
import ReproVerification
import Testing

@Suite struct RunGroupsTests {
    /// A `run.json` with what a comparison reads.
    private func record(_ trace: Trace, keepingLeaves: Bool = true) throws -> RecordedRun {
        let stages = trace.stages.map { keepingLeaves ? $0 : $0.withoutLeaves() }
        let document: JSONValue = [
            "experiment": "small", "seed": 1, "digest": trace.root, "stages": stages,
            "environment": ["threads": 2] as JSONValue,
        ]
        return try withTemporaryDirectory { folder in
            try AtomicFile.write(document.encoded(.pretty), to: folder + "/run.json")
            return try RecordedRun(path: folder + "/run.json")
        }
    }

    private var moved: [Part] {
        var after = parts
        after[1].tensors[1].values[0] = 7
        return after
    }

    @Test func runsOfOneDigestAreOneGroup() throws {
        let comparison = RunGroups([try record(trace(parts)), try record(trace(parts))])
        #expect(comparison.isOneDigest)
        #expect(comparison.groups[0].members == [0, 1])
        #expect(comparison.groups[0].drift == nil)
    }

    @Test func groupsStandInTheOrderOfTheRunsAndNameTheFirstDivergence() throws {
        let runs = [try record(trace(parts)), try record(trace(moved)), try record(trace(parts))]
        let comparison = RunGroups(runs)
        #expect(comparison.groups.map(\.members) == [[0, 2], [1]])
        #expect(comparison.groups[1].drift?.stage == "step 000000")
        #expect(comparison.groups[1].drift?.tensor?.name == "grad.weight")
    }

    /// Of two runs with one digest, the one that was traced says what the other does not.
    @Test func theRunThatKeptTheMostSpeaksForItsGroup() throws {
        let runs = [
            try record(trace(parts), keepingLeaves: false), try record(trace(moved)), try record(trace(parts)),
        ]
        let comparison = RunGroups(runs)
        #expect(comparison.groups.map(\.witness) == [2, 1])
        #expect(comparison.groups[1].drift?.tensor?.name == "grad.weight")
        #expect(RunGroups([runs[2], runs[2]]).groups[0].witness == 0)
    }

    @Test func whatTheFileTellsBesideTheTreeIsRead() throws {
        let run = try record(trace(parts))
        #expect(run.environment.map(\.key) == ["threads"])
        #expect(run.metrics.isEmpty && run.options.isEmpty)
        #expect(run.leafCount == 4)
    }
}
