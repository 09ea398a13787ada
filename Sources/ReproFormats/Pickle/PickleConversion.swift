/// What the names that a pickle may call stand for: collections, bytes, and the parts of tensors and arrays.
extension PickleReader {
    /// What a name makes of its arguments.
    mutating func converted(_ global: PickleGlobal, _ items: [Int]) throws(FormatError) -> PickleObject {
        switch global {
        case .dictionary: return items.isEmpty ? .dictionary([]) : .dictionary(try entries(try only(items, global)))
        case .defaultDictionary:
            guard items.count <= 2 else { throw misuse(global) }
            return items.count < 2 ? .dictionary([]) : .dictionary(try entries(items[1]))
        case .list: return .list(items.isEmpty ? [] : try elements(try only(items, global)))
        case .tuple: return .tuple(items.isEmpty ? [] : try elements(try only(items, global)))
        case .set: return .set(items.isEmpty ? [] : try elements(try only(items, global)))
        case .size: return .tuple(try elements(try only(items, global)))
        case .bytes: return .bytes(items.isEmpty ? [] : try latin1(items[0]))
        case .encode:
            guard items.count == 2, case .string(let encoding) = self[items[1]], encoding == "latin1" else {
                throw misuse(global)
            }
            return .bytes(try latin1(items[0]))
        case .complex:
            guard items.count == 2, case .float(let real) = self[items[0]], case .float(let imaginary) = self[items[1]]
            else { throw misuse(global) }
            let bytes = [real, imaginary].flatMap { part in (0..<8).map { UInt8(truncatingIfNeeded: part >> (8 * $0)) }
            }
            return .array(StoredArray(StoredDtype.named("C128")!, [], bytes))
        case .device, .layout:
            guard let first = items.first, case .string = self[first] else { throw misuse(global) }
            return self[first]
        case .tensor, .tensor3, .parameter, .typed: return .tensor(try tensor(global, items))
        case .array: return .emptyArray
        case .scalar, .arrayFromBuffer, .dtype: return try array(global, items)
        case .tensorClass, .storage, .torchDtype, .arrayClass: throw misuse(global)
        }
    }

    func misuse(_ global: PickleGlobal) -> FormatError {
        error("it calls “\(global)” with something else than it takes", PickleReader.refusal)
    }

    private func only(_ items: [Int], _ global: PickleGlobal) throws(FormatError) -> Int {
        guard items.count == 1 else { throw misuse(global) }
        return items[0]
    }

    /// The elements of a collection, counted as copied.
    mutating func elements(_ place: Int) throws(FormatError) -> [Int] {
        switch self[place] {
        case .list(let items), .tuple(let items), .set(let items):
            try copy(8 * items.count)
            return items
        default: throw error("\(self[place].kind) in place of a collection")
        }
    }

    /// Keys and values in turns, of a dict or a list of pairs.
    private mutating func entries(_ place: Int) throws(FormatError) -> [Int] {
        if case .dictionary(let items) = self[place] {
            try copy(8 * items.count)
            return items
        }
        var result: [Int] = []
        for pair in try elements(place) {
            let items = try elements(pair)
            guard items.count == 2 else { throw error("an entry of a dict is no pair") }
            result += items
        }
        return result
    }

    /// Python before 3 has no bytes; a string of the characters of the same codes stands for them.
    private mutating func latin1(_ place: Int) throws(FormatError) -> [UInt8] {
        switch self[place] {
        case .bytes(let bytes): return bytes
        case .string(let text):
            try copy(text.utf8.count)
            var bytes: [UInt8] = []
            for scalar in text.unicodeScalars {
                guard let byte = UInt8(exactly: scalar.value) else {
                    throw error("a character beyond Latin-1 in bytes")
                }
                bytes.append(byte)
            }
            return bytes
        default: throw error("\(self[place].kind) in place of bytes")
        }
    }

    func int(_ place: Int) throws(FormatError) -> Int {
        guard case .integer(let value) = self[place], let int = value.int else {
            throw error("\(self[place].kind) in place of a size")
        }
        return int
    }

    private mutating func sizes(_ place: Int) throws(FormatError) -> [Int] {
        var sizes: [Int] = []
        for item in try elements(place) { sizes.append(try int(item)) }
        return sizes
    }

    /// Gives an object the state that a pickle keeps apart from it.
    mutating func build(_ target: Int, _ state: Int) throws(FormatError) {
        switch (self[target], self[state]) {
        // Attributes of a dict, such as the versions beside a state_dict, are no part of what it holds.
        case (.dictionary, .dictionary): break
        case (.emptyArray, .tuple(let items)):
            guard items.count == 5 else { throw error("an array's state of \(items.count) parts") }
            guard case .bool(let isColumnMajor) = self[items[3]] else { throw error("an array's order is no bool") }
            replace(
                target,
                try array(dtype: items[2], shape: items[1], isColumnMajor: isColumnMajor, bytes: items[4]))
        case (.dtype(var dtype), .tuple(let items)):
            guard items.count >= 5, case .string(let order) = self[items[1]], case .none = self[items[2]],
                case .none = self[items[3]], case .none = self[items[4]]
            else { throw error("arrays of records are not read", "save each field as an array of its own") }
            dtype.isBigEndian = order == ">"
            replace(target, .dtype(dtype))
        default: throw error("it gives \(self[target].kind) a state of its own", PickleReader.refusal)
        }
    }

