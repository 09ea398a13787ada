import ReproFormats
import ReproVerification

/// Converts what a sweep gave to the files of its folder: `sweep.json`, `sweep.csv` and `digests.txt`.
extension Sweep {
    /// Every run with its digest and metrics, and per variant and metric the mean and spread.
    public var json: JSONValue {
        var json: JSONValue = [
            "schema": ReproVersion.schema,
            "cases": outcomes.map { outcome -> JSONValue in
                var json: JSONValue = [
                    "name": outcome.plan.name, "seed": outcome.plan.seed,
                    "settings": plan.variants[outcome.plan.variant].json,
                ]
                json.add("digest", ifPresent: outcome.run?.root)
                json.add("metrics", ifPresent: outcome.run.map { JSONValue.object($0.metrics) })
                json.add("failure", ifPresent: outcome.failure?.reason)
                return json
            },
            "variants": plan.variants.indices.map { index -> JSONValue in
                [
                    "settings": plan.variants[index].json,
                    "metrics": JSONValue.object(
                        spreads(variant: index).map { JSONValue.Member($0.metric, $0.spread.json) }),
                ]
            },
        ]
        json.add("digest", ifPresent: digest)
        return json
    }

    /// The spread of each metric that some run of a variant has.
    public func spreads(variant: Int) -> [(metric: String, spread: Spread)] {
        metrics.compactMap { metric in
            let values = values(of: metric, variant: variant)
            return values.isEmpty ? nil : (metric, Spread(values))
        }
    }

    /// One line per run: name, seed, digest, and a column for each metric; nothing where a run lacks it.
    public var csv: String {
        let metrics = metrics
        let header = (["name", "seed", "digest"] + metrics).joined(separator: ",")
        let lines = outcomes.map { outcome -> String in
            let values = metrics.map { name in
                outcome.run?.metrics.first { Text.areSame($0.key, name) }?.value.text(.compact) ?? ""
            }
            return
                (["\"\(outcome.plan.name)\"", String(outcome.plan.seed), outcome.run?.root.hexadecimal ?? ""] + values)
                .joined(separator: ",")
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }

    /// Writes the files, each whole or not at all.
    ///
    /// - Throws: `FormatError`: cannot create, input-output.
    public func write(to directory: SweepDirectory) throws(FormatError) {
        try AtomicFile.write(json.encoded(.pretty), to: directory.path + "/sweep.json")
        try AtomicFile.write(Array(csv.utf8), to: directory.path + "/sweep.csv")
        if let digestLines { try AtomicFile.write(Array(digestLines.utf8), to: directory.path + "/digests.txt") }
    }
}

extension SweepPlan.Variant: JSONRepresentable {
    public var json: JSONValue { .object(settings.map { JSONValue.Member($0.key, $0.value) }) }
}

extension Spread: JSONRepresentable {
    public var json: JSONValue {
        [
            "count": count, "mean": mean, "deviation": deviation, "halfInterval95": halfInterval, "least": least,
            "greatest": greatest,
        ]
    }
}
