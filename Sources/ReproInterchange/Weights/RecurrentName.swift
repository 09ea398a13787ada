import ReproFormats
import ReproNN

/// A tensor's name as `torch.nn.LSTM`, `GRU` and `RNN` write it: `[PREFIX.]KIND_lLAYER[_reverse]`.
struct RecurrentName {
    /// What precedes the own name, up to and with its last dot; empty without one.
    let prefix: String
    /// Nil where the rest is no recurrent parameter's name.
    let parameter: RecurrentParameterName?

    /// Far above any model, and low enough for every product of sizes.
    private static let greatestLayerDigits = 6

    init(_ name: String) {
        let bytes = Array(name.utf8)
        let start = bytes.lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? 0
        prefix = String(decoding: bytes[..<start], as: UTF8.self)
        parameter = RecurrentName.parse(bytes[start...])
    }

    /// By bytes, as `String` would call different bytes equal.
    private static func parse(_ name: ArraySlice<UInt8>) -> RecurrentParameterName? {
        for kind in RecurrentParameterName.Kind.allCases where name.starts(with: Array((kind.rawValue + "_l").utf8)) {
            let rest = name.dropFirst(kind.rawValue.utf8.count + 2)
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            let suffix = rest.dropFirst(digits.count)
            guard (1...greatestLayerDigits).contains(digits.count),
                digits.count == 1 || digits.first != UInt8(ascii: "0"),
                suffix.isEmpty || suffix.elementsEqual("_reverse".utf8)
            else { return nil }
            let layer = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            return RecurrentParameterName(layer: layer, direction: suffix.isEmpty ? .forward : .reverse, kind: kind)
        }
        return nil
    }

    /// The valid names near one of a file, for a message.
    static func nearest(to name: String, layers: Int) -> String? {
        // A name that long is no typing error, and the search would take its length times the candidates'.
        guard name.utf8.count <= 100 else { return nil }
        let candidates = (0..<min(layers, 64)).flatMap { layer in
            RecurrentParameterName.Kind.allCases.flatMap { kind in
                Direction.allCases.map { "\(RecurrentParameterName(layer: layer, direction: $0, kind: kind))" }
            }
        }
        return NearestName.of(name, among: candidates)
    }
}
