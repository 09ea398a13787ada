import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace
import ReproTraining
import ReproVerification

/// Converts a training state to and from a safetensors file that states its own digest.
///
/// Tensors: `parameter.NAME` and `optimizer.NAME` F32; `losses` F32 and `losses.epoch` I64, one per step; `position` I64: steps,
/// epoch, batches of the epoch, rows and bits of the sum of losses of the epoch; `epochs` I64, the bits of each epoch's mean loss;
/// `steps` I64 `[n, 10]`, one row per stage whose leaves are not kept: its place among the stages, its step, and the digests of
/// its streams and of itself. A run that validates has `validations` I64, the bits of each epoch's scores, and one that may
/// stop early `best.NAME` F32 and `best` I64, the best epoch and the bits of its score. The metadata holds the order of the
/// names, the other stages, and the digest of all of it.
package enum Checkpoint {
    private static let format = "repro.checkpoint.1"

    /// - Returns: the file, which is to be committed, and the digest of the state, which it states.
    /// - Throws: `FormatError`: what writing an `AtomicFile` throws.
    static func prepare(
        _ state: TrainingState, of run: RunManifest, hashing: Hashing, to path: String
    ) throws(FormatError) -> (file: AtomicFile, digest: Digest) {
        let (arrays, metadata) = (arrays(of: state), metadata(of: state, run))
        let digest = digest(arrays, metadata, hashing)
        let file = try Safetensors.prepare(arrays, metadata: metadata + [("digest", digest.hexadecimal)], to: path)
        return (file, digest)
    }

    /// The digest that a file of the state states.
    static func digest(of state: TrainingState, of run: RunManifest, hashing: Hashing) -> Digest {
        digest(arrays(of: state), metadata(of: state, run), hashing)
    }

    private static func metadata(of state: TrainingState, _ run: RunManifest) -> [(key: String, value: String)] {
        var metadata: [(key: String, value: String)] = [
            ("contract", String(ReproVersion.contract)), ("experiment", run.experiment.name), ("format", format),
            ("optimizer", state.optimizer.tensors.map(\.name).json.text(.compact)),
            ("parameters", state.parameters.map(\.name).json.text(.compact)), ("seed", String(run.seed)),
            ("stages", state.stages.filter { $0.leaves != nil }.json.text(.compact)),
        ]
        if let scores = state.validations.first?.scores {
            metadata.append(("validations", scores.map(\.name).json.text(.compact)))
        }
        return metadata
    }

    /// The state of a file, and its digest.
    ///
    /// - Throws: `FormatError`: `.badData` for a file that is not what was written, or belongs to another run.
    static func read(
        _ path: String, of run: RunManifest, hashing: Hashing
    ) throws(FormatError) -> (
        state: TrainingState, digest: Digest
    ) {
        let file = try SafetensorsFile(path: path)
        let metadata = file.metadata.map { (key: $0.key, value: $0.value.string ?? "") }
        func text(_ key: String) -> String { metadata.first { $0.key == key }?.value ?? "" }
        guard text("format") == format else { throw damaged(path, "it is no checkpoint") }
        guard text("contract") == String(ReproVersion.contract) else {
            throw damaged(
                path, "it is of contract version \(text("contract")), and this program's is \(ReproVersion.contract)")
        }
        var arrays: [NamedArray] = []
        for entry in file.entries { arrays.append(NamedArray(entry.name, try file.read(entry))) }
        let digest = digest(arrays, metadata.filter { $0.key != "digest" }, hashing)
        guard digest.hexadecimal == text("digest") else {
            throw damaged(path, "its digest is not that of its contents")
        }
        guard text("experiment") == run.experiment.name, text("seed") == String(run.seed) else {
            throw damaged(path, "it belongs to experiment '\(text("experiment"))' with seed \(text("seed"))")
        }
        guard let state = try state(file, run, text) else { throw damaged(path, "its parts do not fit together") }
        return (state, digest)
    }

    private static func damaged(_ path: String, _ problem: String) -> FormatError {
        FormatError(
            .badData, path: path, problem: "the checkpoint is refused: \(problem)", remedy: "an older one is tried")
    }

    /// What the file states of itself: a node over the metadata and every tensor, by name.
    package static func digest(
        _ arrays: [NamedArray], _ metadata: [(key: String, value: String)], _ hashing: Hashing
    ) -> Digest {
        let sorted = metadata.sorted { Text.precedes($0.key.utf8, $1.key.utf8) }
        let head = JSONValue.object(sorted.map { .init($0.key, $0.value.json) }).encoded(.compact)
        let leaves = arrays.sorted { Text.precedes($0.name.utf8, $1.name.utf8) }.map { array in
            switch array.value {
            case .float(let tensor): hashing.tensor(name: array.name, tensor)
            case .int(let shape, let elements):
                elements.withBytes {
                    hashing.tensor(name: array.name, elementType: .int64, shape: shape, bytes: $0)
                }
            }
        }
        let first = hashing.tensor(name: "metadata", elementType: .byte, shape: [head.count], bytes: head)
        return hashing.node(name: "checkpoint", streams: hashing.streams([]), children: [first] + leaves)
    }
}

// The state's parts as arrays, and back.
extension Checkpoint {
    private static let stepWidth = 10

