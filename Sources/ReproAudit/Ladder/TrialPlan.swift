/// Which factors a run varies and which it pins to one value; all others are as the user has them.
public struct TrialPlan: Sendable, Hashable {
    /// Places in the list of factors, in ascending order.
    public let varied: [Int]
    /// Places in the list of factors, in ascending order; none of those that are varied.
    public let held: [Int]

    public init(varied: [Int] = [], held: [Int] = []) {
        self.varied = varied.sorted()
        self.held = held.filter { !varied.contains($0) }.sorted()
    }
}

/// What a run came to.
public enum Trial: Sendable, Equatable {
    /// A result; equal numbers are equal results.
    case result(Int)
    /// No result: it did not end in time, or could not be started in this way.
    case unresolved
}

/// Something that may differ between two runs of a program.
public struct Factor: Sendable, Equatable {
    /// Its name, which findings give.
    public let name: String
    /// Whether it can be given another value.
    public let canVary: Bool
    /// Whether it can be pinned to one value, so that it is the same in each run.
    public let canHold: Bool
    /// Factors by which alone it may have its effect: fewer processors, for example, often mean fewer threads.
    public let mayActThrough: [String]

    public init(_ name: String, canVary: Bool = true, canHold: Bool = false, mayActThrough: [String] = []) {
        self.name = name
        self.canVary = canVary
        self.canHold = canHold
        self.mayActThrough = mayActThrough
    }
}

/// What a ladder found, or has found so far.
public struct LadderFindings: Sendable, Equatable {
    /// Factors that make the program differ, none of which can be left out.
    public struct Cause: Sendable, Equatable {
        /// Places in the list of factors; empty where the program differs whatever is held.
        public var factors: [Int]
        /// Whether toggling them alone, both ways and twice, made the difference come and go.
        public var isConfirmed: Bool
        /// Whether they differ between unchanged runs already, so that pinning them makes the program repeatable.
        public var isOwn: Bool
        /// The plans of two runs that differ by this cause.
        public var pair: [TrialPlan]
    }

    /// How far a ladder came.
    public enum Ending: Sendable, Equatable {
        /// To the end.
        case finished
        /// It had no runs left.
        case exhausted
        /// The unchanged program gave no result.
        case unresolved
        /// Not yet to the end.
        case running
    }

    /// How many runs it took.
    public var runs = 0
    /// How many different results came.
    public var distinct = 0
    /// Whether two unchanged runs differed.
    public var differsFromItself = false
    /// What was found, in this order.
    public var causes: [Cause] = []
    /// Factors that were varied and changed nothing.
    public var harmless: [Int] = []
    /// Factors that would change the result by way of another alone, and that one.
    public var through: [Int: Int] = [:]
    /// Factors under which no run came to a result.
    public var unresolved: [Int] = []
    /// The factors that have to be pinned for the program to be repeatable at all.
    public var held: [Int] = []
    /// How far it came.
    public var ending = Ending.running

    /// Whether any two runs differed.
    public var hasDifference: Bool { distinct > 1 }
}
