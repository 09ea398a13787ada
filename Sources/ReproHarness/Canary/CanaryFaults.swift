import ReproRandom
import ReproTrace
import ReproTraining

/// The part of training that a planted fault stands in.
public enum CanaryPhase: String, CaseIterable, Sendable {
    case forward, backward, optimiser
}

/// An experiment's operations in which faults can be planted, by phase.
struct CanaryField {
    private let operations: [CanaryPhase: [TracedOperation]]

    /// - Parameter operations: of a clean run.
    init(_ operations: [TracedOperation]) {
        let parameters = operations.filter { $0.stage == "init" }.map(\.name)
        let names = Set(parameters)
        var operations = operations.filter {
            $0.elementType == .float32 && !$0.shape.contains(0)
                && ($0.stage.hasPrefix("step ") || $0.stage == "evaluation")
        }
        operations.removeAll { $0.name.hasPrefix("batch.") }
        self.operations = Dictionary(grouping: operations) { operation in
            if names.contains(operation.name) || operation.name == "grad.scale" { return .optimiser }
            return operation.name.hasPrefix("grad.") ? .backward : .forward
        }
    }

    /// Draws a fault: an operation of the phase, an element of it, and one bit or one ulp. Nil where there is no operation.
    func fault(_ phase: CanaryPhase, from stream: inout PCG64) -> Perturbation? {
        guard let candidates = operations[phase] else { return nil }
        let operation = candidates[stream.below(candidates.count)]
        let element = stream.below(operation.shape.reduce(1, *))
        let kind = stream.below(2) == 0 ? Perturbation.Kind.ulp : .bit(stream.below(32))
        return Perturbation(stage: operation.stage, tensor: operation.name, element: element, kind: kind)
    }
}

extension PCG64 {
    /// An integer below `bound`, nearly uniform: the high half of a 64-bit draw times the bound.
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next64().multipliedFullWidth(by: UInt64(bound)).high) }
}
