/// A planted fault: one bit of one element, flipped where the tensor is recorded, before anything reads it.
///
/// Written `STAGE/TENSOR[:ELEMENT[:BIT]]`, for example `step 000003/grad.lstm.weight_hh_l0:17:0`. Element and bit are 0
/// unless given; bit 0 is the lowest of the significand.
public struct Perturbation: Sendable, Equatable, CustomStringConvertible {
    public let stage: String
    public let tensor: String
    public let element: Int
    public let bit: Int

    public init(stage: String, tensor: String, element: Int = 0, bit: Int = 0) {
        self.stage = stage
        self.tensor = tensor
        self.element = element
        self.bit = bit
    }

    /// Nil where the text has another form, a negative element or a bit outside 0 … 31.
    public init?(_ text: String) {
        let path = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard path.count == 2, !path[0].isEmpty else { return nil }
        let parts = path[1].split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), !parts[0].isEmpty else { return nil }
        var numbers = [0, 0]
        for (position, part) in parts.dropFirst().enumerated() {
            guard let number = Int(part), number >= 0 else { return nil }
            numbers[position] = number
        }
        guard numbers[1] < 32 else { return nil }
        self.init(stage: String(path[0]), tensor: String(parts[0]), element: numbers[0], bit: numbers[1])
    }

    public var description: String { "\(stage)/\(tensor):\(element):\(bit)" }
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
                + "'\(fault.stage)'. `repro run --trace tensor` lists both"
        case .outside(let fault, let count):
            "the fault '\(fault)' names element \(fault.element) of a tensor that has \(count)"
        case .notFloat(let fault):
            "the fault '\(fault)' names a tensor of integers; only binary32 tensors can be perturbed"
        }
    }
}
