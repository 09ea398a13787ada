/// Two events that stand for the same thing in two runs, or parts of the runs in which they do different things.
enum TracePair {
    case seeds(TracedSeed, TracedSeed)
    case states(TracedState, TracedState)
    case operations(ProgramOperation, ProgramOperation)
    /// Events of both runs without a partner, before they come together again or end.
    case apart([TraceEvent], [TraceEvent])

    /// When the pair differs in contents other than states of generators; nil where it does not.
    var difference: TraceMoment? {
        switch self {
        case .seeds(let a, let b): return a.value == b.value ? nil : a.moment
        case .states(let a, let b):
            return a.what == .generators || a.differing(from: b).isEmpty ? nil : a.moment
        case .operations(let a, let b): return a.agrees(with: b) ? nil : a.moment
        case .apart(let a, let b): return (a + b).first { $0.isCompared }?.moment
        }
    }

    /// Whether it tells of the program's states, not of seeds.
    var isState: Bool {
        if case .seeds = self { return false }
        return true
    }

    /// Whether the pair was written before or at the end of its forward pass, not after it.
    var isOfPass: Bool {
        guard case .states(let a, _) = self else { return false }
        return a.what == .batch || a.what == .output || a.moment.pass == 0
    }
}

extension TracedState {
    /// The names whose digests differ, or that one run lacks.
    func differing(from other: TracedState) -> [String] {
        var names: [String] = []
        for (place, tensor) in tensors.enumerated() {
            let near =
                place < other.tensors.count && other.tensors[place].name == tensor.name ? other.tensors[place] : nil
            guard let found = near ?? other.tensors.first(where: { $0.name == tensor.name }) else {
                names.append(tensor.name)
                continue
            }
            if found.digest != tensor.digest { names.append(tensor.name) }
        }
        let own = Set(tensors.map(\.name))
        return names + other.tensors.map(\.name).filter { !own.contains($0) }
    }
}

extension ProgramOperation {
    /// Whether the inputs that have contents agree.
    func hasInputs(of other: ProgramOperation) -> Bool {
        inputs.count == other.inputs.count && zip(inputs, other.inputs).allSatisfy { $0.digest == $1.digest }
    }

    /// Whether everything that was read and given agrees.
    func agrees(with other: ProgramOperation) -> Bool {
        hasInputs(of: other) && generator == other.generator && firstOutput(unlike: other) == nil
    }

    /// The first output that differs.
    func firstOutput(unlike other: ProgramOperation) -> Int? {
        for place in 0..<max(outputs.count, other.outputs.count) {
            guard place < outputs.count, place < other.outputs.count else { return place }
            if outputs[place].digest != other.outputs[place].digest { return place }
        }
        return nil
    }
}

extension TraceEvent {
    var moment: TraceMoment {
        switch self {
        case .seed(let seed): seed.moment
        case .state(let state): state.moment
        case .operation(let operation): operation.moment
        case .conditions: TraceMoment(step: 0, pass: 0)
        }
    }

    /// Whether its contents count by themselves: states of generators, and seeds, do not.
    var isCompared: Bool {
        switch self {
        case .seed, .conditions: false
        case .state(let state): state.what != .generators
        case .operation: true
        }
    }

    /// Whether two events stand for the same thing, whatever its contents.
    func isSame(as other: TraceEvent) -> Bool {
        switch (self, other) {
        case (.seed(let a), .seed(let b)): a.generator == b.generator && SourceLine.isSame(a.moment.at, b.moment.at)
        case (.state(let a), .state(let b)):
            a.what == b.what && a.moment.step == b.moment.step && a.moment.pass == b.moment.pass
        case (.operation(let a), .operation(let b)):
            a.name == b.name && a.overload == b.overload && a.module == b.module && a.node == b.node
                && SourceLine.isSame(a.moment.at, b.moment.at)
        default: false
        }
    }
}

/// Walks through the events of two runs in pairs; where they do different things, it looks for the next place at which four events in a
/// row are the same again.
struct TraceWalk {
    private let a: [TraceEvent], b: [TraceEvent]
    private var i = 0, j = 0

    /// How far ahead the runs are searched for a place where they come together, and how many events have to agree there.
    private static let reach = 400, agreement = 4

    init(_ a: [TraceEvent], _ b: [TraceEvent]) {
        let isCompared = { (event: TraceEvent) in if case .conditions = event { false } else { true } }
        self.a = a.filter(isCompared)
        self.b = b.filter(isCompared)
    }

    /// The next pair; nil at the end of both.
    mutating func next() -> TracePair? {
        guard i < a.count || j < b.count else { return nil }
        guard i < a.count, j < b.count, a[i].isSame(as: b[j]) else { return apart() }
        defer { (i, j) = (i + 1, j + 1) }
        switch (a[i], b[j]) {
        case (.seed(let a), .seed(let b)): return .seeds(a, b)
        case (.state(let a), .state(let b)): return .states(a, b)
        case (.operation(let a), .operation(let b)): return .operations(a, b)
        default: preconditionFailure("events \(i) and \(j) are of different kinds")
        }
    }

    private mutating func apart() -> TracePair {
        let (firstA, firstB) = (i, j)
        (i, j) = (a.count, b.count)
        search: for distance in 1...TraceWalk.reach {
            for left in 0...distance where meets(firstA + left, firstB + distance - left) {
                (i, j) = (firstA + left, firstB + distance - left)
                break search
            }
        }
        return .apart(Array(a[firstA..<i]), Array(b[firstB..<j]))
    }

    private func meets(_ left: Int, _ right: Int) -> Bool {
        guard left < a.count, right < b.count else { return left == a.count && right == b.count }
        let count = min(TraceWalk.agreement, a.count - left, b.count - right)
        return (0..<count).allSatisfy { a[left + $0].isSame(as: b[right + $0]) }
    }
}
