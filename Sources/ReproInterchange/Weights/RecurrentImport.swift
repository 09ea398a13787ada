import ReproFormats
import ReproNN
import ReproNumerics
import ReproTrace

/// A recurrent module found in a file of named tensors, such as a `state_dict` that PyTorch saved as safetensors.
///
/// Everything but the nonlinearity is told by names and shapes: layers and directions by the names that there are, bias and
/// projection too; H by the columns of `weight_hr_l0` `[R, H]`, else by those of `weight_hh_l0` `[G·H, H]`; the cell by G, the
/// rows of `weight_hh_l0` over H: 4 is an LSTM, 3 a GRU, 1 an RNN. Of two cells with as many gates it is the one that stands
/// first in `Cell`.
public struct RecurrentImport: Sendable {
    /// What precedes the parameters' names, for example `lstm.`.
    public let prefix: String
    /// PyTorch's defaults stand where names and shapes do not tell.
    public let configuration: RecurrentConfiguration
    private let file: SafetensorsFile

    /// Holds names and shapes against what such a module has; no number is read.
    ///
    /// A name belongs to the prefix that reaches to its last dot; names of other prefixes are passed over.
    ///
    /// - Parameter prefix: nil for the one that all recurrent parameters of the file share.
    /// - Throws: `FormatError`, `.badData`, with the tensor's name as key where one is missing, unknown or of a shape that does
    ///   not fit the others, or of a dtype that binary32 does not hold exactly.
    public init(_ file: SafetensorsFile, prefix wanted: String? = nil) throws(FormatError) {
        let names = file.entries.map { RecurrentName($0.name) }
        prefix = try RecurrentImport.prefix(wanted, of: names, path: file.path)
        self.file = file

        var found = Found(path: file.path, prefix: prefix)
        for (entry, name) in zip(file.entries, names) where Text.areSame(name.prefix, prefix) {
            try found.take(entry, name)
        }
        let layout = try found.layout(in: file)
        configuration = try found.configuration(layout, file)
        for (name, shape) in configuration.parameterShapes {
            guard let entry = file.entry(named: prefix + name) else { throw found.missing(name) }
            guard entry.shape == shape else {
                throw found.error(
                    name, "shape \(entry.shape), where the other tensors make it \(shape)",
                    remedy: "save the whole state_dict of one module")
            }
            guard [.f32, .f16, .bf16].contains(entry.dtype) else {
                throw found.error(
                    name, "numbers of dtype \(entry.dtype.rawValue), and binary32 does not hold them exactly",
                    remedy: "save it as float32, in PyTorch: module.float()")
            }
        }
    }

    /// Reads the numbers.
    ///
    /// - Parameter nonlinearity: of an RNN; nothing in a file tells it.
    /// - Throws: `FormatError` where reading fails, `NotFiniteError` for a NaN or an infinity.
    public func module(nonlinearity: Nonlinearity = .tanh, batchFirst: Bool = false) throws -> Recurrent {
        var configuration = configuration
        configuration.nonlinearity = nonlinearity
        configuration.batchFirst = batchFirst
        let parameters = try configuration.parameterShapes.map { name, _ in
            let value = try file.value(named: prefix + name).tensor!
            try value.verifyFinite(prefix + name, in: .file(file.path))
            return Parameter(name: prefix + name, value: value)
        }
        return Recurrent(configuration, parameters: parameters)
    }

    private static func prefix(
        _ wanted: String?, of names: [RecurrentName], path: String
    ) throws(FormatError) -> String {
        var prefixes: [String] = []
        for name in names where name.parameter != nil {
            if !prefixes.contains(where: { Text.areSame($0, name.prefix) }) { prefixes.append(name.prefix) }
            if prefixes.count > 20 { break }
        }
        if let wanted {
            if names.contains(where: { $0.parameter != nil && Text.areSame($0.prefix, wanted) }) { return wanted }
        } else if prefixes.count == 1 {
            return prefixes[0]
        }
        let list = prefixes.map { "'\($0)'" }.joined(separator: ", ")
        let short = prefixes.filter { $0.utf8.count <= 100 }
        let nearest = wanted.flatMap { NearestName.of($0, among: short) }.map { "did you mean '\($0)'? " } ?? ""
        let remedy = nearest + "the prefixes with recurrent parameters are: \(list)"
        if prefixes.isEmpty {
            throw FormatError(
                .badData, path: path, key: wanted, problem: "the file holds no recurrent layer's parameters",
                remedy: "they are named as in torch.nn.LSTM: weight_ih_l0, weight_hh_l0, …")
        }
        throw FormatError(
            .badData, path: path, key: wanted,
            problem: wanted == nil
                ? "the file holds more than one recurrent module" : "no recurrent parameter has this prefix",
            remedy: wanted == nil ? "name one with --prefix; " + remedy : remedy)
    }
}

