"""Writes the vectors of ReproFormatsTests with NumPy, safetensors and Python's json, so that they come from outside.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy safetensors
    /tmp/venv/bin/python Tests/Fixtures/formats_vectors.py
    /tmp/venv/bin/python Tests/Fixtures/formats_vectors.py --load DIR     # load files that our writers wrote there
    python3 Tests/Fixtures/formats_vectors.py --corpus DIR                # files for the fuzz target to start from

Each line of a vector file is one case: space-separated fields. An array is `name kind shape bits`: kind float (binary32
patterns in hexadecimal) or int (decimal), shape and bits with commas between, `-` where there are none.
"""
import base64
import io
import json
import math
import pathlib
import platform
import struct
import sys

try:
    import numpy as np
    import safetensors
    from safetensors.numpy import load
except ImportError:
    if sys.argv[1:2] != ["--corpus"]:
        raise

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "ReproFormatsTests" / "Vectors"
SPECIAL64 = [
    0.0, -0.0, 1.0, -1.5, 1 / 3, math.pi, 1e-45, 7e-46, 1e-300, 1e300, -1e300, math.inf, -math.inf, math.nan,
    1 + 2**-24, 1 + 2**-24 + 2**-52, 1 + 3 * 2**-24, 2**-149, 2**-150, 2**-150 * (1 + 2**-52), 2**-126 * (1 - 2**-25),
    2.0**128 - 2.0**104, 3.4028235677973366e38, 3.4028235677973362e38, 5e-324,
]
SPECIAL16 = [0x0000, 0x8000, 0x0001, 0x03FF, 0x0400, 0x3C00, 0xBC01, 0x7BFF, 0x7C00, 0xFC00, 0x7E00, 0xFE01]


def made():
    return (
        f"# made by: python3 Tests/Fixtures/formats_vectors.py, NumPy {np.__version__}, "
        f"safetensors {safetensors.__version__}, Python {platform.python_version()}"
    )


def write(name, legend, lines):
    (OUT / name).write_text("\n".join([made(), "# " + legend, *lines]) + "\n")
    print(f"{name}: {len(lines)}")


def joined(values):
    return ",".join(str(v) for v in values) or "-"


def as_read(array):
    """What the reader promises: NumPy's own conversion, except that a binary64 NaN becomes 0x7fc00000."""
    if array.dtype.kind == "i":
        return "int", [int(x) for x in array.ravel()]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        single = array.astype(np.float32)
    bits = single.ravel().view(np.uint32).copy()
    if array.dtype.itemsize == 8:
        bits[np.isnan(single.ravel())] = 0x7FC00000
    return "float", [f"{x:x}" for x in bits]


def described(name, array):
    kind, values = as_read(array)
    return f"{name} {kind} {joined(array.shape)} {joined(values)}"


