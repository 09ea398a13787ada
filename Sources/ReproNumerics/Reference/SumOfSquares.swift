extension ReferenceKernels {
    public func sumOfSquares(_ x: VectorView, into sum: inout Double) {
        for lane in 0..<64 {
            var squares = 0.0
            for k in stride(from: lane, to: x.count, by: 64) { squares += Double(x[k]) * Double(x[k]) }
            sum += squares
        }
    }
}
