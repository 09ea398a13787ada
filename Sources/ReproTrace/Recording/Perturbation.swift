import ReproNumerics

/// A planted fault: one element changed by one bit or one ulp, in a recorded tensor or in an operation, before anything
/// reads it.
///
/// Written `STAGE/TENSOR[:ELEMENT[:BIT]]`, for example `step 000003/grad.lstm.weight_hh_l0:17:0`, where TENSOR may also be
/// an operation, `lstm.l0_reverse[5].c`, and BIT may also be `ulp`. Element and bit are 0 unless given; bit 0 is the lowest of
/// the significand.
public struct Perturbation: Sendable, Equatable, CustomStringConvertible {
    /// What becomes of the element.
    public enum Kind: Sendable, Equatable, CustomStringConvertible {
        /// This bit of 0 … 31 is flipped, 0 being the lowest of the significand.
        case bit(Int)
        /// The bit pattern grows by one: the next number away from zero.
        case ulp

        func applied(to value: Float) -> Float {
            switch self {
            case .bit(let bit): Float(bitPattern: value.bitPattern ^ (1 << UInt32(bit)))
            case .ulp: Float(bitPattern: value.bitPattern &+ 1)
            }
        }

        public var description: String {
            switch self {
            case .bit(let bit): String(bit)
            case .ulp: "ulp"
            }
        }
    }

    /// The stage that the fault is planted in.
    public let stage: StageID
    /// The tensor or operation that it changes.
    public let tensor: String
    /// The row-major offset of the element that it changes.
    public let element: Int
    /// What is done to the element.
    public let kind: Kind

    /// - Precondition: the element is not negative; a bit is within 0 … 31.
    public init(stage: StageID, tensor: String, element: Int = 0, kind: Kind = .bit(0)) {
        require(element >= 0, "a fault in element \(element)")
        if case .bit(let bit) = kind { require((0..<32).contains(bit), "a fault in bit \(bit) of 32") }
        self.stage = stage
        self.tensor = tensor
        self.element = element
        self.kind = kind
    }

    /// Nil where the text has another form, no stage, a negative element or a bit that is neither 0 … 31 nor `ulp`.
    public init?(_ text: String) {
        let path = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard path.count == 2, let stage = StageID(String(path[0])) else { return nil }
        let parts = path[1].split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), !parts[0].isEmpty else { return nil }
        guard let element = parts.count > 1 ? Int(parts[1]) : 0, element >= 0 else { return nil }
        var kind = Kind.bit(0)
        if parts.count > 2, parts[2] == "ulp" {
            kind = .ulp
        } else if parts.count > 2 {
            guard let bit = Int(parts[2]), (0..<32).contains(bit) else { return nil }
            kind = .bit(bit)
        }
        self.init(stage: stage, tensor: String(parts[0]), element: element, kind: kind)
    }

    public var description: String { "\(stage)/\(tensor):\(element):\(kind)" }
}

/// Why a fault could not be planted.
public enum PerturbationError: Error, Equatable, CustomStringConvertible {
    case neverReached(Perturbation)
    case outside(Perturbation, count: Int)
    case notFloat(Perturbation)

    public var description: String {
        switch self {
        case .neverReached(let fault):
            "the fault '\(fault)' was never planted: the run has no tensor '\(fault.tensor)' in a stage "
                + "'\(fault.stage)'. `repro run --trace operation` lists both"
        case .outside(let fault, let count):
            "the fault '\(fault)' names element \(fault.element) of a tensor that has \(count)"
        case .notFloat(let fault):
            "the fault '\(fault)' names a tensor of integers; only binary32 tensors can be perturbed"
        }
    }
}