def sample(code, shape):
    count = int(np.prod(shape))
    if code == "f8":
        values = np.array((SPECIAL64 * (count // len(SPECIAL64) + 1))[:count])
    elif code == "f4":
        values = RANDOM.standard_normal(count).astype(np.float32)
        values[:3] = [-0.0, np.inf, 1e-45][: min(3, count)]
    elif code == "f2":
        values = np.array((SPECIAL16 * (count // len(SPECIAL16) + 1))[:count], dtype=np.uint16).view(np.float16)
    else:
        info = np.iinfo(code)
        values = RANDOM.integers(info.min, info.max, count, dtype=code, endpoint=True)
        values[:2] = [info.min, info.max][: min(2, count)]
    return values.reshape(shape)


def npy_files():
    lines, rewritten = [], []
    for code in ("f2", "f4", "f8", "i4", "i8"):
        for shape in ((), (0,), (1,), (5,), (2, 3), (3, 0, 2), (2, 3, 4), (1, 2, 1, 3, 2), (25,)):
            array = sample(code, shape)
            for order in "CF" if len(shape) > 1 else "C":
                for end in "<>":
                    for version in ((1, 0), (2, 0), (3, 0)) if shape in ((2, 3), ()) else ((1, 0),):
                        stored = np.asarray(array, dtype=end + code, order=order)
                        file = io.BytesIO()
                        np.lib.format.write_array(file, stored, version=version)
                        same = stored.flags.c_contiguous and version == (1, 0) and end + code in ("<f4", "<i8")
                        lines.append(f"{file.getvalue().hex()} {'same' if same else 'other'} {described('array', stored)}")
    write("npy.txt", "the file in hexadecimal, whether our writer makes the same one, the array", lines)


def safetensors_file(tensors, metadata, same):
    """One line: the file, its metadata, and each tensor in the order of its bytes."""
    names = {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64", "I32": "int32", "I64": "int64"}
    stored = {n: np.frombuffer(b + b"\0", dtype=np.uint8) for n, (d, a, b) in tensors.items()}
    raw = {
        n: safetensors.TensorSpec(dtype=names[d], shape=a.shape, data_ptr=stored[n].ctypes.data, data_len=len(b))
        for n, (d, a, b) in tensors.items()
    }
    data = bytes(safetensors.serialize(raw, metadata=metadata))
    count = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + count])
    header.pop("__metadata__", None)
    order = sorted(header, key=lambda n: header[n]["data_offsets"])
    parts = [described(n.encode().hex() or "-", tensors[n][1]) for n in order]
    return f"{data.hex()} {same} {json.dumps(metadata or {}, separators=(',', ':')).encode().hex()} " + " ".join(parts)


def safetensors_files():
    def plain(dtype, code, shape):
        array = sample(code, shape)
        return dtype, array, np.ascontiguousarray(array).tobytes()

    bits = np.array([0x0000, 0x8000, 0x3F80, 0x0001, 0x7F80, 0xFF80, 0x4049, 0x7FC1], dtype=np.uint16)
    bf16 = ("BF16", (bits.astype(np.uint32) << 16).view(np.float32).reshape(2, 4), bits.tobytes())
    every = {
        "half": plain("F16", "f2", (3, 4)), "brain": bf16, "single": plain("F32", "f4", (2, 3)),
        "double": plain("F64", "f8", (5, 5)), "int": plain("I32", "i4", (4,)), "long": plain("I64", "i8", (2, 2)),
    }
    ours = {
        "lstm.weight_ih_l0": plain("F32", "f4", (4, 3)), "lstm.bias_ih_l0": plain("F32", "f4", (4,)),
        "lengths": plain("I64", "i8", (3,)), "scalar": plain("F32", "f4", ()), "none": plain("F32", "f4", (0, 7)),
        "Z": plain("F32", "f4", (1,)), "é\"\\\n\u0001/\u007f": plain("I64", "i8", (1, 1)), "": plain("F32", "f4", (2,)),
        "step": plain("I64", "i8", ()), "重み": plain("F32", "f4", (2,)), "e\u0301": plain("F32", "f4", (1,)),
        "\u00e9": plain("F32", "f4", (1,)),
    }
    lines = [
        safetensors_file(every, None, "other"),
        safetensors_file(every, {"format": "pt", "note": "naïve \"quoted\""}, "other"),
        safetensors_file(ours, None, "same"),
        safetensors_file(ours, {"format": "pt"}, "same"),
        safetensors_file({}, None, "same"),
        safetensors_file({}, {"framework": "pt"}, "same"),
        safetensors_file({"a": plain("F32", "f4", (1,))}, None, "same"),
        *[safetensors_file({"x" * n: plain("I64", "i8", (n,))}, None, "same") for n in range(1, 9)],
    ]
    assert all(len(load(bytes.fromhex(line.split()[0]))) >= 0 for line in lines[2:])
    write("safetensors.txt", "the file, whether our writer makes the same one, its metadata as JSON (all hex), its arrays", lines)


def numbers():
    doubles = [*SPECIAL64, 0.1, 1e16, 1e15, 123456789.125, 1e22, 1e23, 2**53 + 2.0, 5e-5, 1e-4, 2.2250738585072014e-308]
    doubles += list(RANDOM.integers(0, 2**63, 300, dtype=np.uint64).view(np.float64))
    lines = [f"{struct.unpack('<Q', struct.pack('<d', x))[0]:x} {json.dumps(float(x))}" for x in doubles if np.isfinite(x)]
    write("doubles.txt", "binary64 bits, the number as Python's json writes it", lines)


def load_written(directory):
    """Loads what the test `writtenFilesLoadElsewhere` wrote, and compares with the values it is known to write."""
    directory = pathlib.Path(directory)
    floats = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 8
    longs = np.array([-(2**63), 0, 2**63 - 1])
    tensors = load((directory / "written.safetensors").read_bytes())
    assert sorted(tensors) == ["floats", "longs", "none", "scalar"]
    for name, expected in (("floats", floats), ("longs", longs), ("scalar", np.float32(-0.5)), ("none", np.zeros((0, 3), "f4"))):
        for found in (tensors[name], np.load(directory / f"{name}.npy")):
            assert found.dtype == expected.dtype and found.shape == expected.shape and np.array_equal(found, expected), name
    with safetensors.safe_open(directory / "written.safetensors", "np") as file:
        assert file.metadata() == {"format": "pt", "a": "é"}
    print("all load")


def corpus(directory):
    """The files of the vectors, and small ones of the text formats."""
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("npy.txt", "safetensors.txt"):
        lines = [line for line in (OUT / name).read_text().splitlines() if not line.startswith("#")]
        for index, line in enumerate(lines):
            (directory / f"{name}-{index}").write_bytes(bytes.fromhex(line.split()[0]))
    for name in ("archives.txt", "attacks.txt", "events.txt"):
        for line in (OUT / name).read_text().splitlines():
            if not line.startswith("#"):
                fields = line.split()
                (directory / f"{name}-{fields[0]}").write_bytes(base64.b64decode(fields[1 if name == "events.txt" else 2]))
    (directory / "json").write_text('{"a":[1,-2.5e3,"x\\u00e9"],"b":null}')
    (directory / "tsv").write_text("0\ttext a\n1\tb\n")
    (directory / "conllu").write_text("# c\n1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        load_written(sys.argv[2])
    elif sys.argv[1:2] == ["--corpus"]:
        corpus(sys.argv[2])
    else:
        RANDOM = np.random.Generator(np.random.PCG64(20))
        npy_files()
        safetensors_files()
        numbers()
