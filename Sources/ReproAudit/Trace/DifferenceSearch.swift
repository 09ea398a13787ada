import ReproFormats

/// Walks through the traces of one process in two runs up to the first difference, and says what it is.
struct DifferenceSearch {
    private let a: TracedRun, b: TracedRun
    private let left: TracedProcess, right: TracedProcess
    private var walk: TraceWalk
    private var generators = GeneratorHistory()
    /// Operations that the runs do not share, as long as nothing after them differs.
    private var detour: OperationFinding?

    init(_ a: TracedRun, _ b: TracedRun, _ left: TracedProcess, _ right: TracedProcess) {
        (self.a, self.b, self.left, self.right) = (a, b, left, right)
        walk = TraceWalk(left.events, right.events)
    }

    /// Nil where the traces agree in everything but generators that nobody drew from.
    mutating func first() throws(FormatError) -> OperationFinding? {
        while let pair = walk.next() {
            generators.note(pair)
            guard pair.difference != nil else { continue }
            switch pair {
            case .seeds: continue
            case .states(let x, let y): return explained(detour ?? state(x, y))
            case .operations(let x, let y):
                if x.generator != y.generator { return drawn(x) }
                if x.hasInputs(of: y) { return try culprit(x, y) }
                return explained(detour ?? input(x, y))
            case .apart(let x, let y):
                guard let finding = ways(x, y) else { continue }
                if finding.kind != .operation { return explained(finding) }
                detour = detour ?? finding
            }
        }
        return nil
    }

    // The findings

    private func culprit(_ x: ProgramOperation, _ y: ProgramOperation) throws(FormatError) -> OperationFinding {
        var finding = OperationFinding(.operation, x.name, of: x)
        finding.indices = [x.index, y.index]
        finding.output = x.firstOutput(unlike: y)
        finding.gap = try gap(x, y)
        finding.growth = try growth()
        finding.hiddenSize = x.outputs.first?.shape.last
        finding.recurrent = RecurrentPlace(x, among: left.operations, output: finding.output, gap: finding.gap)
        return finding
    }

    private func drawn(_ x: ProgramOperation) -> OperationFinding {
        let name = x.generatorName ?? "a generator"
        var finding = OperationFinding(.generator, name, of: x)
        finding.detail = generators.seeding(of: name) + "; drawn from by \(x.name)"
        return finding
    }

    private func input(_ x: ProgramOperation, _ y: ProgramOperation) -> OperationFinding {
        let place = zip(x.inputs, y.inputs).enumerated().first { $1.0.digest != $1.1.digest }?.offset
        guard let place else {
            var finding = OperationFinding(.data, "the inputs of \(x.name)", of: x)
            finding.detail = "\(x.inputs.count) inputs in one run and \(y.inputs.count) in the other"
            return finding
        }
        let tensor = x.inputs[place]
        if let parameter = tensor.parameter { return OperationFinding(.state, "parameter \(parameter)", of: x) }
        if let producer = tensor.producer, let maker = left.operations.first(where: { $0.index == producer }),
            maker.outputs.allSatisfy({ $0.digest == nil })
        {
            var finding = OperationFinding(.state, maker.name, of: maker)
            let line = x.line.map { " at \($0.name):\($0.line)" } ?? ""
            finding.detail = "its memory is read before anything was written there, by \(x.name)\(line)"
            return finding
        }
        return OperationFinding(.data, "input \(place) of \(x.name)", of: x)
    }

    private func state(_ x: TracedState, _ y: TracedState) -> OperationFinding {
        let names = x.differing(from: y)
        let name = "\(x.what.rawValue) \(names.first ?? "")"
        var finding = OperationFinding(x.what == .batch ? .data : .state, name, at: x.moment)
        if names.count > 1 { finding.detail = "and \(names.count - 1) more" }
        return finding
    }