    private static func arrays(of state: TrainingState) -> [NamedArray] {
        let steps = state.stages.enumerated().flatMap { place, stage -> [Int64] in
            guard stage.leaves == nil, case .step(let number) = stage.id else { return [] }
            return [Int64(place), Int64(number)] + stage.streams.words + stage.digest.words
        }
        var arrays = state.parameters.map { NamedArray("parameter." + $0.name, .float($0.value)) }
        arrays += state.optimizer.tensors.map { NamedArray("optimizer." + $0.name, .float($0.value)) }
        let losses = Tensor(shape: [state.losses.count], elements: state.losses.map(\.loss))
        arrays.append(NamedArray("losses", .float(losses)))
        arrays.append(integers("losses.epoch", state.losses.map { Int64($0.epoch) }))
        arrays.append(integers("epochs", state.epochLosses.map(\.bits)))
        let position = [state.optimizer.step, state.epoch, state.batch, state.lossSum.rows].map { Int64($0) }
        arrays.append(integers("position", position + [state.lossSum.loss.bits]))
        if let width = state.validations.first?.scores.count {
            let bits = state.validations.flatMap { $0.scores.map(\.value.bits) }
            arrays.append(NamedArray("validations", .int(shape: [state.validations.count, width], elements: bits)))
        }
        if let best = state.best {
            arrays += best.parameters.map { NamedArray("best." + $0.name, .float($0.value)) }
            arrays.append(integers("best", [Int64(best.epoch), best.value.bits]))
        }
        arrays.append(NamedArray("steps", .int(shape: [steps.count / stepWidth, stepWidth], elements: steps)))
        return arrays
    }

    private static func integers(_ name: String, _ elements: [Int64]) -> NamedArray {
        NamedArray(name, .int(shape: [elements.count], elements: elements))
    }

    /// Nil where a part is missing or of another size.
    private static func state(
        _ file: SafetensorsFile, _ run: RunManifest, _ text: (String) -> String
    ) throws(FormatError) -> TrainingState? {
        func tensors(_ prefix: String, _ key: String) throws(FormatError) -> [NamedTensor]? {
            let list = try JSONValue.parse(Array(text(key).utf8), path: file.path).elements ?? []
            var found: [NamedTensor] = []
            for name in list.compactMap(\.string) {
                guard let tensor = try file.value(named: prefix + name).tensor else { return nil }
                found.append(NamedTensor(name, tensor))
            }
            return found
        }
        guard let training = run.experiment.training, let named = try tensors("parameter.", "parameters"),
            let moments = try tensors("optimizer.", "optimizer"),
            let position = try file.value(named: "position").integers, position.count == 5,
            let losses = try file.value(named: "losses").tensor,
            let epochs = try file.value(named: "losses.epoch").integers, epochs.count == losses.count,
            let means = try file.value(named: "epochs").integers, Int(position[0]) == losses.count,
            let stages = try stages(file, text("stages")),
            let validations = try validations(file, text("validations"))
        else { return nil }
        let parameters = named.map { Parameter(name: $0.name, value: $0.value) }
        guard
            let optimizer = Optimizer(training, parameters: parameters, tensors: moments, step: losses.count)
        else { return nil }
        var state = TrainingState(parameters: parameters, optimizer: optimizer)
        (state.epoch, state.batch) = (Int(position[1]), Int(position[2]))
        state.lossSum = (Double(bits: position[4]), Int(position[3]))
        state.epochLosses = means.map(Double.init(bits:))
        state.losses = losses.elements.enumerated().map { index, loss in
            StepLoss(step: index, epoch: Int(epochs[index]), loss: loss)
        }
        state.validations = validations
        if file.entry(named: "best") != nil {
            guard let best = try file.value(named: "best").integers, best.count == 2,
                let kept = try tensors("best.", "parameters")
            else { return nil }
            state.best = EarlyStopping.Best(
                epoch: Int(best[0]), value: Double(bits: best[1]),
                parameters: kept.map { Parameter(name: $0.name, value: $0.value) })
        }
        state.stages = stages
        return state
    }

    /// None where the run does not validate.
    private static func validations(_ file: SafetensorsFile, _ text: String) throws(FormatError) -> [EpochScores]? {
        guard file.entry(named: "validations") != nil else { return [] }
        let names = try JSONValue.parse(Array(text.utf8), path: file.path).elements?.compactMap(\.string) ?? []
        guard let bits = try file.value(named: "validations").integers, !names.isEmpty,
            bits.count % names.count == 0
        else { return nil }
        return stride(from: 0, to: bits.count, by: names.count).map { first in
            EpochScores(
                epoch: first / names.count,
                scores: zip(names, bits[first...]).map { EpochScores.Score($0, Double(bits: $1)) })
        }
    }

    private static func stages(_ file: SafetensorsFile, _ text: String) throws(FormatError) -> [Stage]? {
        guard let elements = try JSONValue.parse(Array(text.utf8), path: file.path).elements,
            let steps = try file.value(named: "steps").integers, steps.count % stepWidth == 0
        else { return nil }
        var stages: [Stage] = []
        for element in elements {
            guard let stage = try? StageCoding.stage(element) else { return nil }
            stages.append(stage)
        }
        // Ascending places, so that each is inserted where it stood.
        for first in stride(from: 0, to: steps.count, by: stepWidth) {
            let words = Array(steps[first..<(first + stepWidth)])
            guard words[0] >= 0, words[0] <= stages.count, words[1] >= 0 else { return nil }
            let stage = Stage(
                .step(Int(words[1])), streams: Digest(words: words[2..<6]), digest: Digest(words: words[6..<10]),
                leaves: nil)
            stages.insert(stage, at: Int(words[0]))
        }
        return stages
    }
}

extension Double {
    fileprivate var bits: Int64 { Int64(bitPattern: bitPattern) }
    fileprivate init(bits: Int64) { self.init(bitPattern: UInt64(bitPattern: bits)) }
}

extension Digest {
    /// Four little-endian words.
    fileprivate var words: [Int64] { bytes.withBytes { $0.array(of: Int64.self) }.map(Int64.init(littleEndian:)) }

    fileprivate init(words: ArraySlice<Int64>) {
        self.init(bytes: words.map(\.littleEndian).withBytes { $0.array() })
    }
}
