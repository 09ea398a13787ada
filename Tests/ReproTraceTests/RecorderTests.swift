import ReproNumerics
import ReproRandom
import ReproTrace
import Testing

@Suite struct RecorderTests {
    private let tensor = Tensor(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6])

    @Test func stagesAndRootHashUpFromTheirLeaves() throws {
        let hashing = Hashing()
        let recorder = Recorder()
        let stream = StreamState(domain: 1, key: 0, state: (1, 2), increment: (3, 5), buffered: 7)
        var tensor = tensor
        recorder.begin("init")
        try recorder.record("a", &tensor)
        try recorder.record("b", shape: [], [3])
        try recorder.end(streams: [stream])
        try record(recorder, "final", "a", tensor)
        let trace = try recorder.trace()
        #expect(trace.stages.map(\.name) == ["init", "final"])
        let first = trace.stages[0]
        let leaves = try #require(first.leaves)
        #expect(leaves.map(\.name) == ["a", "b"])
        #expect(first.streams == hashing.streams([stream]))
        #expect(first.digest == hashing.node(name: "init", streams: first.streams, children: leaves.map(\.digest)))
        #expect(trace.stages[1].streams == hashing.streams([]))
        let root = hashing.node(name: "run", streams: hashing.streams([]), children: trace.stages.map(\.digest))
        #expect(trace.root == root)
        #expect(Trace.firstInconsistency(stages: trace.stages, claimed: root) == nil)
    }

    @Test func aTreeThatDoesNotHashUpIsNamed() throws {
        let hashing = Hashing()
        let recorder = Recorder()
        try record(recorder, "init", "a", tensor)
        try record(recorder, "final", "a", tensor)
        let trace = try recorder.trace()
        let inconsistency = { (stages: [Stage], root: Digest) in
            Trace.firstInconsistency(stages: stages, claimed: root)
        }
        #expect(inconsistency(trace.stages, hashing.digest(of: [])) == "the root")
        #expect(inconsistency(Array(trace.stages.reversed()), trace.root) == "the root")
        let last = trace.stages[1]
        let wrong = [
            Stage(last.id, streams: last.streams, digest: trace.root, leaves: last.leaves),
            Stage(.evaluation, streams: last.streams, digest: last.digest, leaves: last.leaves),
            Stage(last.id, streams: trace.root, digest: last.digest, leaves: last.leaves),
            Stage(last.id, streams: last.streams, digest: last.digest, leaves: []),
        ]
        for stage in wrong { #expect(inconsistency([trace.stages[0], stage], trace.root) == "stage '\(stage.name)'") }
    }

    @Test func aPlantedFaultChangesTheTensorItself() throws {
        let fault = try #require(Perturbation("step 000001/grad:4:2"))
        let recorder = Recorder(perturbation: fault)
        let plain = Recorder()
        for stage: StageID in ["step 000000", "step 000001", "step 000002"] {
            recorder.begin(stage)
            plain.begin(stage)
            for name in ["logits", "grad"] {
                var (found, expected) = (tensor, tensor)
                try recorder.record(name, &found)
                try plain.record(name, &expected)
                let hit = stage == "step 000001" && name == "grad"
                for element in 0..<6 {
                    let flipped = tensor[offset: element].bitPattern ^ (hit && element == 4 ? 4 : 0)
                    #expect(found[offset: element].bitPattern == flipped, "\(stage) \(name) element \(element)")
                }
            }
            try recorder.end()
            try plain.end()
            let same = recorder.stages.last?.digest == plain.stages.last?.digest
            #expect(same == (stage != "step 000001"), "\(stage)")
        }
        #expect(try recorder.trace().root != plain.trace().root)
    }

    /// Each part of the name has to be right, and the signs and NaN bits count: bit 31 of 1 is −1.
    @Test func aPlantedFaultIsFoundByItsWholeName() throws {
        for text in ["init/b", "final/a", "init/A", "init/a.b", "step 000000/a"] {
            let fault = try #require(Perturbation(text))
            let recorder = Recorder(perturbation: fault)
            try record(recorder, "init", "a", tensor)
            #expect(throws: PerturbationError.neverReached(fault)) { try recorder.trace() }
        }
        let recorder = Recorder(perturbation: Perturbation("init/a:0:31"))
        var found = tensor
        recorder.begin("init")
        try recorder.record("a", &found)
        try recorder.end()
        #expect(found[0, 0] == -1)
        _ = try recorder.trace()
    }

    @Test func aFaultOutsideTheTensorOrInIntegersIsRefused() throws {
        let outside = Perturbation(stage: "init", tensor: "a", element: 6)
        let recorder = Recorder(perturbation: outside)
        recorder.begin("init")
        var tensor = tensor
        #expect(throws: PerturbationError.outside(outside, count: 6)) { try recorder.record("a", &tensor) }
        let fault = Perturbation(stage: "init", tensor: "a")
        let second = Recorder(perturbation: fault)
        second.begin("init")
        #expect(throws: PerturbationError.notFloat(fault)) { try second.record("a", shape: [1], [5]) }
        #expect(throws: PerturbationError.notFloat(fault)) { try second.record("a", bytes: [5]) }
    }

    @Test func perturbationsAreReadFromTheirText() throws {
        let right: [(String, Perturbation)] = [
            ("init/a", Perturbation(stage: "init", tensor: "a")),
            (
                "step 000003/grad.lstm.weight_hh_l0:17",
                Perturbation(stage: "step 000003", tensor: "grad.lstm.weight_hh_l0", element: 17)
            ),
            ("epoch 000/a:0:31", Perturbation(stage: "epoch 000", tensor: "a", kind: .bit(31))),
            (
                "epoch 000/lstm.l0[3].c:4:ulp",
                Perturbation(stage: "epoch 000", tensor: "lstm.l0[3].c", element: 4, kind: .ulp)
            ),
        ]
        for (text, fault) in right {
            #expect(Perturbation(text) == fault, "\(text)")
            #expect(Perturbation(fault.description) == fault)
        }
        for text in [
            "", "init", "/a", "init/", "init/:1", "init/a:", "init/a:-1", "init/a:x", "init/a:0:32", "init/a:0:-1",
            "init/a:0:0:0", " init/a", "step 0/a",
        ] {
            #expect(Perturbation(text) == nil, "\(text)")
        }
    }

    /// What a body throws; nil where it is no `NotFiniteError`.
    private func notFinite(_ body: () throws -> Void) -> NotFiniteError? {
        do {
            try body()
            return nil
        } catch { return error as? NotFiniteError }
    }

    @Test func aNumberThatIsNotFiniteIsNamedAndNeverHashed() throws {
        let patterns: [UInt32] = [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0x7f80_0000, 0xff80_0000]
        for (bits, element) in zip(patterns, [0, 1, 3, 4, 5]) {
            var tensor = tensor
            tensor[offset: element] = Float(bitPattern: bits)
            let recorder = Recorder()
            recorder.begin("step 000002")
            let error = notFinite { try recorder.record("grad.a", &tensor) }
            let stage: StageID? = "step 000002"
            #expect(error?.stage == stage)
            #expect(error?.tensor == "grad.a")
            #expect(error?.element == element)
            // A signalling NaN may have become a quiet one on its way.
            #expect(error.map { $0.bits | 0x40_0000 } == bits | 0x40_0000)
            let text = error?.description ?? ""
            #expect(text.contains("step 000002") && text.contains("grad.a"))
            try recorder.end()
            #expect(recorder.stages[0].leaves?.isEmpty == true)
        }
    }

    /// A fault that makes a number infinite is caught like one that came about by itself: flipping bit 30 of 1 does.
    /// What the digest leaves out is planted in, looked at and then sent, as what it covers is.
    @Test(arguments: [true, false]) func aNumberThatIsNotFiniteIsNeverSent(_ hashed: Bool) throws {
        var sent: [String] = []
        let fault = Perturbation(stage: "init", tensor: "b", element: 3, kind: .bit(30))
        let recorder = Recorder(
            perturbation: fault, sink: OperationSink { operation, _ in sent.append(operation.name) })
        func record(_ name: String, _ tensor: inout Tensor) throws {
            if hashed { try recorder.record(name, &tensor) } else { try recorder.observe(name, &tensor) }
        }
        recorder.begin("init")
        var (first, second) = (tensor, Tensor(repeating: 1, shape: [2, 3]))
        try record("a", &first)
        let error = notFinite { try record("b", &second) }
        #expect(error == NotFiniteError(place: .stage("init"), tensor: "b", element: 3, bits: 0x7f80_0000))
        #expect(sent == ["a"])
    }

    @Test func aFaultThatIsNotFiniteIsCaught() throws {
        let recorder = Recorder(perturbation: Perturbation("init/a:0:30"))
        recorder.begin("init")
        var tensor = tensor
        let error = notFinite { try recorder.record("a", &tensor) }
        let expected = NotFiniteError(place: .stage("init"), tensor: "a", element: 0, bits: 0x7f80_0000)
        #expect(error == expected)
    }

    @Test func samplesSpreadFromFirstToLast() throws {
        let expected: [Int: [Int]] = [
            0: [], 1: [0], 2: [0, 1], 3: [0, 1, 2], 4: [0, 1, 2, 3], 5: [0, 1, 2, 4], 6: [0, 1, 3, 5],
            100: [0, 33, 66, 99],
        ]
        for (count, offsets) in expected { #expect(Leaf.sampleOffsets(count: count) == offsets, "\(count) elements") }
        let recorder = Recorder()
        var tensor = tensor
        recorder.begin("init")
        try recorder.record("a", &tensor)
        try recorder.record("b", shape: [2], [-1, 5])
        try recorder.record("c", bytes: [1, 2, 3])
        try recorder.end()
        let leaves = try #require(recorder.stages[0].leaves)
        #expect(leaves[0].samples.map(\.offset) == [0, 1, 3, 5])
        #expect(leaves[0].samples.map(\.bits) == [1, 2, 4, 6].map { UInt64(Float($0).bitPattern) })
        #expect(leaves[1].samples.map(\.bits) == [UInt64.max, 5])
        #expect(leaves[2].samples.isEmpty)
    }

    @Test func onlyTheFirstAndTheLatestStepKeepTheirLeaves() throws {
        for (detail, kept) in [(Recorder.Detail.stage, false), (.tensor, true)] {
            let recorder = Recorder(detail: detail)
            try record(recorder, "init", "a", tensor)
            var digests: [Digest] = []
            for step in 0..<6 {
                try record(recorder, .step(step), "a", tensor)
                let steps = recorder.stages.filter(\.isStep)
                for (place, stage) in steps.enumerated() {
                    #expect(
                        (stage.leaves != nil) == (kept || place == 0 || place == step), "step \(place) after \(step)")
                }
                digests.append(try #require(steps.last?.digest))
                if step == 2 { try record(recorder, "epoch 000", "a", tensor) }
            }
            try record(recorder, "final", "a", tensor)
            #expect(recorder.stages.filter { !$0.isStep }.allSatisfy { $0.leaves?.count == 1 })
            // What is forgotten keeps its digest.
            #expect(recorder.stages.filter(\.isStep).map(\.digest) == digests)
        }
    }

    @Test func theDetailThatIsKeptDoesNotChangeTheRoot() throws {
        var roots: [Digest] = []
        for detail in [Recorder.Detail.stage, .tensor] {
            let recorder = Recorder(detail: detail)
            for step in 0..<4 { try record(recorder, .step(step), "a", tensor) }
            roots.append(try recorder.trace().root)
        }
        #expect(roots[0] == roots[1])
    }

    @Test func stagesAreHandedOnAsTheyEnd() throws {
        nonisolated(unsafe) var names: [String] = []
        let recorder = Recorder(onStage: { names.append($0.name) })
        for stage: StageID in ["init", "data", "final"] { try record(recorder, stage, "a", tensor) }
        #expect(names == ["init", "data", "final"])
    }

    /// Those who are told of a tensor see what was hashed, a planted fault included.
    @Test func observersSeeTheBytesThatWereHashed() throws {
        var seen: [(stage: StageID, leaf: Leaf, bytes: [UInt8])] = []
        let recorder = Recorder(
            perturbation: Perturbation("final/a:1:0"),
            onTensor: { seen.append(($0, $1, $2.array())) })
        var tensor = Tensor(shape: [2], elements: [1, 2])
        recorder.begin("init")
        try recorder.record("a", &tensor)
        try recorder.record("b", shape: [], [-1])
        try recorder.end()
        recorder.begin("final")
        try recorder.record("c", bytes: [7, 8])
        try recorder.record("a", &tensor)
        try recorder.end()
        #expect(seen.map { "\($0.stage)/\($0.leaf.name)" } == ["init/a", "init/b", "final/c", "final/a"])
        #expect(seen.map(\.leaf) == recorder.stages.flatMap { $0.leaves ?? [] })
        let one: [UInt8] = [0, 0, 0x80, 0x3f]
        #expect(seen[0].bytes == one + [0, 0, 0, 0x40])
        #expect(seen[1].bytes == [UInt8](repeating: 0xff, count: 8))
        #expect(seen[2].bytes == [7, 8])
        #expect(seen[3].bytes == one + [1, 0, 0, 0x40])
    }

    /// Workers look for numbers that are not finite together, and name the first.
    @Test(arguments: [1, 2, 5])
    func theFirstElementThatIsNotFiniteIsNamedWhoeverFindsIt(_ threads: Int) throws {
        let engine = Engine(
            kernels: try KernelPath.best.kernels(), workers: try Workers(count: threads), parallelThreshold: 0)
        for count in [1, 4, 100] {
            for place in 0..<count {
                var values = [Float](repeating: -.greatestFiniteMagnitude, count: count)
                #expect(Tensor(shape: [count], elements: values).firstNotFinite(engine: engine) == nil)
                values[place] = place % 2 == 0 ? .nan : -.infinity
                values[count - 1] = .infinity
                #expect(Tensor(shape: [count], elements: values).firstNotFinite(engine: engine) == place)
            }
        }
        #expect(Tensor(shape: [0], elements: []).firstNotFinite(engine: engine) == nil)
    }
}
