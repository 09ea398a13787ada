/// A named value of what a pickle holds: its place in the nested collections, and the tensor, array or plain value there.
public struct PickleLeaf: Sendable {
    /// What stands at the place.
    public enum Value: Sendable {
        /// A tensor, whose elements are read when it is asked for.
        case tensor(TensorReference)
        /// An array of NumPy's, a number of its types, or bytes.
        case array(StoredArray)
        /// A plain value in words: `3`, `0.001`, `True`, `None`, a string in quotes, `empty` for a collection of nothing, and a
        /// set's elements in the order of their words.
        case text(String)
    }

    /// A tensor's type and shape, and where its elements stand.
    public struct TensorReference: Sendable {
        let tensor: TorchTensor
        /// The type of the elements.
        public var dtype: StoredDtype { tensor.dtype }
        /// The size of each axis.
        public var shape: [Int] { tensor.layout.shape }
    }

    /// Keys with a dot before each but the first where they are strings, else, as indices too, in brackets:
    /// `optimizer.state[0].exp_avg`. What is no collection is called `value`.
    public let name: String
    /// What stands there.
    public let value: Value
}

/// Walks what a pickle made, in the order of its keys' words.
///
/// What a collection is called (list or tuple, dict or OrderedDict) and the order of a dict's keys are not told: they belong to
/// the container, and the values are the content. What is shared is reached as often as it is referred to, within the limits.
struct PickleWalk {
    private let objects: [PickleObject]
    private let path: String
    private let limits: ReadingLimits
    private var visits = 0
    private var nameBytes = 0
    private(set) var leaves: [PickleLeaf] = []

    /// - Throws: `FormatError`, `.badData`, where a limit is exceeded, a collection holds itself, or a key stands twice.
    static func leaves(
        _ objects: [PickleObject], root: Int, path: String, limits: ReadingLimits
    ) throws(FormatError) -> [PickleLeaf] {
        var walk = PickleWalk(objects, path, limits)
        try walk.visit(root, name: "", depth: 0)
        return walk.leaves
    }

    private init(_ objects: [PickleObject], _ path: String, _ limits: ReadingLimits) {
        (self.objects, self.path, self.limits) = (objects, path, limits)
    }

    private func error(_ problem: String, _ name: String) -> FormatError {
        FormatError(
            .badData, path: path, key: name.isEmpty ? nil : Text.excerpt(name), problem: problem,
            remedy: PickleReader.refusal)
    }

    /// Counts a visit, and the bytes of text that it makes.
    private mutating func count(_ byteCount: Int, _ name: String) throws(FormatError) {
        visits += 1
        nameBytes += byteCount
        guard visits <= limits.leafCount, nameBytes <= limits.repeatedByteCount else {
            throw error("it holds more than \(limits.leafCount) values, the limit, or as much text", name)
        }
    }

    private mutating func visit(_ place: Int, name: String, depth: Int) throws(FormatError) {
        guard depth <= limits.depth else {
            throw error("it nests deeper than \(limits.depth) levels, or holds itself", name)
        }
        try count(name.utf8.count, name)
        switch objects[place] {
        case .list(let items), .tuple(let items):
            if items.isEmpty { add(name, .text("empty")) }
            for (index, item) in items.enumerated() { try visit(item, name: name + "[\(index)]", depth: depth + 1) }
        case .dictionary(let items): try visit(entries: items, name, depth)
        case .set(let items):
            var words: [String] = []
            for item in items { words.append(try text(item, name, depth + 1)) }
            words.sort { Text.precedes($0.utf8, $1.utf8) }
            add(name, .text(words.isEmpty ? "empty" : "{" + words.joined(separator: ", ") + "}"))
        case .tensor(let tensor): add(name, .tensor(PickleLeaf.TensorReference(tensor: tensor)))
        case .array(let array): add(name, .array(array))
        case .bytes(let bytes): add(name, .array(StoredArray(StoredDtype.named("U8")!, [bytes.count], bytes)))
        default: add(name, .text(try text(place, name, depth)))
        }
    }

    private mutating func visit(entries items: [Int], _ name: String, _ depth: Int) throws(FormatError) {
        if items.isEmpty { add(name, .text("empty")) }
        var entries: [(key: String, value: Int)] = []
        for index in stride(from: 0, to: items.count, by: 2) {
            if case .string(let key) = objects[items[index]] {
                try count(key.utf8.count, name)
                entries.append((name.isEmpty ? key : "." + key, items[index + 1]))
            } else {
                entries.append(("[" + (try text(items[index], name, depth + 1)) + "]", items[index + 1]))
            }
        }
        entries.sort { Text.precedes($0.key.utf8, $1.key.utf8) }
        for (left, right) in zip(entries, entries.dropFirst()) where Text.areSame(left.key, right.key) {
            throw error("two entries of a dict are called “\(Text.excerpt(left.key))”", name)
        }
        for entry in entries { try visit(entry.value, name: name + entry.key, depth: depth + 1) }
    }

    private mutating func add(_ name: String, _ value: PickleLeaf.Value) {
        leaves.append(PickleLeaf(name: name.isEmpty ? "value" : name, value: value))
    }

    /// A plain value in words; of a tuple, as a key or in a set may be one, its elements in parentheses.
    private mutating func text(_ place: Int, _ name: String, _ depth: Int) throws(FormatError) -> String {
        guard depth <= limits.depth else { throw error("it nests deeper than \(limits.depth) levels", name) }
        let result: String
        switch objects[place] {
        case .none: result = "None"
        case .bool(let value): result = value ? "True" : "False"
        case .integer(let value): result = value.text
        case .float(let bits):
            result =
                Double(bitPattern: bits).isNaN ? "nan (0x\(String(bits, radix: 16)))" : "\(Double(bitPattern: bits))"
        case .string(let value): result = "'" + value + "'"
        case .global(.torchDtype(let dtype, _)): result = "torch." + dtype
        case .dtype(let dtype): result = "dtype " + (dtype.isBigEndian ? ">" : "") + dtype.code
        case .bytes(let bytes): result = "b'" + bytes.map { String($0, radix: 16) }.joined(separator: " ") + "'"
        case .tuple(let items):
            var words: [String] = []
            for item in items { words.append(try text(item, name, depth + 1)) }
            result = "(" + words.joined(separator: ", ") + ")"
        default: throw error("\(objects[place].kind) stands where a plain value should", name)
        }
        try count(result.utf8.count, name)
        return result
    }
}
