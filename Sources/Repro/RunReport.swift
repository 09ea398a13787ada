import ReproFormats
import ReproTrace
import ReproTraining

extension RunResult {
    /// What `run.json` holds and `repro run --format json` prints.
    ///
    /// - Parameter leaves: whether stages list their tensors, as far as the run kept them.
    public func json(environment: RunEnvironment, leaves: Bool = false) -> JSONValue {
        let stages = trace.stages.map { stage in
            var members: [JSONValue.Member] = [
                .init("name", .string(stage.name)), .init("digest", .string(stage.digest.hexadecimal)),
                .init("streams", .string(stage.streams.hexadecimal)),
            ]
            if leaves, let tensors = stage.leaves {
                members.append(.init("tensors", .array(tensors.map(\.json))))
            }
            return JSONValue.object(members)
        }
        var members: [JSONValue.Member] = [
            .init("schema", .number(ReproVersion.schema)), .init("experiment", .string(experiment.name)),
            .init("seed", .number(seed)), .init("digest", .string(trace.root.hexadecimal)),
            .init("metrics", .object(metrics.map { .init($0.name, .number($0.value)) })),
            .init("options", experiment.json), .init("environment", environment.json), .init("stages", .array(stages)),
        ]
        if let inspection {
            members.append(.init("identities", .array(inspection.views.map(\.json))))
        }
        return .object(members)
    }

    /// A line a step: `step,epoch,loss`, with the shortest digits that read back as the same binary32 number.
    public var csv: String {
        (["step,epoch,loss"] + losses.map { "\($0.step),\($0.epoch),\($0.loss)" }).joined(separator: "\n") + "\n"
    }
}

extension Leaf {
    var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("dtype", .string(elementType.rawValue)),
            .init("shape", .array(shape.map { .number($0) })), .init("digest", .string(digest.hexadecimal)),
        ])
    }
}

extension Inspection.View {
    var json: JSONValue {
        .object([
            .init("module", .string(module)), .init("lengths", .array(lengths.map { .number($0) })),
            .init(
                "claims",
                .array(
                    identities.map { .object([.init("claim", .string($0.claim)), .init("holds", .bool($0.holds))]) })),
        ])
    }
}
