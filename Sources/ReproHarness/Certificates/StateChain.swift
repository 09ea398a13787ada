import ReproFormats
import ReproTrace
import ReproTraining
import ReproVerification

/// The digests of all states that a run wrote checkpoints of, each bound to everything before it: what the run commits itself to.
/// Converts them to and from the file `chain.json` beside the checkpoints.
///
/// The chain begins with a digest of what the run was asked for: contract, options and seed. Each link hashes the link before it
/// with the next state's digest, and the head hashes the last link with the run's root (contract, section 15). So nothing in it
/// can be changed, left out or exchanged without every later link becoming another one. No other digest depends on it.
public struct StateChain: Sendable {
    /// One committed state.
    public struct Link: Sendable, Equatable {
        /// How many steps had been taken.
        public let step: Int
        /// The checkpoint's digest, which covers parameters, optimiser, position and every stage so far.
        public let state: Digest
        /// The digest of everything up to here.
        public let link: Digest
    }

    static let fileName = "chain.json"
    private static let format = "repro.chain.1"

    /// The digest of what the run was asked for.
    public let run: Digest
    /// In ascending order of steps.
    public private(set) var links: [Link] = []
    /// The root of the run that finished, and the digest of everything up to it; nil while it goes on.
    public private(set) var end: (root: Digest, head: Digest)?

    private let hashing: Hashing

    init(_ manifest: RunManifest, hashing: Hashing) {
        self.init(
            contract: ReproVersion.contract.json, options: manifest.experiment.json, seed: manifest.seed.json,
            hashing: hashing)
    }

    package init(contract: JSONValue, options: JSONValue, seed: JSONValue, hashing: Hashing) {
        self.hashing = hashing
        let asked: JSONValue = ["contract": contract, "options": options, "seed": seed]
        let bytes = asked.encoded(.compact)
        run = hashing.tensor(name: "run", elementType: .byte, shape: [bytes.count], bytes: bytes)
    }

    /// Commits to a state. Links from its step on, and the end, are of a time that the run came back from: they go.
    package mutating func append(step: Int, state: Digest) {
        while let last = links.last, last.step >= step { links.removeLast() }
        links.append(Link(step: step, state: state, link: link("link \(step)", state)))
        end = nil
    }

    /// Commits to the result.
    package mutating func finish(root: Digest) { end = (root, link("link final", root)) }

    private func link(_ name: String, _ digest: Digest) -> Digest {
        hashing.node(name: name, streams: hashing.streams([]), children: [links.last?.link ?? run, digest])
    }

    /// What of the chain holds only states of these steps: the same steps of two chains can be compared link by link.
    func restricted(to steps: Set<Int>) -> StateChain {
        var chain = self
        chain.links = []
        for link in links where steps.contains(link.step) { chain.append(step: link.step, state: link.state) }
        if let end { chain.finish(root: end.root) }
        return chain
    }
}

// The chain's file.
extension StateChain {
    func write(to folder: String) throws(FormatError) {
        var json: JSONValue = [
            "schema": ReproVersion.schema, "format": StateChain.format, "run": run,
            "links": links.map { ["step": $0.step, "state": $0.state, "link": $0.link] as JSONValue },
        ]
        if let end { json = json.adding(["root": end.root, "head": end.head]) }
        try AtomicFile.write(json.encoded(.pretty), to: folder + "/" + StateChain.fileName)
    }

    /// Reads the chain of a folder and computes every link anew.
    ///
    /// - Throws: `FormatError`, `.badData`, for a file that is no chain of this run or does not hash up.
    init(path folder: String, of manifest: RunManifest, hashing: Hashing) throws(FormatError) {
        let path = folder + "/" + StateChain.fileName
        let document = try JSONValue.read(path: path)
        func refused(_ problem: String) -> FormatError {
            FormatError(
                .badData, path: path, problem: "the chain of states is refused: \(problem)",
                remedy: "whoever made the run has to give its directory as the run left it")
        }
        guard document["format"]?.string == StateChain.format, let list = document["links"]?.elements else {
            throw refused("it is no chain")
        }
        func digest(_ value: JSONValue?) -> Digest? { value?.string.flatMap { Digest(hexadecimal: $0) } }
        self.init(manifest, hashing: hashing)
        guard digest(document["run"]) == run else {
            throw refused("it is of other options, another seed or another contract")
        }
        for item in list {
            guard let step = item["step"]?.int, let state = digest(item["state"]), let link = digest(item["link"])
            else { throw refused("link \(links.count) lacks step, state or link") }
            guard links.last.map({ step > $0.step }) ?? (step == 0) else {
                throw refused(
                    links.isEmpty ? "it lacks the state before the first step" : "step \(step) is out of order")
            }
            append(step: step, state: state)
            guard links.last?.link == link else { throw refused("the link of step \(step) does not hash up") }
        }
        guard !links.isEmpty else { throw refused("it has no state") }
        guard document["root"] != nil || document["head"] != nil else { return }
        guard let root = digest(document["root"]), let head = digest(document["head"]) else {
            throw refused("the end lacks root or head")
        }
        finish(root: root)
        guard end?.head == head else { throw refused("the end does not hash up") }
    }
}
