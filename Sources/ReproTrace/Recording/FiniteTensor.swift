import ReproNumerics
import Synchronization

/// A tensor holds a NaN or an infinity: where it was met, in which tensor, and at which element the first one stands.
public struct NotFiniteError: Error, Equatable, CustomStringConvertible {
    /// Where a number that is not finite was found.
    public enum Place: Sendable, Equatable {
        /// A stage of a run recorded it.
        case stage(StageID)
        /// The file of this path holds it.
        case file(String)
        /// An inference gave it.
        case results
    }

    /// Where the tensor was found.
    public let place: Place
    /// The tensor's name.
    public let tensor: String
    /// The row-major offset of the first element that is not finite.
    public let element: Int
    /// The element's bit pattern.
    public let bits: UInt32

    package init(place: Place, tensor: String, element: Int, bits: UInt32) {
        self.place = place
        self.tensor = tensor
        self.element = element
        self.bits = bits
    }

    /// The stage that recorded it; nil where none did.
    ///
    /// Not inlined: inlined into a caller that compares optional stages it ends Swift 6.3.1's optimiser in a fault.
    @inline(never)
    public var stage: StageID? {
        switch place {
        case .stage(let stage): return stage
        case .file, .results: return nil
        }
    }

    public var description: String {
        let value = Float(bitPattern: bits)
        let kind = value.isNaN ? "a NaN" : value < 0 ? "−infinity" : "+infinity"
        let origin =
            switch place {
            case .stage(let stage): stage.description
            case .file(let path): path
            case .results: "results"
            }
        return "\(origin): element \(element) of '\(tensor)' is \(kind) (bits \(hexadecimal(bits)))"
    }
}

extension Tensor {
    /// - Throws: ``NotFiniteError`` with the first element that is a NaN or an infinity.
    package func verifyFinite(
        _ name: String, in place: NotFiniteError.Place, engine: Engine? = nil
    ) throws(NotFiniteError) {
        guard let element = firstNotFinite(engine: engine) else { return }
        throw NotFiniteError(place: place, tensor: name, element: element, bits: self[offset: element].bitPattern)
    }

    /// The offset of the first NaN or infinity, nil where every element is finite. An engine's workers look together.
    package func firstNotFinite(engine: Engine? = nil) -> Int? {
        let workers = engine?.workerCount(moving: count) ?? 1
        guard let engine, workers > 1 else {
            return Tensor.areFinite(view) ? nil : elements.firstIndex { !$0.isFinite }
        }
        let areFinite = Atomic(true)
        engine.run(workers: workers) { worker in
            let share = Workers.share(of: count, worker: worker, workers: workers)
            if !Tensor.areFinite(view[share]) { areFinite.store(false, ordering: .relaxed) }
        }
        return areFinite.load(ordering: .relaxed) ? nil : elements.firstIndex { !$0.isFinite }
    }

    /// One pass without branches is many times faster than a search, and almost always finds nothing: the difference from
    /// the greatest finite magnitude's bits is negative for an infinity or a NaN alone.
    private static func areFinite(_ elements: VectorView) -> Bool {
        var signs: Int32 = 0
        for index in 0..<elements.count {
            signs |= 0x7f7f_ffff &- Int32(bitPattern: elements[index].bitPattern & 0x7fff_ffff)
        }
        return signs >= 0
    }
}