/// What the names of a module's tensors tell.
private struct Found {
    let path: String
    let prefix: String
    var count = 0
    var layers = 0
    var bidirectional = false
    var bias = false
    var projection = false

    mutating func take(_ entry: SafetensorsEntry, _ name: RecurrentName) throws(FormatError) {
        guard let parameter = name.parameter else {
            let own = String(decoding: entry.name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            let nearest = RecurrentName.nearest(to: own, layers: layers + 1).map { "did you mean '\(prefix + $0)'? " }
            throw error(
                own, "no recurrent layer has a tensor of this name",
                remedy: (nearest ?? "") + "take it out of the file, or name another --prefix")
        }
        count += 1
        layers = max(layers, parameter.layer + 1)
        bidirectional = bidirectional || parameter.direction == .reverse
        bias = bias || parameter.kind == .biasIH || parameter.kind == .biasHH
        projection = projection || parameter.kind == .weightHR
    }

    /// The shapes that decide sizes: weight_ih_l0, weight_hh_l0 and weight_hr_l0 where there is a projection.
    func layout(in file: SafetensorsFile) throws(FormatError) -> [[Int]] {
        // A number of layers beyond what the file can hold is found by walking it, not by making a list of that length.
        if layers > count {
            for layer in 0..<layers where file.entry(named: prefix + "weight_ih_l\(layer)") == nil {
                throw missing("weight_ih_l\(layer)")
            }
        }
        var shapes: [[Int]] = []
        for name in ["weight_ih_l0", "weight_hh_l0"] + (projection ? ["weight_hr_l0"] : []) {
            guard let entry = file.entry(named: prefix + name) else { throw missing(name) }
            guard entry.shape.count == 2, entry.shape.allSatisfy({ $0 > 0 }) else {
                throw error(
                    name, "shape \(entry.shape) is no matrix of positive sizes",
                    remedy: "save the module's state_dict as it is")
            }
            shapes.append(entry.shape)
        }
        return shapes
    }

    func configuration(_ shapes: [[Int]], _ file: SafetensorsFile) throws(FormatError) -> RecurrentConfiguration {
        let hidden = projection ? shapes[2][1] : shapes[1][1]
        let rows = shapes[1][0]
        let cell = Cell.allCases.first { $0.gateCount * hidden == rows }
        guard let cell, rows % hidden == 0 else {
            throw error(
                "weight_hh_l0",
                "\(rows) rows for \(hidden) hidden units are of no cell: "
                    + Cell.allCases.map { "\($0.moduleName) has \($0.gateCount)" }.joined(separator: ", ")
                    + " per unit",
                remedy: "save the module's state_dict as it is")
        }
        if projection && (cell != .lstm || shapes[2][0] >= hidden) {
            throw error(
                "weight_hr_l0", "a projection to \(shapes[2][0]) of \(hidden) units of \(cell.rawValue)",
                remedy: "a projection belongs to an LSTM and is smaller than its hidden size")
        }
        return RecurrentConfiguration(
            cell: cell, inputSize: shapes[0][1], hiddenSize: hidden, layers: layers, bias: bias,
            bidirectional: bidirectional, projectionSize: projection ? shapes[2][0] : 0)
    }

    func missing(_ name: String) -> FormatError {
        let module = "\(layers) layer\(layers == 1 ? "" : "s"), \(bidirectional ? "2 directions" : "1 direction")"
        let more = (bias ? ", bias" : "") + (projection ? ", a projection" : "")
        return error(
            name, "the tensor is missing from a module of \(module)\(more)", remedy: "save the whole state_dict")
    }

    func error(_ name: String, _ problem: String, remedy: String) -> FormatError {
        FormatError(.badData, path: path, key: prefix + name, problem: problem, remedy: remedy)
    }
}
