import ReproNumerics

extension Tensor {
    /// The indices `range` of an axis.
    func part(_ range: Range<Int>, axis: Int) -> Tensor {
        let inner = shape[(axis + 1)...].reduce(1, *)
        let outer = shape[..<axis].reduce(1, *)
        var elements: [Float] = []
        for block in 0..<outer {
            let first = (block * shape[axis] + range.lowerBound) * inner
            elements += self.elements[first..<(first + range.count * inner)]
        }
        var sizes = shape
        sizes[axis] = range.count
        return Tensor(shape: sizes, elements: elements)
    }

    /// The indices of an axis in another order, or some of them.
    func choosing(_ indices: [Int], axis: Int) -> Tensor {
        Tensor(joining: indices.map { part($0..<($0 + 1), axis: axis) }, axis: axis)
    }

    /// Tensors beside each other along an axis.
    init(joining parts: [Tensor], axis: Int) {
        let outer = parts[0].shape[..<axis].reduce(1, *)
        var elements: [Float] = []
        for block in 0..<outer {
            for part in parts {
                let size = part.count / outer
                elements += part.elements[(block * size)..<((block + 1) * size)]
            }
        }
        var sizes = parts[0].shape
        sizes[axis] = parts.map { $0.shape[axis] }.reduce(0, +)
        self.init(shape: sizes, elements: elements)
    }

    func adding(_ other: Tensor) -> Tensor {
        Tensor(shape: shape, elements: zip(elements, other.elements).map { $0 + $1 })
    }
}
