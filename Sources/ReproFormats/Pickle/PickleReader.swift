/// Reads a pickle of protocol 0 to 5 as data, running no code (Python, `Lib/pickletools.py`).
///
/// The few names that it may ask for are those of ``PickleGlobal``; any other ends the reading with an error that says which.
/// Operations that make instances of classes, or take values from elsewhere, are refused as such. The work and the memory are
/// bounded by the pickle's length and the limits: an operation makes at most one object, and what it copies is counted.
struct PickleReader {
    private(set) var objects: [PickleObject] = []
    private var scanner: PickleScanner
    private var stack: [Int] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memo: [Int: Int] = [:]
    private let limits: ReadingLimits
    /// Whether storages may be asked for, as in what PyTorch saves.
    private let isTorch: Bool
    /// How many bytes conversions may still copy.
    private var copies: Int

    static let refusal = "save plain data: torch.save(model.state_dict(), PATH), numpy.savez, or JSON"

    /// Reads the pickle that begins at an offset.
    ///
    /// - Returns: the objects, the place of the one that the pickle stands for, and where the bytes behind it begin.
    static func read(
        _ bytes: [UInt8], at offset: Int = 0, path: String, isTorch: Bool, limits: ReadingLimits
    ) throws(FormatError) -> (objects: [PickleObject], root: Int, end: Int) {
        var reader = PickleReader(bytes, at: offset, path: path, isTorch: isTorch, limits: limits)
        let root = try reader.run()
        return (reader.objects, root, reader.scanner.position)
    }

    private init(_ bytes: [UInt8], at offset: Int, path: String, isTorch: Bool, limits: ReadingLimits) {
        scanner = PickleScanner(bytes, at: offset, path: path)
        (self.isTorch, self.limits) = (isTorch, limits)
        copies = 4 * bytes.count + 1 << 20
    }

    func error(_ problem: String, _ remedy: String? = nil) -> FormatError {
        remedy.map { scanner.error(problem, $0) } ?? scanner.error(problem)
    }

    /// Counts bytes that are about to be copied.
    mutating func copy(_ byteCount: Int) throws(FormatError) {
        guard byteCount <= copies else { throw error("it copies more than it holds") }
        copies -= byteCount
    }

    /// The object at a place.
    subscript(_ place: Int) -> PickleObject { objects[place] }

    private mutating func run() throws(FormatError) -> Int {
        while true {
            let code = try scanner.operation()
            guard let operation = PickleOperation(rawValue: code) else {
                throw error("the operation 0x\(String(code, radix: 16)) is not read", PickleReader.refusal)
            }
            if operation == .stop {
                guard stack.count == 1, marks.isEmpty else {
                    throw error("the pickle ends with \(stack.count) objects")
                }
                return stack[0]
            }
            try perform(operation)
        }
    }

    private mutating func perform(_ operation: PickleOperation) throws(FormatError) {
        switch operation {
        case .stop: break
        case .proto:
            guard try scanner.number(1) <= 5 else { throw error("a protocol above 5") }
        case .frame:
            let count = try scanner.number(8)
            guard count <= scanner.bytes.count - scanner.position else {
                throw error(
                    "a frame of \(count) bytes is announced, and \(scanner.bytes.count - scanner.position) follow")
            }
        case .mark: marks.append(stack.count)
        case .pop: if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
        case .popMark: _ = try popMark()
        case .dup: stack.append(try top())
        case .none, .newTrue, .newFalse, .int, .binInt, .binInt1, .binInt2, .long, .long1, .long4, .float, .binFloat,
            .string, .binString, .shortBinString, .unicode, .binUnicode, .shortBinUnicode, .binUnicode8, .binBytes,
            .shortBinBytes, .binBytes8, .byteArray8:
            try push(try literal(operation))
        case .emptyList: try push(.list([]))
        case .emptyTuple: try push(.tuple([]))
        case .emptyDict: try push(.dictionary([]))
        case .emptySet: try push(.set([]))
        case .list: try push(.list(try popMark()))
        case .tuple: try push(.tuple(try popMark()))
        case .frozenSet: try push(.set(try popMark()))
        case .tuple1: try push(.tuple(try pop(1)))
        case .tuple2: try push(.tuple(try pop(2)))
        case .tuple3: try push(.tuple(try pop(3)))
        case .dict: try push(.dictionary(try pairs(try popMark())))
        case .append: try add(try pop(1), to: .list)
        case .appends: try add(try popMark(), to: .list)
        case .addItems: try add(try popMark(), to: .set)
        case .setItem: try add(try pop(2), to: .dictionary)
        case .setItems: try add(try pairs(try popMark()), to: .dictionary)
        case .get: try recall(try scanner.decimal(isLong: false))
        case .binGet: try recall(try scanner.number(1))
        case .longBinGet: try recall(try scanner.number(4))
        case .put: try remember(try scanner.decimal(isLong: false))
        case .binPut: memo[try scanner.number(1)] = try top()
        case .longBinPut: memo[try scanner.number(4)] = try top()
        case .memoize: memo[memo.count] = try top()
        case .global:
            let (module, name) = (try scanner.text(try scanner.line()), try scanner.text(try scanner.line()))
            try pushGlobal(module, name)
        case .stackGlobal:
            let names = try pop(2)
            guard case .string(let module) = objects[names[0]], case .string(let name) = objects[names[1]] else {
                throw error("a name that is no string")
            }
            try pushGlobal(module, name)
        case .reduce:
            let arguments = try pop(), function = try pop()
            guard case .global(let global) = objects[function], case .tuple(let items) = objects[arguments] else {
                throw error("it calls \(objects[function].kind)", PickleReader.refusal)
            }
            try push(try converted(global, items))
        case .build:
            let state = try pop()
            try build(try top(), state)
        case .binPersistent:
            guard isTorch else { throw error("it refers to something outside of itself", PickleReader.refusal) }
            try push(.storage(try storage(try pop())))
        }
    }

