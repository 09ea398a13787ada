import ReproNN
import ReproTrace
import ReproTraining

/// What this build says of the place where two runs part: it computes that place from the last state before it that both committed
/// to and that is kept, and holds each side to what it finds.
public struct Judgement {
    /// Whether each side has what this build computes.
    public let isRight: [Bool]
    /// What this build computes.
    public let digest: Digest
    /// The first tensor of the stage, or of the state, that is another one on the two sides; nil where they do not keep theirs.
    public let tensor: String?
    /// The operations of the stage that lead to that tensor from the one before it, in order; empty for a state.
    public let operations: [String]
    /// How many steps were computed.
    public let stepCount: Int

    /// - Throws: as a run does; `FormatError`, ``CommittedRun/Forgery`` for states that cannot be read.
    public init(
        _ dispute: Dispute, between sides: [CommittedRun], onProgress: @escaping (RunProgress) throws -> Void = { _ in }
    ) throws {
        let start = try Judgement.start(dispute.agreed, sides)
        var options = sides[0].options(detail: .tensor, lastStage: dispute.stage)
        options.start = start
        options.onProgress = onProgress
        let found =
            try dispute.stage.map { try Judgement.stage($0, upTo: dispute.parted, dispute, sides, options) }
            ?? Judgement.state(after: dispute.parted!, sides, options)
        isRight = dispute.digests.map { $0 == found.digest }
        (digest, tensor, operations) = (found.digest, found.tensor, found.operations)
        stepCount = found.step - (start?.optimizer.step ?? 0)
    }

    /// What was computed: its digest, the first tensor that differs between the sides, the operations that lead there, and how
    /// many steps the run had then taken.
    private typealias Found = (digest: Digest, tensor: String?, operations: [String], step: Int)

    private static func stage(
        _ id: StageID, upTo parted: Int?, _ dispute: Dispute, _ sides: [CommittedRun], _ options: RunOptions
    ) throws -> Found {
        var names: [String] = []
        var options = options
        options.operations = OperationSink(stage: id) { operation, _ in names.append(operation.name) }
        let run = sides[0]
        let result = try run.manifest.experiment.run(seed: run.manifest.seed, engine: run.engine, options: options)
        let stage = result.trace.stages.last!
        // A side that is right has what is computed here, whether it kept it or not.
        let leaves = try zip(sides, dispute.digests).map { side, digest in
            try (digest == stage.digest ? stage.leaves : side.leaves(of: id, upTo: parted)) ?? []
        }
        let tensor = zip(leaves[0], leaves[1]).first { $0.digest != $1.digest }?.0.name
        let recorded = stage.leaves?.map(\.name) ?? []
        var operations: [String] = []
        if let tensor, let index = recorded.firstIndex(of: tensor), let last = names.firstIndex(of: tensor) {
            let before = index > 0 ? names.firstIndex(of: recorded[index - 1]) : nil
            let first = before.map { $0 + 1 } ?? 0
            operations = first <= last ? Array(names[first...last]) : []
        }
        var step = result.losses.count
        if case .step(let number) = id { step = number + 1 }
        return (stage.digest, tensor, operations, step)
    }

    /// The last state that both sides committed to and one of them keeps.
    private static func start(_ agreed: Int?, _ sides: [CommittedRun]) throws -> TrainingState? {
        guard let agreed else { return nil }
        let common = Set(sides[1].chain.links.map(\.step))
        let places = sides.map { side in
            side.chain.links.indices.last {
                let step = side.chain.links[$0].step
                return step <= agreed && common.contains(step) && side.isKept($0)
            }
        }
        let latest = sides.indices.max { side, other in
            (places[side].map { sides[side].chain.links[$0].step } ?? -1)
                < (places[other].map { sides[other].chain.links[$0].step } ?? -1)
        }!
        return try places[latest].map { try sides[latest].state(at: $0) }
    }

    private static func state(
        after step: Int, _ sides: [CommittedRun], _ options: RunOptions
    ) throws -> Found {
        struct Arrival: Error {}
        let run = sides[0]
        var options = options
        var digest: Digest?
        options.detail = run.manifest.keepsTensors ? .tensor : .stage
        options.onState = { state in
            guard state.optimizer.step == step else { return }
            digest = Checkpoint.digest(of: state, of: run.manifest, hashing: run.hashing)
            throw Arrival()
        }
        do {
            _ = try run.manifest.experiment.run(seed: run.manifest.seed, engine: run.engine, options: options)
        } catch is Arrival {}
        let tensors = try sides.map { side -> [NamedTensor]? in
            guard let place = side.chain.links.firstIndex(where: { $0.step == step }), side.isKept(place) else {
                return nil
            }
            let state = try side.state(at: place)
            return state.parameters.map { NamedTensor($0.name, $0.value) } + state.optimizer.tensors
        }
        guard let digest else { throw Dispute.NotComparable("the run ends before step \(step)") }
        guard let mine = tensors[0], let theirs = tensors[1] else { return (digest, nil, [], step) }
        let tensor = zip(mine, theirs).first { !$0.value.isBitwiseEqual(to: $1.value) }?.0.name
        return (digest, tensor, [], step)
    }
}

extension CommittedRun {
    /// The tensors that the run kept of a stage; nil where it kept none.
    fileprivate func leaves(of stage: StageID, upTo step: Int?) throws -> [Leaf]? {
        let recorded = chain.end == nil ? nil : try directory.finishedRun()?.stages
        for stages in [recorded ?? [], try stages(upTo: step)] {
            if let leaves = stages.last(where: { $0.id == stage })?.leaves { return leaves }
        }
        return nil
    }
}
