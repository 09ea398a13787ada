import ReproFormats
import ReproTrace
import ReproTraining
import ReproVerification

extension RunResult {
    /// What `run.json` holds and `repro run --format json` prints.
    /// Stages list the tensors that the run kept: of
    /// the steps, the first and the last, or all where it was traced to its tensors.
    public func json(environment: RunEnvironment) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("schema", .number(ReproVersion.schema)), .init("experiment", .string(experiment.name)),
            .init("seed", .number(seed)), .init("digest", .string(trace.root.hexadecimal)),
            .init("metrics", .object(metrics.map { .init($0.name, .number($0.value)) })),
            .init("options", experiment.json), .init("environment", environment.json),
            .init("stages", trace.stages.json),
        ]
        // Outside the tree: a digest says what was computed, this says what was asked for.
        if let perturbation { members.append(.init("perturbation", .string(perturbation.description))) }
        if let lastStage { members.append(.init("lastStage", .string(lastStage))) }
        if let inspection {
            members.append(.init("identities", .array(inspection.views.map(\.json))))
        }
        return .object(members)
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
