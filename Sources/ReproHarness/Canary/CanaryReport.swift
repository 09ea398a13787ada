import ReproNumerics
import ReproTrace

/// What a canary run came to: one outcome per planted fault, and the false positives among clean runs.
extension Canary {
    /// What became of one planted fault.
    public struct Outcome: Sendable {
        /// The experiment that the fault was planted in.
        public let experiment: String
        /// The part of a run that the fault was planted in.
        public let phase: CanaryPhase
        /// The kernels that the run computed with.
        public let kernels: KernelPath
        /// The fault that was planted.
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

    /// Where a search found the first difference.
    public struct Location: Sendable, Equatable {
        /// The first stage that differs.
        public let stage: StageID
        /// The first operation of the stage that differs.
        public let operation: OperationID
        /// Offsets of the elements that differ from the clean run's.
        public internal(set) var elements: [Int]
        /// How far apart the first element stands; nil where that cannot be told.
        public internal(set) var ulps: UInt64?
    }

    /// What became of the fault at the end of the run.
    public enum Ending: Sendable, Equatable {
        /// The root is another one.
        case reachedRoot
        /// The run refused a number that is not finite.
        case notFinite
        /// The root is the clean run's: so many operations differ, the last of them named.
        case diedOut(differing: Int, last: String)
    }

    /// What came of all faults and of the runs without one.
    public struct Report: Sendable {
        /// What came of each fault, in the order in which they were drawn.
        public let outcomes: [Outcome]
        /// Clean runs made once more, and where those differed that should not have.
        public let cleanRuns: Int
        /// Clean runs that were taken for faulty ones.
        public let falsePositives: [String]
    }
}
