import ReproFormats

/// Finds where two runs of one program part first, from their traces.
///
/// The traces are walked together. As long as everything agrees nothing is known; the first event that does not is the finding:
/// - an operation whose inputs and generator agree and whose output differs is the culprit;
/// - an operation that drew from a generator in another state names the generator;
/// - an operation whose inputs differ, though no operation before it explains that, names what they are: a parameter, fresh memory that
///   was read before it was written, or data from outside;
/// - a batch, parameters, a loss that differ likewise.
///
/// Differing states of generators are no finding alone: Python's `random` starts from the operating system's entropy in every process. They
/// count where a run drew from them before data or state differ.
public enum FirstOperation {
    /// Where the pass that traces operations has to look, from two traces of steps: where they part first, or, where they agree, behind
    /// everything that they hold. A program without optimisers and modules is one step.
    public static func window(_ a: TracedRun, _ b: TracedRun) -> TraceWindow {
        for (left, right) in pairs(a, b) {
            var walk = TraceWalk(left.events, right.events)
            while let pair = walk.next() {
                guard pair.isState, let moment = pair.difference else { continue }
                // What is computed after a forward pass belongs to it; the count went on at its end.
                let during = pair.isOfPass ? moment.pass : max(0, moment.pass - 1)
                return TraceWindow(step: moment.step, pass: during)
            }
        }
        let updates = a.processes.flatMap(\.events).compactMap { event in
            if case .state(let state) = event, state.what == .optimizer { state.moment.step + 1 } else { nil }
        }
        return TraceWindow(step: updates.max() ?? 0, pass: 0)
    }

    /// The first place where two traced runs part; nil where the traces agree.
    ///
    /// - Throws: `FormatError` for kept tensors that cannot be read.
    public static func locate(_ a: TracedRun, _ b: TracedRun) throws(FormatError) -> OperationFinding? {
        for (left, right) in pairs(a, b) {
            var search = DifferenceSearch(a, b, left, right)
            guard var finding = try search.first() else { continue }
            if left.name != a.processes.first?.name { finding.process = left.name }
            if finding.kind == .data, let worker = workerDifference(a, b, except: left) {
                finding.detail = (finding.detail.map { $0 + "; " } ?? "") + worker
            }
            return finding
        }
        return nil
    }

    /// Processes of one name beside each other: the nth of a name in one run with the nth in the other.
    static func pairs(_ a: TracedRun, _ b: TracedRun) -> [(TracedProcess, TracedProcess)] {
        var rest = b.processes
        return a.processes.compactMap { process in
            guard let place = rest.firstIndex(where: { $0.name == process.name }) else { return nil }
            return (process, rest.remove(at: place))
        }
    }

    /// What differs in a worker process, where the data of the main one do.
    private static func workerDifference(_ a: TracedRun, _ b: TracedRun, except main: TracedProcess) -> String? {
        for (left, right) in pairs(a, b) where left.name != main.name {
            let (seeds, others) = (left.seeds, right.seeds)
            for (seed, other) in zip(seeds, others) where seed.value != other.value {
                return
                    "process \(left.identity) seeded \(seed.generator) with \(seed.value) in one run and \(other.value) "
                    + "in the other"
            }
        }
        return nil
    }
}

extension TracedProcess {
    /// The seeds, in order.
    package var seeds: [TracedSeed] {
        events.compactMap { event in if case .seed(let seed) = event { seed } else { nil } }
    }
}
