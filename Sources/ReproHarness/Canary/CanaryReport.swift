import ReproNumerics
import ReproTrace

/// What a canary run came to: one outcome per planted fault, and the false positives among clean runs.
extension Canary {
    /// What became of one planted fault.
    public struct Outcome: Sendable {
        public let experiment: String
        public let phase: CanaryPhase
        public let kernels: KernelPath
        public let fault: Perturbation
        /// Where the comparison saw the first difference; nil where it saw none.
        public internal(set) var found: Location?
        /// How the run ended.
        public let ending: Ending

        /// Whether the fault was found in its operation, its step and its element, and nowhere before.
        public var isLocated: Bool {
            guard let found else { return false }
            return found.stage == fault.stage && found.operation == OperationID(fault.tensor)
                && found.elements == [fault.element]
        }
    }

    public struct Location: Sendable, Equatable {
        public let stage: StageID
        public let operation: OperationID
        /// Offsets of the elements that differ from the clean run's.
        public internal(set) var elements: [Int]
        public internal(set) var ulps: UInt64?
    }

    public enum Ending: Sendable, Equatable {
        /// The root is another one.
        case reachedRoot
        /// The run refused a number that is not finite.
        case notFinite
        /// The root is the clean run's: so many operations differ, the last of them named.
        case diedOut(differing: Int, last: String)
    }

    public struct Report: Sendable {
        public let outcomes: [Outcome]
        /// Clean runs made once more, and where those differed that should not have.
        public let cleanRuns: Int
        public let falsePositives: [String]
    }
}
