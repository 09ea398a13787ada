import ReproFormats
import ReproProcesses
import ReproTrace
import ReproVerification

/// Finds where two builds part on one experiment: the stage, then its first tensor, its first operation and the first element.
struct ExperimentSearch {
    let builds: [BuildProcess]
    let words: [String]
    let scratch: ScratchFolder
    let onLevel: (String) -> Void

    func result(_ name: String, _ seed: UInt64) throws -> Bisection.Result {
        let whole = try runs("stages", [])
        let stages = whole.map(\.stages)
        var result = Bisection.Result(
            experiment: name, seed: seed, roots: (baseline: whole[0].root, present: whole[1].root))
        guard let stage = level(.stages, stages, into: &result).flatMap({ StageID($0) }) else { return result }
        result.stage = stage
        let moved = whole.map { run in run.stages.first { $0.id == stage } }
        guard let before = moved[0], let after = moved[1] else {
            result.remark = "only one of the builds has the stage"
            return result
        }
        result.streamsAgree = before.streams == after.streams

        let ended = try runsToStage(stage)
        let tensors = try zip(zip(builds, ended), [before, after]).map { pair, expected in
            guard let found = pair.1.stages.first(where: { $0.id == stage }), found.digest == expected.digest else {
                throw Bisection.NotRepeatable(path: pair.0.path, stage: stage)
            }
            return found.leaves ?? []
        }
        let tensor = level(.tensors, tensors, into: &result)
        guard let operation = try operation(stage, into: &result) else {
            if tensor == nil && result.streamsAgree == false {
                result.remark = "every tensor agrees; the stage's random streams do not"
            }
            return result
        }
        try compare("\(stage)/\(operation)", into: &result)
        return result
    }

    /// Searches a level and notes it. Returns the first entry that differs.
    private func level(
        _ kind: Bisection.Level.Kind, _ entries: [[some DigestedPart]], into result: inout Bisection.Result
    ) -> String? {
        let search = DivergenceSearch(entries[0], entries[1])
        result.levels.append(
            Bisection.Level(
                kind: kind, count: search.count, comparisons: search.comparisons, first: search.name))
        return search.name
    }

    private func operation(_ stage: StageID, into result: inout Bisection.Result) throws -> String? {
        do {
            _ = try runs("operations", ["--stage", stage.description, "--trace", "operation"])
        } catch let failure as BuildProcess.Failure where failure.isUsage {
            result.remark = "\(failure.path) is older than traces of operations"
            return nil
        }
        let operations = try builds.indices.map { build in
            var entries: [TracedOperation] = []
            var trace = try OperationTrace(path: directory("operations", build) + "/" + OperationLog.traceName)
            while let operation = try trace.next() {
                entries.append(operation)
            }
            return entries
        }
        let streams = operations.map { $0.filter { $0.id.isStream } }
        result.streams = streams[1].filter { !streams[0].contains($0) }.map(\.id)
        let computed = operations.map { $0.filter { !$0.id.isStream } }
        let first = level(.operations, computed, into: &result)
        if first == nil && result.streamsAgree == true {
            result.remark =
                "the operations agree where they are watched: what differs needs several threads, or shows only unwatched; "
                + "try --threads 1, and `repro matrix`"
        }
        return first
    }

    private func compare(_ name: String, into result: inout Bisection.Result) throws {
        _ = try runs("element", ["--stage", result.stage!.description, "--keep", name])
        let files = try builds.indices.map {
            try ArrayFile(path: directory("element", $0) + "/" + OperationLog.keptName)
        }
        result.difference = try TensorDifference.all(files[0], files[1]).first
        if result.difference == nil { result.remark = "bytes that are no tensor: a data file" }
    }

    private func directory(_ level: String, _ build: Int) -> String {
        scratch.path(level + (build == 0 ? "-baseline" : "-present"))
    }

    /// Runs up to the stage; a baseline that cannot end there runs to its end, with all tensors.
    private func runsToStage(_ stage: StageID) throws -> [RecordedRun] {
        do {
            return try runs("tensors", ["--stage", stage.description])
        } catch let failure as BuildProcess.Failure where failure.isUsage {
            return try runs("whole", ["--trace", "tensor"])
        }
    }

    private func runs(_ level: String, _ more: [String]) throws -> [RecordedRun] {
        try builds.enumerated().map { index, build in
            onLevel("\(level) of \(build.path)")
            let directory = directory(level, index)
            try build.run(words + more, into: directory)
            return try RecordedRun(path: directory + "/run.json")
        }
    }
}
