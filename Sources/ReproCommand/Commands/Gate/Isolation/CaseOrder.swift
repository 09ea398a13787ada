import Repro

/// What a process is told that judges one case: one line of JSON on its standard input.
struct CaseOrder {
    /// Raised with every change of what stands in the line; another version is refused.
    private static let version = 2

    let name: String
    let goldens: String
    /// The file of `--config`.
    let config: String?
    /// What `--against` found, as far as it is about this case.
    let baseline: GoldenBaseline?
    let kernels: KernelPath
    let threads: Int
    /// The fault of `--perturb`, as it was written.
    let perturbation: String?
    let memory: MemoryBudget
    /// Where a golden is to be left for review; nil where none is wanted.
    let successorFolder: String?
    /// The folder of `--results`, as it was named.
    let results: String?
    /// Of the column of names in the report.
    let width: Int
    /// Whether somebody looks at how far it is.
    let tellsProgress: Bool

    var line: [UInt8] {
        var json: JSONValue = [
            "order": CaseOrder.version, "name": name, "goldens": goldens, "kernels": kernels.rawValue,
            "threads": threads, "memory": memory.byteCount, "width": width, "progress": tellsProgress,
        ]
        json.add("config", ifPresent: config)
        json.add("against", ifPresent: baseline?.reference)
        json.add("claims", ifPresent: baseline?.goldens.map(\.json))
        json.add("perturb", ifPresent: perturbation)
        json.add("successor", ifPresent: successorFolder)
        json.add("results", ifPresent: results)
        return json.encoded(.compact) + [UInt8(ascii: "\n")]
    }
}

extension CaseOrder {
    /// Nil for a line that is no order of this version.
    init?(_ line: [UInt8]) {
        guard let json = try? JSONValue.parse(line, path: "order"), json["order"]?.int == CaseOrder.version,
            let name = json["name"]?.string, let goldens = json["goldens"]?.string,
            let kernels = json["kernels"]?.string.flatMap(KernelPath.init(rawValue:)),
            let threads = json["threads"]?.int, let memory = json["memory"]?.int, let width = json["width"]?.int,
            let tellsProgress = json["progress"]?.bool
        else { return nil }
        self.init(
            name: name, goldens: goldens, config: json["config"]?.string,
            baseline: json["against"]?.string.map { reference in
                GoldenBaseline(
                    reference: reference,
                    goldens: json["claims"]?.elements?.compactMap(GoldenBaseline.Claim.init(order:)) ?? [])
            },
            kernels: kernels, threads: threads, perturbation: json["perturb"]?.string,
            memory: MemoryBudget(byteCount: memory), successorFolder: json["successor"]?.string,
            results: json["results"]?.string, width: width,
            tellsProgress: tellsProgress)
    }
}

extension GoldenBaseline.Claim {
    fileprivate var json: JSONValue {
        var json: JSONValue = ["name": name]
        json.add("config", ifPresent: config)
        json.add("root", ifPresent: root)
        return json
    }

    fileprivate init?(order json: JSONValue) {
        guard let name = json["name"]?.string.flatMap({ GoldenName($0) }) else { return nil }
        self.init(
            name: name, config: json["config"]?.string, root: json["root"]?.string.flatMap { Digest(hexadecimal: $0) })
    }
}
