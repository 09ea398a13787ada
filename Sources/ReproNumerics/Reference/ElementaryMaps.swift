/// The reference's elementary functions over whole vectors.
extension ReferenceKernels {
    public func exp(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.exp, input, output) }
    public func log(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.log, input, output) }
    public func log1p(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.log1p, input, output) }
    public func tanh(_ input: VectorView, into output: VectorView) { map(ReferenceElementary.tanh, input, output) }
    public func sigmoid(_ input: VectorView, into output: VectorView) {
        map(ReferenceElementary.sigmoid, input, output)
    }

    private func map(_ function: (Float) -> Float, _ input: VectorView, _ output: VectorView) {
        for k in 0..<input.count { output[k] = function(input[k]) }
    }
}