    /// Nil where the runs differ there in nothing but seeds and states of generators.
    private func ways(_ x: [TraceEvent], _ y: [TraceEvent]) -> OperationFinding? {
        let operations = [x, y].map { events in
            events.compactMap { event in if case .operation(let operation) = event { operation } else { nil } }
        }
        guard let operation = operations[0].first ?? operations[1].first else {
            let states = (x + y).compactMap { event in if case .state(let state) = event { state } else { nil } }
            guard let state = states.first(where: { $0.what != .generators }) else { return nil }
            var finding = OperationFinding(.state, state.what.rawValue, at: state.moment)
            finding.detail = "only one run comes there"
            return finding
        }
        var finding = OperationFinding(.operation, operation.name, of: operation)
        finding.otherName = operations[0].isEmpty || operations[1].isEmpty ? nil : operations[1][0].name
        finding.detail =
            "the runs take different ways here: \(operations[0].count) operations in one, \(operations[1].count) in the other"
        return finding
    }

    /// Data or a state that a generator explains, which differs and was drawn from before.
    private func explained(_ finding: OperationFinding) -> OperationFinding {
        guard finding.kind != .operation else { return finding }
        var (history, rest) = (generators, walk)
        // The states of this moment stand behind operations of this moment.
        for _ in 0..<1000 {
            guard let pair = rest.next() else { break }
            history.note(pair)
            if case .states(let state, _) = pair, state.what == .generators { break }
        }
        guard let name = history.drawnApart.first else { return finding }
        var generator = finding.renamed(.generator, name)
        generator.detail = history.seeding(of: name) + "; the first that differs is \(finding.name)"
        return generator
    }

    // How far

    private func gap(_ x: ProgramOperation, _ y: ProgramOperation) throws(FormatError) -> TensorGap? {
        guard let place = x.firstOutput(unlike: y), place < x.outputs.count, place < y.outputs.count else { return nil }
        let (own, other) = (x.outputs[place], y.outputs[place])
        guard own.type == other.type, own.shape == other.shape, let type = NumberType(own.type),
            let bytes = try a.bytes(of: own), let others = try b.bytes(of: other)
        else { return nil }
        return TensorGap(bytes, others, type: type, shape: own.shape)
    }

    /// The first, second, fourth, eighth, … operation behind that differs.
    private func growth() throws(FormatError) -> [OperationFinding.Growth] {
        var (rest, found, count, next) = (walk, [OperationFinding.Growth](), 0, 1)
        while let pair = rest.next(), found.count < 16 {
            guard case .operations(let x, let y) = pair, x.firstOutput(unlike: y) != nil else { continue }
            count += 1
            guard count >= next, let ulp = try gap(x, y)?.greatestULP else { continue }
            found.append(OperationFinding.Growth(name: x.name, index: x.index, ulp: ulp))
            next = 2 * count
        }
        return found
    }
}

/// What the traces tell of random-number generators up to some moment.
struct GeneratorHistory {
    private struct Known {
        let name: String
        /// The first state of each run since the generator was seeded last.
        var a: String?, b: String?
        var seeding: String?
        var isDrawnApart = false
    }

    private var known: [Known] = []

    /// Generators whose states differ between the runs and that the first run drew from.
    var drawnApart: [String] { known.filter(\.isDrawnApart).map(\.name) }

    mutating func note(_ pair: TracePair) {
        switch pair {
        case .seeds(let a, let b):
            let same = a.value == b.value ? a.value : "\(a.value) in one run and \(b.value) in the other"
            let line = a.moment.at.map { " at \($0.name):\($0.line)" } ?? ""
            let text = a.value == "None" ? "seeded by the operating system\(line)" : "seeded with \(same)\(line)"
            enter(Known(name: a.generator, a: a.digest, b: b.digest, seeding: text))
        case .states(let a, let b) where a.what == .generators:
            for (name, digest) in a.tensors { compare(name, digest, b.tensors.first { $0.name == name }?.digest) }
        default: break
        }
    }

    private mutating func enter(_ entry: Known) {
        guard let place = known.firstIndex(where: { $0.name == entry.name }) else { return known.append(entry) }
        known[place] = entry
    }

    private mutating func compare(_ name: String, _ a: String?, _ b: String?) {
        guard let place = known.firstIndex(where: { $0.name == name }) else {
            return known.append(Known(name: name, a: a, b: b))
        }
        if a != b, known[place].a != a { known[place].isDrawnApart = true }
    }

    /// How a generator was seeded, in words.
    func seeding(of name: String) -> String {
        known.first { $0.name == name }?.seeding ?? "the program never seeded it"
    }
}
