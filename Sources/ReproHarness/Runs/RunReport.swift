import ReproFormats
import ReproTrace
import ReproTraining
import ReproVerification

/// Converts what a run gave to the JSON of its run directory.
extension RunResult {
    /// What `run.json` holds and `repro run --format json` prints.
    ///
    /// Stages list the tensors that the run kept: of the steps, the first and the last, or all where it was traced to its
    /// tensors. A planted fault and an early end stand beside the tree: a digest says what was computed, these say what was
    /// asked for.
    public func json(environment: RunEnvironment) -> JSONValue {
        var json: JSONValue = [
            "schema": ReproVersion.schema, "experiment": experiment.name, "seed": seed, "digest": trace.root,
            "metrics": metricsJSON, "options": experiment.json, "environment": environment,
            "stages": trace.stages,
        ]
        if !scores.isEmpty {
            json = json.adding(["scores": JSONValue.object(scores.map { JSONValue.Member($0.split.rawValue, $0.json) })]
            )
        }
        json.add("perturbation", ifPresent: perturbation?.description)
        json.add("lastStage", ifPresent: lastStage?.description)
        json.add("identities", ifPresent: inspection?.views.map(\.json))
        return json
    }

    /// The metrics as one object, in their order.
    public var metricsJSON: JSONValue { .object(metrics.map { JSONValue.Member($0.name, $0.value.json) }) }
}

extension Inspection.View {
    fileprivate var json: JSONValue {
        let claims = identities.map { identity -> JSONValue in ["claim": identity.claim, "holds": identity.holds] }
        return ["module": module, "lengths": lengths, "claims": claims]
    }
}
