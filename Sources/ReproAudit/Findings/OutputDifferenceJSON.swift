import ReproFormats

extension OutputDifference: JSONRepresentable {
    public var json: JSONValue {
        [
            "path": path, "tensor": tensor, "element": element, "index": index, "ulp": ulp, "different": different,
            "kind": kind.rawValue, "a": a, "b": b,
        ]
    }
}
