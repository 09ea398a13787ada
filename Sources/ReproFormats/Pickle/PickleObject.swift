/// What a pickle made: an object of a list of objects, which refer to each other by their places in it, so that what is shared
/// is kept once and a collection may hold itself without harm.
enum PickleObject: Sendable {
    case none
    case bool(Bool)
    case integer(PickleInteger)
    /// The bits of a binary64 number.
    case float(UInt64)
    case string(String)
    case bytes([UInt8])
    case list([Int])
    case tuple([Int])
    case set([Int])
    /// Keys and values in turns.
    case dictionary([Int])
    case global(PickleGlobal)
    case storage(TorchStorage)
    case tensor(TorchTensor)
    case array(StoredArray)
    /// An array of NumPy's that waits for its state.
    case emptyArray
    case dtype(PickleDtype)

    /// The kind in words, for messages.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer: "an int"
        case .float: "a float"
        case .string: "a str"
        case .bytes: "bytes"
        case .list: "a list"
        case .tuple: "a tuple"
        case .set: "a set"
        case .dictionary: "a dict"
        case .global(let global): global.description
        case .storage: "a storage"
        case .tensor: "a tensor"
        case .array, .emptyArray: "an array"
        case .dtype: "a dtype"
        }
    }
}

/// An integer of Python, which has no greatest one.
enum PickleInteger: Sendable, Equatable {
    case small(Int64)
    /// Two's complement, lowest byte first, as short as it can be, longer than eight bytes.
    case large([UInt8])

    /// - Parameter bytes: two's complement, lowest byte first.
    init(_ bytes: some Collection<UInt8>) {
        var bytes = Array(bytes)
        // A last byte that repeats the sign says nothing.
        while bytes.count > 1, bytes[bytes.count - 1] == (bytes[bytes.count - 2] >= 0x80 ? 0xff : 0) {
            bytes.removeLast()
        }
        if bytes.count > 8 {
            self = .large(bytes)
            return
        }
        let fill: UInt64 = (bytes.last ?? 0) >= 0x80 ? .max : 0
        self = .small(Int64(bitPattern: bytes.reversed().reduce(fill) { $0 << 8 | UInt64($1) }))
    }

    /// The number where it is an index or size.
    var int: Int? {
        guard case .small(let value) = self else { return nil }
        return Int(exactly: value)
    }

    /// Decimal digits; hexadecimal ones of the bytes for numbers beyond 64 bits.
    var text: String {
        switch self {
        case .small(let value): return String(value)
        case .large(let bytes):
            if bytes.count == 9, bytes[8] == 0 { return String(Array(bytes[..<8]).littleEndian(at: 0, byteCount: 8)) }
            return "0x" + bytes.reversed().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

/// A dtype of NumPy's as a pickle builds it: a code such as `f4`, and the byte order that its state names.
struct PickleDtype: Sendable {
    let code: String
    var isBigEndian = false
}

/// A run of bytes that tensors stand in.
struct TorchStorage: Sendable, Equatable {
    /// Its name in the file.
    let key: String
    /// Nil where the storage is bytes and each tensor brings its own type.
    let dtype: StoredDtype?
    let byteCount: Int
    /// Where it begins in the bytes of the key, in elements; other than 0 in old files alone.
    var viewOffset = 0
}

/// A tensor as PyTorch pickles it: where its elements stand in a storage.
struct TorchTensor: Sendable, Equatable {
    let storage: TorchStorage
    let dtype: StoredDtype
    let layout: StridedLayout
}
