/// The names that a pickle may ask for, and nothing besides: those with which PyTorch and NumPy rebuild plain data. None of
/// them is ever run; each stands for a conversion of this reader's own.
enum PickleGlobal: Sendable, Equatable, CustomStringConvertible {
    /// Gives the items of its argument as a collection.
    case dictionary, list, tuple, set
    /// Gives a dict with a default, which is not kept.
    case defaultDictionary
    /// Gives bytes; of a string, encoded as Latin-1.
    case bytes, encode
    case complex
    case tensor, tensor3, parameter, typed
    case size, device, layout
    /// A class that only names what another conversion makes.
    case tensorClass
    case storage(StoredDtype?)
    case torchDtype(String, StoredDtype)
    case array, arrayClass, arrayFromBuffer, scalar, dtype

    /// Nil for every other name.
    init?(module: String, name: String) {
        if let found = PickleGlobal.named.first(where: { Text.areSame($0.name, module + " " + name) })?.global {
            self = found
            return
        }
        guard module == "torch" else { return nil }
        if let dtype = PickleGlobal.dtypes.first(where: { Text.areSame($0.name, name) })?.dtype {
            self = .torchDtype(name, StoredDtype.named(dtype)!)
            return
        }
        guard let dtype = PickleGlobal.storages.first(where: { Text.areSame($0.name, name) })?.dtype else { return nil }
        self = .storage(StoredDtype.named(dtype)!)
    }

    var description: String {
        if case .torchDtype(let name, _) = self { return "torch.\(name)" }
        return PickleGlobal.named.first { $0.global == self }?.name ?? "a class of storages"
    }

    private static let named: [(name: String, global: PickleGlobal)] = [
        ("collections OrderedDict", .dictionary), ("collections Counter", .dictionary),
        ("collections defaultdict", .defaultDictionary),
        ("builtins dict", .dictionary), ("__builtin__ dict", .dictionary),
        ("builtins list", .list), ("__builtin__ list", .list),
        ("builtins tuple", .tuple), ("__builtin__ tuple", .tuple),
        ("builtins set", .set), ("__builtin__ set", .set),
        ("builtins frozenset", .set), ("__builtin__ frozenset", .set),
        ("builtins bytes", .bytes), ("__builtin__ bytes", .bytes),
        ("builtins bytearray", .bytes), ("__builtin__ bytearray", .bytes),
        ("builtins complex", .complex), ("__builtin__ complex", .complex),
        ("_codecs encode", .encode),
        ("torch._utils _rebuild_tensor", .tensor), ("torch._utils _rebuild_tensor_v2", .tensor),
        ("torch._utils _rebuild_tensor_v3", .tensor3),
        ("torch._utils _rebuild_parameter", .parameter), ("torch._utils _rebuild_parameter_with_state", .parameter),
        ("torch._tensor _rebuild_from_type_v2", .typed),
        ("torch Size", .size), ("torch device", .device), ("torch.serialization _get_layout", .layout),
        ("torch Tensor", .tensorClass), ("torch._tensor Tensor", .tensorClass),
        ("torch.nn.parameter Parameter", .tensorClass), ("torch.nn.parameter Buffer", .tensorClass),
        ("torch.storage UntypedStorage", .storage(nil)), ("torch UntypedStorage", .storage(nil)),
        ("numpy.core.multiarray _reconstruct", .array), ("numpy._core.multiarray _reconstruct", .array),
        ("numpy.core.multiarray scalar", .scalar), ("numpy._core.multiarray scalar", .scalar),
        ("numpy.core.numeric _frombuffer", .arrayFromBuffer), ("numpy._core.numeric _frombuffer", .arrayFromBuffer),
        ("numpy ndarray", .arrayClass), ("numpy dtype", .dtype),
    ]

    private static let dtypes: [(name: String, dtype: String)] = [
        ("bool", "BOOL"), ("uint8", "U8"), ("int8", "I8"), ("uint16", "U16"), ("int16", "I16"), ("uint32", "U32"),
        ("int32", "I32"), ("uint64", "U64"), ("int64", "I64"), ("float16", "F16"), ("bfloat16", "BF16"),
        ("float32", "F32"), ("float64", "F64"), ("complex64", "C64"), ("complex128", "C128"),
        ("float8_e5m2", "F8_E5M2"), ("float8_e4m3fn", "F8_E4M3"), ("float8_e8m0fnu", "F8_E8M0"),
    ]

    private static let storages: [(name: String, dtype: String)] = [
        ("FloatStorage", "F32"), ("DoubleStorage", "F64"), ("HalfStorage", "F16"), ("BFloat16Storage", "BF16"),
        ("LongStorage", "I64"), ("IntStorage", "I32"), ("ShortStorage", "I16"), ("CharStorage", "I8"),
        ("ByteStorage", "U8"), ("BoolStorage", "BOOL"), ("ComplexFloatStorage", "C64"),
        ("ComplexDoubleStorage", "C128"),
    ]
}
