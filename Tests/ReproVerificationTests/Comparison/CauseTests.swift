import ReproFormats
import ReproNumerics
import ReproTestSupport
import ReproTrace
import ReproVerification
import Testing

/// A difference planted in each thing that a run can be made of, and the cause that a comparison of two runs names.
@Suite struct CauseTests {
    /// A run as a directory records it.
    private func record(
        _ parts: [Part], options: JSONValue = ["name": "small", "training": ["learningRate": 0.01] as JSONValue],
        seed: UInt64 = 1, file: String? = nil, environment: JSONValue = ["threads": 2]
    ) throws -> RecordedRun {
        let recorder = Recorder(detail: .tensor)
        for part in parts {
            recorder.begin(StageID(part.name)!)
            if part.name == "data", let file { try recorder.record("train.file", bytes: Array(file.utf8)) }
            for (name, shape, values) in part.tensors {
                var tensor = Tensor(shape: shape, elements: values)
                try recorder.record(name, &tensor)
            }
            try recorder.end(streams: part.streams)
        }
        let trace = try recorder.trace()
        let document: JSONValue = [
            "experiment": "small", "seed": seed, "digest": trace.root, "stages": trace.stages, "options": options,
            "environment": environment,
        ]
        return try withTemporaryDirectory { folder in
            try AtomicFile.write(document.encoded(.pretty), to: folder + "/run.json")
            return try RecordedRun(path: folder + "/run.json")
        }
    }

    private let run: [Part] = [.rows("data", ("train.inputs", [1, 2]))] + parts

    /// The run with another number in the tensor that its first step computes.
    private var moved: [Part] {
        var moved = run
        moved[2].tensors[0].values[1] = 7
        return moved
    }

    private func names(_ conditions: [Condition]) -> [String] { conditions.filter(\.differs).map(\.name) }

    @Test func equalRunsHaveNone() throws {
        let comparison = RunComparison(try record(run), try record(run))
        #expect(comparison.cause == .none)
        let conditions = comparison.conditions
        #expect(names(conditions.options + conditions.data + [conditions.seed] + conditions.environment).isEmpty)
        #expect(conditions.options.map(\.name) == ["name", "training.learningRate"])
    }

    @Test func anotherOptionComesBeforeAllElse() throws {
        let other: JSONValue = ["name": "small", "training": ["learningRate": 0.02, "clipNorm": 1] as JSONValue]
        var after = moved
        after[1].streams = [stream(2)]
        let comparison = RunComparison(
            try record(run, file: "a"), try record(after, options: other, seed: 2, file: "b"))
        #expect(comparison.cause == .options)
        #expect(names(comparison.conditions.options) == ["training.learningRate", "training.clipNorm"])
        let rate = try #require(comparison.conditions.options.first { $0.differs })
        #expect(rate.perRun == [.number(0.01), .number(0.02)])
        #expect(comparison.conditions.options.last?.perRun[0] == nil)
        #expect(names(comparison.conditions.data) == ["train.file"] && comparison.conditions.seed.differs)
    }

    @Test func anotherOptionThatChangesNothingIsListedAndNoCause() throws {
        let comparison = RunComparison(try record(run), try record(run, options: ["name": "other"]))
        #expect(comparison.cause == .none && comparison.isEqual)
        #expect(names(comparison.conditions.options) == ["name", "training.learningRate"])
    }

    @Test func anotherDataFileComesBeforeTheSeed() throws {
        let comparison = RunComparison(try record(run, file: "a"), try record(moved, seed: 2, file: "b"))
        #expect(comparison.cause == .data)
        #expect(names(comparison.conditions.data) == ["train.file"])
        let same = RunComparison(try record(run, file: "a"), try record(moved, file: "a"))
        #expect(same.cause == .arithmetic && same.conditions.data.map(\.name) == ["train.file"])
    }

    @Test func otherDrawsFromAlikeStreamsAreData() throws {
        var after = run
        after[0].tensors[0].values[0] = 5
        #expect(RunComparison(try record(run), try record(after)).cause == .data)
    }

    @Test func otherStreamsAndAnotherSeedAreStreams() throws {
        var after = moved
        after[1].streams = [stream(2)]
        #expect(RunComparison(try record(run), try record(after)).cause == .streams)
        #expect(RunComparison(try record(run), try record(moved, seed: 2)).cause == .streams)
    }

    /// Where a run took place is told, and is no cause: the same options, data and streams have to give the same bits anywhere.
    @Test func otherNumbersFromAllTheSameAreArithmetic() throws {
        let comparison = RunComparison(try record(run), try record(moved, environment: ["threads": 3]))
        #expect(comparison.cause == .arithmetic)
        #expect(comparison.drift?.cause == .arithmetic)
        #expect(names(comparison.conditions.environment) == ["threads"])
    }

    @Test func aStageThatOnlyOneRunHasTellsNone() throws {
        #expect(RunComparison(try record(run), try record(Array(run.dropLast()))).cause == .none)
    }

    /// A trace says nothing of options and seed, so that these are no difference from a golden, which says both.
    @Test func aTraceIsHeldAgainstAGoldenByItsStreamsAlone() throws {
        let comparison = RunComparison(golden(try trace(parts)), try trace(moved.dropFirst().map { $0 }))
        #expect(comparison.cause == .arithmetic)
        #expect(comparison.conditions.options.isEmpty && !comparison.conditions.seed.differs)
    }

    @Test func aVerdictHasTheCauseOfItsDrift() throws {
        let drift = try #require(RunComparison(try record(run), try record(moved, seed: 2)).drift)
        #expect(Verdict.drift(drift).cause == .streams && Verdict.notReproducible(drift).cause == .streams)
        for verdict in [Verdict.reproduced, .notJudged("x"), .notFinite("x")] {
            #expect(verdict.cause == .none && verdict.drift == nil)
        }
    }

    @Test func severalRunsAreComparedInEveryCondition() throws {
        let groups = RunGroups([try record(run), try record(run, environment: ["threads": 4]), try record(moved)])
        #expect(names(groups.conditions.environment) == ["threads"])
        #expect(groups.conditions.environment[0].perRun == [.number(2), .number(4), .number(2)])
        #expect(names(groups.conditions.options + groups.conditions.data + [groups.conditions.seed]).isEmpty)
    }
}
