extension ReferenceKernels {
    public func exp(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        for k in 0..<count { output[k] = ReferenceElementary.exp(input[k]) }
    }

    public func log(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        for k in 0..<count { output[k] = ReferenceElementary.log(input[k]) }
    }

    public func log1p(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        for k in 0..<count { output[k] = ReferenceElementary.log1p(input[k]) }
    }

    public func tanh(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        for k in 0..<count { output[k] = ReferenceElementary.tanh(input[k]) }
    }

    public func sigmoid(count: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
        for k in 0..<count { output[k] = ReferenceElementary.sigmoid(input[k]) }
    }
}