    private mutating func literal(_ operation: PickleOperation) throws(FormatError) -> PickleObject {
        switch operation {
        case .newTrue: return .bool(true)
        case .newFalse: return .bool(false)
        case .int: return try scanner.decimal(isLong: false)
        case .long: return try scanner.decimal(isLong: true)
        case .binInt: return try scanner.integer(byteCount: 4)
        case .binInt1: return .integer(.small(Int64(try scanner.number(1))))
        case .binInt2: return .integer(.small(Int64(try scanner.number(2))))
        case .long1: return try scanner.integer(byteCount: try scanner.number(1))
        case .long4: return try scanner.integer(byteCount: try scanner.number(4))
        case .float: return try scanner.decimalFloat()
        case .binFloat: return .float(try scanner.take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        case .string: return try scanner.quoted()
        case .unicode: return try scanner.rawUnicode()
        case .binString: return scanner.oldString(try scanner.take(try scanner.number(4)))
        case .shortBinString: return scanner.oldString(try scanner.take(try scanner.number(1)))
        case .binUnicode: return .string(try scanner.text(try scanner.take(try scanner.number(4))))
        case .shortBinUnicode: return .string(try scanner.text(try scanner.take(try scanner.number(1))))
        case .binUnicode8: return .string(try scanner.text(try scanner.take(try scanner.number(8))))
        case .binBytes: return .bytes(Array(try scanner.take(try scanner.number(4))))
        case .shortBinBytes: return .bytes(Array(try scanner.take(try scanner.number(1))))
        case .binBytes8, .byteArray8: return .bytes(Array(try scanner.take(try scanner.number(8))))
        default: return .none
        }
    }

    // MARK: The stack

    private mutating func push(_ object: PickleObject) throws(FormatError) {
        guard objects.count < limits.objectCount else {
            throw error("it makes more than \(limits.objectCount) objects, the limit", PickleReader.refusal)
        }
        objects.append(object)
        stack.append(objects.count - 1)
    }

    private func top() throws(FormatError) -> Int {
        guard let place = stack.last, stack.count > marks.last ?? 0 else { throw error("an object is missing") }
        return place
    }

    private mutating func pop() throws(FormatError) -> Int {
        let place = try top()
        stack.removeLast()
        return place
    }

    private mutating func pop(_ count: Int) throws(FormatError) -> [Int] {
        guard stack.count - (marks.last ?? 0) >= count else { throw error("an object is missing") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popMark() throws(FormatError) -> [Int] {
        guard let mark = marks.popLast() else { throw error("a mark is missing") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private func pairs(_ items: [Int]) throws(FormatError) -> [Int] {
        guard items.count % 2 == 0 else { throw error("a key without a value") }
        return items
    }

    private enum Collection {
        case list, set, dictionary
    }

    /// Appends to the collection on top of the stack, in place, so that everything that refers to it sees the same.
    private mutating func add(_ items: [Int], to collection: Collection) throws(FormatError) {
        let target = try top()
        var all = try contents(of: target, collection)
        // Taken out while it grows, so that it is not copied.
        objects[target] = .none
        all += items
        switch collection {
        case .list: objects[target] = .list(all)
        case .set: objects[target] = .set(all)
        case .dictionary: objects[target] = .dictionary(all)
        }
    }

    private func contents(of target: Int, _ collection: Collection) throws(FormatError) -> [Int] {
        switch (collection, objects[target]) {
        case (.list, .list(let items)), (.set, .set(let items)), (.dictionary, .dictionary(let items)): return items
        default: throw error("items are added to \(objects[target].kind)", PickleReader.refusal)
        }
    }

    // MARK: The memo

    private mutating func recall(_ index: PickleObject) throws(FormatError) {
        guard case .integer(let index) = index, let index = index.int else { throw error("no index") }
        try recall(index)
    }

    private mutating func recall(_ index: Int) throws(FormatError) {
        guard let place = memo[index] else { throw error("it recalls \(index), which was not kept") }
        stack.append(place)
    }

    private mutating func remember(_ index: PickleObject) throws(FormatError) {
        guard case .integer(let index) = index, let index = index.int else { throw error("no index") }
        memo[index] = try top()
    }

    private mutating func pushGlobal(_ module: String, _ name: String) throws(FormatError) {
        guard let global = PickleGlobal(module: module, name: name) else {
            throw error(
                "it asks for “\(Text.excerpt(module)).\(Text.excerpt(name))”, which is no plain data; nothing was run",
                PickleReader.refusal)
        }
        try push(.global(global))
    }

    mutating func replace(_ place: Int, _ object: PickleObject) { objects[place] = object }
}