    // MARK: NumPy

    private mutating func array(_ global: PickleGlobal, _ items: [Int]) throws(FormatError) -> PickleObject {
        switch global {
        case .dtype:
            guard let first = items.first, case .string(let code) = self[first] else { throw misuse(global) }
            return .dtype(PickleDtype(code: code))
        case .scalar:
            guard items.count == 2 else { throw misuse(global) }
            return try array(dtype: items[0], shape: nil, isColumnMajor: false, bytes: items[1])
        default:
            guard items.count == 4, case .string(let order) = self[items[3]] else { throw misuse(global) }
            return try array(dtype: items[1], shape: items[2], isColumnMajor: order == "F", bytes: items[0])
        }
    }

    /// - Parameter shape: nil for a single number.
    private mutating func array(
        dtype place: Int, shape: Int?, isColumnMajor: Bool, bytes: Int
    ) throws(FormatError) -> PickleObject {
        guard case .dtype(let pickled) = self[place] else { throw error("\(self[place].kind) in place of a dtype") }
        guard let dtype = StoredDtype.numpy(pickled.code) else {
            throw error("elements of dtype \(Text.excerpt(pickled.code)) are not read", "save numbers or text")
        }
        var shapeSizes: [Int] = []
        if let shape { shapeSizes = try sizes(shape) }
        let layout = isColumnMajor ? StridedLayout.columnMajor(shapeSizes) : StridedLayout.rowMajor(shapeSizes)
        let stored = try latin1(bytes)
        let product = layout?.count.multipliedReportingOverflow(by: dtype.byteCount)
        guard let layout, let product, !product.overflow, product.partialValue == stored.count else {
            throw error("an array's shape \(shapeSizes) does not fill its \(stored.count) bytes")
        }
        try copy(2 * stored.count)
        let gathered = layout.gathered(stored, byteCount: dtype.byteCount)
        return .array(
            StoredArray(dtype, shapeSizes, pickled.isBigEndian ? StoredArray.swapped(gathered, dtype) : gathered))
    }

    // MARK: PyTorch

    /// What a storage is called: `('storage', class, key, location, count)`, in old files with a view behind it.
    mutating func storage(_ place: Int) throws(FormatError) -> TorchStorage {
        guard case .tuple(let items) = self[place], items.count == 5 || items.count == 6,
            case .string(let tag) = self[items[0]], tag == "storage",
            case .global(.storage(let dtype)) = self[items[1]],
            case .string(let key) = self[items[2]]
        else { throw error("it refers to something else than a storage", PickleReader.refusal) }
        let count = try int(items[4])
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: dtype?.byteCount ?? 1)
        guard count >= 0, !overflow, byteCount < 1 << 56 else { throw error("a storage of \(count) elements") }
        var result = TorchStorage(key: key, dtype: dtype, byteCount: byteCount)
        if items.count == 6, case .tuple(let view) = self[items[5]] {
            guard view.count == 3 else { throw error("a storage's view of \(view.count) parts") }
            let (offset, size) = (try int(view[1]), try int(view[2]))
            let width = dtype?.byteCount ?? 1
            guard offset >= 0, size >= 0, offset <= count, size <= count - offset else {
                throw error("a storage's view beyond it")
            }
            result = TorchStorage(key: key, dtype: dtype, byteCount: size * width, viewOffset: offset)
        }
        return result
    }

    private mutating func tensor(_ global: PickleGlobal, _ items: [Int]) throws(FormatError) -> TorchTensor {
        switch global {
        case .parameter:
            guard items.count >= 3, case .tensor(let tensor) = self[items[0]] else { throw misuse(global) }
            return tensor
        case .typed:
            // (function, class, arguments, attributes)
            guard items.count == 4, case .global(let function) = self[items[0]], function != .typed,
                case .global(.tensorClass) = self[items[1]], case .tuple(let inner) = self[items[2]],
                [.tensor, .tensor3, .parameter].contains(function)
            else { throw misuse(global) }
            return try tensor(function, inner)
        default: break
        }
        guard items.count >= (global == .tensor3 ? 7 : 4), case .storage(let storage) = self[items[0]] else {
            throw misuse(global)
        }
        var dtype = storage.dtype
        if global == .tensor3 {
            guard case .global(.torchDtype(_, let own)) = self[items[6]] else { throw misuse(global) }
            dtype = own
        }
        // A view that is read with another sign, or conjugated, says so last.
        if let last = items.last, case .dictionary(let bits) = self[last], items.count == (global == .tensor3 ? 8 : 7),
            !bits.isEmpty
        {
            throw error("a tensor that is read negated or conjugated", "save tensor.resolve_neg().resolve_conj()")
        }
        guard let dtype else { throw error("a tensor of a storage without a type") }
        let (offset, shape, strides) = (try int(items[1]), try sizes(items[2]), try sizes(items[3]))
        guard let layout = StridedLayout(shape: shape, strides: strides, offset: offset),
            layout.extent == 0 || layout.offset + layout.extent <= storage.byteCount / dtype.byteCount
        else {
            throw error(
                "a tensor of shape \(shape.prefix(8)) does not fit its storage of \(storage.byteCount) bytes")
        }
        return TorchTensor(storage: storage, dtype: dtype, layout: layout)
    }
}
