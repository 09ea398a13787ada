import ReproFormats

// A difference as programs read it.

extension OutputDifference: JSONRepresentable {
    public var json: JSONValue {
        [
            "path": path, "tensor": tensor, "element": element, "index": index, "ulp": ulp, "different": different,
            "kind": kind.rawValue, "a": a, "b": b,
        ]
    }
}
