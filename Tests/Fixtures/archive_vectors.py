"""Writes the vectors of archives, pickles and event files with PyTorch, NumPy, Python and TensorBoard, so that they come from outside.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch==2.13.0 numpy safetensors tensorboard \
        --extra-index-url https://download.pytorch.org/whl/cpu
    /tmp/venv/bin/python Tests/Fixtures/archive_vectors.py

Into Tests/ReproInterchangeTests/Vectors, weights of a vector there as torch.save writes them; into Tests/ReproFormatsTests/Vectors:

- `archives.txt`: one file per line: its name, its kind (torch, pickle, npz, npy, zip, gzip), its bytes in base 64, and what it holds
  in the order of names, each as `NAME:DTYPE:SHAPE:SHA256` (elements row-major and little-endian) or `NAME=TEXT`; names and texts in
  hexadecimal, sizes with `x` between, `-` for none.
- `events.txt`: event files: name, bytes, then each value as `TAG:STEP:BITS`, or `TAG:STEP:*` for what is no scalar.
- `attacks.txt`: files that must be refused: name, kind, bytes, and in hexadecimal a part of the message that says why. None of them does
  anything when it is made; loading most of them with Python's pickle would.
"""
import base64
import collections
import gzip
import hashlib
import io
import os
import pathlib
import pickle
import platform
import struct
import tempfile
import warnings
import zipfile
import zlib

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "ReproFormatsTests" / "Vectors"
MADE = (
    f"# made by: python3 Tests/Fixtures/archive_vectors.py, PyTorch {torch.__version__}, NumPy {np.__version__}, "
    f"Python {platform.python_version()}"
)
DTYPES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "uint16": "U16", "int16": "I16", "uint32": "U32", "int32": "I32", "uint64": "U64",
    "int64": "I64", "float16": "F16", "bfloat16": "BF16", "float32": "F32", "float64": "F64", "complex64": "C64",
    "complex128": "C128", "float8_e5m2": "F8_E5M2", "float8_e4m3fn": "F8_E4M3",
}
warnings.filterwarnings("ignore")


def packed(data):
    return base64.b64encode(data).decode()


def tensor_bytes(tensor):
    """Row-major bytes, whatever the strides, by PyTorch's own views."""
    plain = tensor.detach().contiguous().reshape(-1)
    return bytes(plain.view(torch.uint8).numpy()) if plain.numel() else b""


def words(value):
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, float):
        return "nan (0x%x)" % struct.unpack("<Q", struct.pack("<d", value))[0] if value != value else swift_double(value)
    if isinstance(value, int):
        if -(2**63) <= value < 2**64:
            return str(value)
        count = (value.bit_length() + 8) // 8
        return "0x" + value.to_bytes(count, "big", signed=True).hex()
    if isinstance(value, str):
        return "'" + value + "'"
    if isinstance(value, (torch.dtype, torch.layout)):
        return str(value) if isinstance(value, torch.dtype) else f"'{value}'"
    if isinstance(value, torch.device):
        return f"'{value.type}'"
    if isinstance(value, tuple):
        return "(" + ", ".join(words(v) for v in value) + ")"
    raise TypeError(type(value))


def swift_double(value):
    """Shortest digits, spelt as Swift does."""
    text = repr(value)
    if "e" in text:
        digits, exponent = text.split("e")
        text = f"{digits}e{int(exponent):+03d}"
    return text


def flatten(value, name=""):
    """(name, entry) for each value: the rules of PickleWalk, written again."""
    shown = (name or "value").encode().hex()
    if isinstance(value, torch.Tensor):
        yield name, array_entry(shown, DTYPES[str(value.dtype)[6:]], value.shape, tensor_bytes(value))
    elif isinstance(value, (np.ndarray, np.generic)):
        yield name, numpy_entry(shown, np.asarray(value))
    elif isinstance(value, complex):
        yield name, array_entry(shown, "C128", (), struct.pack("<dd", value.real, value.imag))
    elif isinstance(value, (bytes, bytearray)):
        yield name, array_entry(shown, "U8", (len(value),), bytes(value))
    elif isinstance(value, dict):
        if not value:
            yield name, f"{shown}={b'empty'.hex()}"
        keys = {(("." if name else "") + k if isinstance(k, str) else f"[{words(k)}]"): v for k, v in value.items()}
        for key in sorted(keys, key=lambda k: k.encode()):
            yield from flatten(keys[key], name + key)
    elif isinstance(value, (set, frozenset)):
        texts = sorted((words(v) for v in value), key=lambda t: t.encode())
        yield name, f"{shown}={('{' + ', '.join(texts) + '}' if texts else 'empty').encode().hex()}"
    elif isinstance(value, (list, tuple)):
        if not len(value):
            yield name, f"{shown}={b'empty'.hex()}"
        for index, item in enumerate(value):
            yield from flatten(item, f"{name}[{index}]")
    else:
        yield name, f"{shown}={words(value).encode().hex()}"


def array_entry(shown, dtype, shape, data):
    return f"{shown}:{dtype}:{'x'.join(map(str, shape)) or '-'}:{hashlib.sha256(data).hexdigest()}"


def numpy_entry(shown, array):
    dtype = DTYPES.get(array.dtype.name) or array.dtype.str.lstrip("<>|")
    plain = np.ascontiguousarray(array)
    if array.dtype.byteorder == ">" and array.dtype.kind != "V":
        plain = plain.byteswap()
    return array_entry(shown, dtype, array.shape, plain.tobytes())


def expected(value):
    return " ".join(entry for _, entry in flatten(value))


def torch_file(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def models():
    torch.manual_seed(7)
    lstm = torch.nn.LSTM(3, 4, num_layers=1, bidirectional=True)
    linear = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(linear.parameters(), lr=1e-3)
    for _ in range(2):
        optimizer.zero_grad()
        linear(torch.randn(5, 3)).square().mean().backward()
        optimizer.step()
    base = torch.arange(24, dtype=torch.float32)
    tied = torch.nn.Linear(2, 2, bias=False)
    every = {
        str(dtype)[6:]: torch.arange(5).to(dtype) for dtype in (
            torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.bfloat16,
            torch.float32, torch.float64, torch.complex64, torch.complex128, torch.uint16, torch.uint32, torch.uint64,
            torch.float8_e5m2, torch.float8_e4m3fn)
    }
    special = torch.tensor([0.0, -0.0, float("inf"), -float("inf"), float("nan"), 1e-45])
    return {
        "state": lstm.state_dict(),
        "checkpoint": {"model": linear.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "best": 0.125, "done": False,
                       "note": "naïve", "rng": torch.get_rng_state()[:40].clone(), "history": [1.5, float("nan"), -0.0, 1e300, 5e-5]},
        "strided": {"transposed": base.reshape(4, 6).t(), "sliced": base[3:20:2], "expanded": torch.ones(1, 3).expand(4, 3),
                    "inner": base.reshape(2, 3, 4)[:, 1:, ::2], "scalar": torch.tensor(2.5), "none": torch.empty(0, 3),
                    "window": base.unfold(0, 4, 2)},
        "shared": {"a": base, "b": base[5:9], "c": base.view(4, 6)[1], "tied": [tied.weight, tied.weight]},
        "parameter": {"p": torch.nn.Parameter(base[:3].clone()), "b": torch.nn.Buffer(base[:2].clone()), "list": [special, (special,)]},
        "types": every,
        "plain": {"none": None, "true": True, "big": 2**64 - 1, "huge": 2**90, "negative": -(2**70), "tuple": (1, "x", (2.0,)),
                  "set": {3, 1, 2}, "words": {"b", "a"}, "bytes": b"\x00\xff", "size": torch.Size([2, 3]), "dtype": torch.float16,
                  "device": torch.device("cpu"), "empty": [], "mapping": collections.OrderedDict(z=1, a=2), 5: "five",
                  (1, 2): "pair", "complex": 1 - 2j, "default": collections.defaultdict(list, k=[1])},
        "numpy": {"f": np.arange(6.0).reshape(2, 3), "t": np.arange(6).reshape(2, 3).T, "s": np.float32(1.5), "i": np.int64(-3),
                  "big": np.arange(3, dtype=">f4"), "text": np.array(["ab", "c"]), "state": np.random.RandomState(1).get_state()[1][:9]},
        "tensor": base[:4].reshape(2, 2),
    }


def big_endian(data):
    """A file as a machine of the other byte order writes it: each storage turned round, and said to be."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            held = old.read(entry)
            if "/data/" in entry.filename:
                held = np.frombuffer(held, "<f4").astype(">f4").tobytes()
            new.writestr(entry.filename, b"big" if entry.filename.endswith("byteorder") else held)
    return out.getvalue()


def archives():
    lines = []

    def add(name, kind, data, value):
        lines.append(f"{name} {kind} {packed(data)} {expected(value)}")

    values = models()
    for name, value in values.items():
        add(f"{name}.pt", "torch", torch_file(value), value)
    for name in ("state", "strided", "shared", "plain"):
        # uint16 and its like have no class of storages, as old files need one.
        add(f"{name}-old.pth", "torch", torch_file(values[name], _use_new_zipfile_serialization=False), values[name])
    for protocol in (4, 5):
        add(f"numpy-protocol{protocol}.pt", "torch", torch_file(values["numpy"], pickle_protocol=protocol), values["numpy"])
        add(f"parameter-protocol{protocol}.pt", "torch", torch_file(values["parameter"], pickle_protocol=protocol), values["parameter"])
    big = {"w": torch.arange(6, dtype=torch.float32).reshape(2, 3).t()}
    add("big-endian.pt", "torch", big_endian(torch_file(big)), big)
    with zipfile.ZipFile(io.BytesIO(torch_file(big))) as old:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                new.writestr(entry.filename, old.read(entry))
    add("repacked.pt", "torch", out.getvalue(), big)

    plain = {k: v for k, v in values["plain"].items() if k not in ("size", "dtype", "device")}
    for protocol in range(6):
        held = dict(plain, huge=1) if protocol < 2 else plain
        held = {k: v for k, v in held.items() if protocol >= 2 or k not in ("big", "negative")}
        add(f"plain{protocol}.pkl", "pickle", pickle.dumps(held, protocol), held)
        add(f"numpy{protocol}.pkl", "pickle", pickle.dumps(values["numpy"], protocol), values["numpy"])
    arrays = {"a": np.arange(5, dtype=np.float32), "b": np.arange(6, dtype=">i2").reshape(2, 3), "f": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
              "flag": np.array([True, False]), "word": np.array(["x", "yz"]), "c": np.array([1 + 2j, -0.0j], dtype=np.complex64),
              "day": np.array(["2026-01-02"], dtype="M8[D]"), "bytes": np.array([b"ab", b"c"]), "zero": np.zeros((0, 4)), "half": np.arange(3, dtype=np.float16)}
    for save, name in ((np.savez, "plain.npz"), (np.savez_compressed, "compressed.npz")):
        file = io.BytesIO()
        save(file, **arrays)
        add(name, "npz", file.getvalue(), arrays)
    lines += zips() + gzips()
    write("archives.txt", "name, kind, the file, what it holds; see Tests/Fixtures/archive_vectors.py", lines)


class Unseekable(io.RawIOBase):
    """A pipe: zipfile then writes sizes behind the data."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def zips():
    rng = np.random.default_rng(3)
    texts = {"a.txt": b"hello\n" * 50, "folder/b.csv": b"x,y\n1,2\n", "empty": b"", "noise": rng.bytes(700),
             "long": bytes(rng.integers(0, 4, 36_000, dtype=np.uint8) // 3)}
    lines = []
    for name, method, level in (("stored.zip", zipfile.ZIP_STORED, None), ("fast.zip", zipfile.ZIP_DEFLATED, 1), ("best.zip", zipfile.ZIP_DEFLATED, 9)):
        held = {k: v for k, v in texts.items() if method or k != "long"}
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method, compresslevel=level) as archive:
            archive.comment = b"a comment PK\x05\x06" if level == 9 else b""
            for key, value in held.items():
                archive.writestr(key, value)
        lines.append(f"{name} zip {packed(file.getvalue())} {expected(held)}")
    pipe = Unseekable()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for key in ("a.txt", "folder/b.csv"):
            archive.writestr(key, texts[key])
    lines.append(f"streamed.zip zip {packed(bytes(pipe.data))} {expected({k: texts[k] for k in ('a.txt', 'folder/b.csv')})}")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("wide", "w", force_zip64=True) as entry:
            entry.write(b"zip64" * 9)
    lines.append(f"zip64.zip zip {packed(file.getvalue())} {expected({'wide': b'zip64' * 9})}")
    return lines


def gzips():
    rng = np.random.default_rng(4)
    texts = {"small": b"loss 0.25\n" * 30, "none": b"", "noise": rng.bytes(500), "runs": b"a" * 9000 + bytes(range(256)) * 2}
    lines = []
    for name, value in texts.items():
        for level in (0, 1, 9):
            lines.append(f"{name}{level}.gz gzip {packed(gzip.compress(value, level, mtime=0))} {expected(value)}")
    for strategy, name in ((zlib.Z_FIXED, "fixed"), (zlib.Z_HUFFMAN_ONLY, "huffman"), (zlib.Z_RLE, "rle")):
        coder = zlib.compressobj(9, zlib.DEFLATED, 31, 9, strategy)
        lines.append(f"{name}.gz gzip {packed(coder.compress(texts['runs']) + coder.flush())} {expected(texts['runs'])}")
    file = io.BytesIO()
    with gzip.GzipFile("name.txt", "wb", fileobj=file, mtime=1234) as archive:
        archive.write(b"first")
    lines.append(f"members.gz gzip {packed(file.getvalue() + gzip.compress(b' second', mtime=0))} {expected(b'first second')}")
    return lines


def events():
    from torch.utils.tensorboard import SummaryWriter

    lines = []
    for name, new_style in (("old", False), ("new", True)):
        with tempfile.TemporaryDirectory() as folder:
            with SummaryWriter(folder) as writer:
                for step, value in enumerate((0.5, -0.0, float("nan"), 1e-40)):
                    writer.add_scalar("loss/train", value, step, walltime=1000.0 + step, new_style=new_style)
                writer.add_scalar("accuracy", 0.875, 300, new_style=new_style)
                writer.add_histogram("weights", np.arange(5.0), 1, bins=3)
            data = next(pathlib.Path(folder).glob("events.*")).read_bytes()
        held = [("loss/train", s, v) for s, v in enumerate((0.5, -0.0, float("nan"), 1e-40))] + [("accuracy", 300, 0.875)]
        fields = [f"{t.encode().hex()}:{s}:{np.float32(v).view(np.uint32):x}" for t, s, v in held]
        lines.append(f"{name} {packed(data)} {' '.join(fields)} {b'weights'.hex()}:1:*")
    write("events.txt", "name, the file, TAG:STEP:BITS of each value", lines)


# MARK: attacks


def asks(module, name, *arguments, protocol=2):
    """A pickle that calls a function of Python's, by hand."""
    body = b"c" + f"{module}\n{name}\n".encode() + b"("
    for argument in arguments:
        body += b"X" + struct.pack("<I", len(argument)) + argument.encode()
    return bytes([0x80, protocol]) + body + b"tR."


def raw_torch(data, storages=(), **extra):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/data.pkl", data)
        for key, value in storages:
            archive.writestr(f"a/data/{key}", value)
        for key, value in extra.items():
            archive.writestr(f"a/{key}", value)
    return file.getvalue()


def tensor_pickle(offset=0, size=(2,), stride=(1,), count=2, kind="FloatStorage", key="0"):
    """The pickle of one tensor, with numbers of one's choice."""
    def number(value):
        return b"\x8b" + struct.pack("<i", 9) + value.to_bytes(9, "little", signed=True)

    def text(value):
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    storage = b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + number(count) + b"tQ"
    sizes = b"(" + b"".join(map(number, size)) + b"t" + b"(" + b"".join(map(number, stride)) + b"t"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + sizes + b"\x89ccollections\nOrderedDict\n)RtR."


def directory(entries, count=None, start=None):
    """An archive by hand: (name, data, stored size, size, method, local name) each."""
    out, central = bytearray(), bytearray()
    for name, data, packed, size, method, local, at in entries:
        offset = len(out) if at is None else at
        crc = zlib.crc32(data)
        out += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, method, 0, 33, crc, packed, size, len(local), 0) + local + data
        central += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, method, 0, 33, crc, packed, size, len(name), 0, 0, 0, 0, 0, offset) + name
    start = len(out) if start is None else start
    count = len(entries) if count is None else count
    return bytes(out + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(central), start, 0))


def attacks():
    lines = []

    def add(name, kind, data, says):
        lines.append(f"{name} {kind} {packed(data)} {says.encode().hex()}")

    def pickled(name, data, says):
        add(name, "pickle", data, says)
        if name in ("system-0", "system-5", "eval", "inst", "newobj", "setstate", "laughs", "itself", "ext1"):
            add(name + "-in-torch", "torch", raw_torch(data), says)

    class System:
        def __reduce__(self):
            return os.system, ("true",)

    class Evaluated:
        def __reduce__(self):
            return eval, ("1",)

    for protocol in range(6):
        pickled(f"system-{protocol}", pickle.dumps(System(), protocol), "posix.system”")
    pickled("eval", pickle.dumps(Evaluated()), "eval”")
    pickled("exec", asks("builtins", "exec", "pass"), "builtins.exec”")
    pickled("getattr", asks("builtins", "getattr", "x", "y"), "builtins.getattr”")
    pickled("popen", asks("subprocess", "Popen", "true"), "subprocess.Popen”")
    pickled("torch-load", asks("torch.serialization", "load", "x"), "torch.serialization.load”")
    pickled("hub", asks("torch.hub", "load", "x", "y"), "torch.hub.load”")
    pickled("runpy", asks("runpy", "_run_code", "pass", "x"), "runpy._run_code”")
    pickled("numpy-load", asks("numpy.testing._private.utils", "runstring", "pass", "x"), "runstring”")
    pickled("dotted", b"\x80\x04\x8c\x0bcollections\x8c\x19OrderedDict.__reduce_ex__\x93.", "OrderedDict.__reduce_ex__”")
    pickled("dotted-module", asks("torch._utils.os", "system", "true"), "torch._utils.os.system”")
    pickled("spaced", b"\x80\x02ccollections OrderedDict\n\n.", "no plain data")
    pickled("inst", b"(S'true'\nios\nsystem\n.", "0x69 is not read")
    pickled("obj", b"\x80\x02(cos\nsystem\nX\x04\0\0\0trueo.", "os.system”")
    pickled("obj-of-known", b"\x80\x02(ccollections\nOrderedDict\no.", "0x6f is not read")
    pickled("newobj", b"\x80\x02ccollections\nOrderedDict\n)\x81.", "0x81 is not read")
    pickled("newobj-ex", b"\x80\x04ccollections\nOrderedDict\n)}\x92.", "0x92 is not read")
    for code, name in ((0x82, "ext1"), (0x83, "ext2"), (0x84, "ext4")):
        pickled(name, bytes([0x80, 2, code, 1, 0, 0, 0]) + b".", f"0x{code:x} is not read")
    pickled("persistent-text", b"Pstorage\n.", "0x50 is not read")
    add("persistent", "pickle", b"\x80\x02X\x01\0\0\0aQ.", "outside of itself")
    add("persistent-module", "torch", raw_torch(b"\x80\x02(X\x06\0\0\0modulectorch\nFloatStorage\nX\x01\0\0\0aX\x01\0\0\0bK\x01tQ."), "something else than a storage")
    pickled("buffers", b"\x80\x05\x97.", "0x97 is not read")
    pickled("setstate", b"\x80\x02]}X\x0c\0\0\0__setstate__cos\nsystem\nsb.", "os.system”")
    pickled("build-on-list", b"\x80\x02]}b.", "a state of its own")
    pickled("build-on-global", b"\x80\x02ccollections\nOrderedDict\n}b.", "a state of its own")
    pickled("call-of-string", b"\x80\x02X\x01\0\0\0a)R.", "it calls a str")
    pickled("call-of-dict", b"\x80\x02})R.", "it calls a dict")
    pickled("class-as-callable", b"\x80\x02cnumpy\nndarray\n)R.", "something else than it takes")
    pickled("codec", b"\x80\x02c_codecs\nencode\nX\x01\0\0\0aX\x05\0\0\0rot13\x86R.", "something else than it takes")
    pickled("itself", b"\x80\x02]q\0h\0a.", "holds itself")
    pickled("itself-in-dict", b"\x80\x02}q\0X\x01\0\0\0ah\0s.", "holds itself")
    # Ten references to the list before, thirty times: 10^30 lists to walk in some hundred bytes.
    pickled("laughs", b"\x80\x02]q\0" + b"".join(b"0](" + bytes([0x68, i]) * 10 + b"eq" + bytes([i + 1]) for i in range(30)) + b".",
            "the limit")
    long = b"X" + struct.pack("<I", 4000) + b"x" * 4000 + b"q\xff0"
    pickled("names", b"\x80\x02" + long + b"]q\0" + b"".join(
        b"0}(h\xff" + bytes([0x68, i]) + b"X\1\0\0\0b" + bytes([0x68, i]) + b"uq" + bytes([i + 1]) for i in range(40)) + b".", "as much text")
    pickled("copies", b"\x80\x02(" + b"]" * 3000 + b"lq\0" + b"c__builtin__\nset\nq\1" + b"h\1h\0\x85R0" * 900 + b"0.", "copies more")
    pickled("dup", b"\x80\x02]" + b"2" * 2000 + b".", "ends with")
    pickled("deep", b"\x80\x02" + b"(" * 5000 + b"l" * 5000 + b".", "deeper than")
    pickled("deep-tuples", b"\x80\x02)" + b"\x85" * 5000 + b".", "deeper than")
    pickled("long4", b"\x80\x02\x8b\xff\xff\xff\x7f.", "an integer of")
    pickled("long4-negative", b"\x80\x02\x8b\xff\xff\xff\xff\x00.", "an integer of")
    pickled("string-length", b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "is no length")
    pickled("string-huge", b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.", "are announced")
    pickled("bytes-huge", b"\x80\x05\x96\0\0\0\0\0\0\0\x40.", "are announced")
    pickled("frame", b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", "is announced")
    pickled("protocol", b"\x80\x06N.", "a protocol above 5")
    pickled("no-stop", b"\x80\x02N", "are announced")
    pickled("empty", b"\x80\x02.", "ends with 0 objects")
    pickled("underflow", b"\x80\x02a.", "missing")
    pickled("mark", b"\x80\x02N(].", "ends with")
    pickled("mark-guards", b"\x80\x02](N(a.", "missing")
    pickled("memo", b"\x80\x02h\x07.", "was not kept")
    pickled("twice", b"\x80\x02}(X\1\0\0\0aK\1X\1\0\0\0aK\2u.", "two entries of a dict")
    pickled("odd", b"\x80\x02}(X\1\0\0\0au.", "a key without a value")
    pickled("bad-utf8", b"\x80\x02X\x02\0\0\0\xc3\x28.", "not UTF-8")
    pickled("nested", b"\x80\x02X" + struct.pack("<I", len(asks("os", "system", "x"))) + asks("os", "system", "x").replace(b"\x80", b"_") + b"R.", "missing")

    good = struct.pack("<2f", 1, 2)
    for name, options, says in (
        ("beyond", dict(offset=1), "does not fit"), ("negative-offset", dict(offset=-1), "does not fit"),
        ("negative-size", dict(size=(-2,)), "does not fit"), ("negative-stride", dict(stride=(-1,)), "does not fit"),
        ("overflow", dict(size=(2**62, 8), stride=(1, 1)), "does not fit"), ("huge-stride", dict(stride=(2**63 - 1,)), "does not fit"),
        ("huge-offset", dict(offset=2**63 - 1), "does not fit"), ("ranks", dict(size=(1,) * 65, stride=(1,) * 65), "does not fit"),
        ("uneven", dict(size=(2, 1)), "does not fit"), ("count", dict(count=2**61), "a storage of"),
        ("count-negative", dict(count=-2), "a storage of"), ("too-big", dict(size=(2**64,)), "in place of a size"),
        ("no-type", dict(kind="FakeStorage"), "torch.FakeStorage”"),
    ):
        add("tensor-" + name, "torch", raw_torch(tensor_pickle(**options), [("0", good)]), says)
    # These are found when the tensor is read.
    add("tensor-repeated", "torch", raw_torch(tensor_pickle(size=(2**40,), stride=(0,)), [("0", good)]), "repeats")
    add("tensor-repeated-wide", "torch", raw_torch(tensor_pickle(size=(2**62,), stride=(0,)), [("0", good)]), "repeats")
    add("tensor-short", "torch", raw_torch(tensor_pickle(count=3), [("0", good)]), "is said to have")
    add("tensor-missing", "torch", raw_torch(tensor_pickle(), []), "storage is missing")
    add("tensor-path", "torch", raw_torch(tensor_pickle(key="../data.pkl"), [("0", good)]), "storage is missing")
    # A pickle inside a storage is only numbers; the one beside it decides.
    evil = asks("os", "system", "true") + b"\0" * 8
    evil = evil[: len(evil) // 4 * 4]
    add("nested-in-storage", "torch", raw_torch(evil, [("0", evil)]), "os.system”")
    add("byteorder", "torch", raw_torch(b"\x80\x02N.", byteorder=b"middle"), "neither little nor big")
    add("script", "torch", raw_torch(b"\x80\x02c__torch__.model\nModule\n)\x81."), "__torch__.model.Module”")
    old = bytearray(torch_file({"a": torch.arange(4)}, _use_new_zipfile_serialization=False))
    add("old-cut", "torch", bytes(old[:-8]), "ends in a storage")
    add("old-longer", "torch", bytes(old + b"x"), "something follows")
    at = len(old) - 40
    add("old-count", "torch", bytes(old[:at] + struct.pack("<Q", 2**63) + old[at + 8:]), "ends in a storage")

    one = (b"a", b"abc", 3, 3, 0, b"a", None)
    for name, data, says in (
        ("twice", directory([one, one]), "two entries have this name"),
        ("upwards", directory([(b"../a", b"abc", 3, 3, 0, b"../a", None)]), "no path below"),
        ("upwards-inside", directory([(b"x/../../a", b"abc", 3, 3, 0, b"x/../../a", None)]), "no path below"),
        ("absolute", directory([(b"/etc/passwd", b"abc", 3, 3, 0, b"/etc/passwd", None)]), "no path below"),
        ("backslash", directory([(b"..\\a", b"abc", 3, 3, 0, b"..\\a", None)]), "no path below"),
        ("nul", directory([(b"a\0b", b"abc", 3, 3, 0, b"a\0b", None)]), "no path below"),
        ("nameless", directory([(b"", b"abc", 3, 3, 0, b"", None)]), "no path below"),
        ("two-names", directory([(b"a", b"abc", 3, 3, 0, b"b", None)]), "contradicts"),
        ("pointer", directory([one, (b"b", b"abc", 3, 3, 0, b"b", 0)]), "contradicts"),
        ("method", directory([(b"a", b"abc", 3, 3, 12, b"a", None)]), "method 12"),
        ("sizes", directory([(b"a", b"abc", 3, 4, 0, b"a", None)]), "sizes disagree"),
        ("beyond", directory([(b"a", b"abc", 3000, 3000, 0, b"a", None)]), "cannot become"),
        ("bomb", directory([(b"a", b"abc", 3, 2**31, 8, b"a", None)]), "cannot become"),
        ("count", directory([one], count=2), "announced"),
        ("start", directory([one], start=5), "does not end where"),
        ("no-end", directory([one])[:-1], "no end record"),
        ("crc", directory([one]).replace(b"aabc", b"aabd"), "checksum"),
        ("wide-lie", directory([one], start=0xFFFFFFFF), "zip64 end is"),
        ("wide-size", directory([(b"a", b"abc", 0xFFFFFFFF, 0xFFFFFFFF, 8, b"a", None)]), "zip64 sizes are missing"),
    ):
        add("zip-" + name, "zip", data, says)
    # An entry whose header stands in the data of another, as bombs that overlap have them.
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 33, zlib.crc32(b"abc"), 3, 3, 1, 0) + b"aabc"
    outer = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 33, zlib.crc32(local), len(local), len(local), 1, 0) + b"b" + local
    central = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 33, zlib.crc32(d), len(d), len(d), 1, 0, 0, 0, 0, 0, o) + n
        for n, d, o in ((b"b", local, 0), (b"a", b"abc", 31)))
    data = outer + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 2, 2, len(central), len(outer), 0)
    add("zip-quine", "zip", data, "overlap")
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = zeros.compress(b"\0" * 3_000_000) + zeros.flush()
    crc = zlib.crc32(b"\0" * 3_000_000)
    for name, size, says in (("bomb-limit", 3_000_000, "expands to more than 1000000"), ("bomb-lie", 900_000, "becomes more than 900000")):
        local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, crc, len(bomb), size, 1, 0) + b"a" + bomb
        central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, crc, len(bomb), size, 1, 0, 0, 0, 0, 0, 0) + b"a"
        add("zip-" + name, "zip", local + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local), 0), says)
    add("gzip-bomb", "gzip", gzip.compress(b"\0" * 3_000_000, mtime=0), "expands to more than 1000000")
    small = gzip.compress(b"loss 0.25\n" * 9, mtime=0)
    add("gzip-cut", "gzip", small[:-9], "too early")
    add("gzip-crc", "gzip", small[:-8] + b"\0" + small[-7:], "checksum")
    add("gzip-length", "gzip", small[:-1] + b"\1", "length")
    add("gzip-more", "gzip", small + b"x" * 30, "no member")
    add("gzip-flag", "gzip", small[:3] + b"\xe0" + small[4:], "flag")
    for name, bits, says in (
        ("kind", b"\x07\0", "a kind that there is not"), ("stored", b"\x01\x03\0\x03\0abc", "contradicts itself"),
        ("distance", bytes([3, 1, 0, 0]), "before the start"), ("codes", b"\xfd\xff\xff\xff", "more codes"),
        ("empty-codes", b"\x05" + b"\0" * 8, "stands for nothing"),
    ):
        add("deflate-" + name, "gzip", small[:10] + bits + b"\0" * 12, says)
    write("attacks.txt", "name, kind, the file, a part of the message", lines)


def weights():
    """The weights of a safetensors vector as torch.save writes them, for ReproInterchangeTests."""
    from safetensors.torch import load_file

    folder = OUT.parent.parent / "ReproInterchangeTests" / "Vectors"
    state = load_file(folder / "lstm-prefix.weights.safetensors")
    (folder / "lstm-prefix.checkpoint.pt").write_bytes(torch_file({"model": state, "epoch": 3}))
    (folder / "lstm-prefix.old.pth").write_bytes(torch_file(state, _use_new_zipfile_serialization=False))


def write(name, legend, lines):
    (OUT / name).write_text("\n".join([MADE, "# " + legend, *lines]) + "\n")
    print(f"{name}: {len(lines)} lines, {(OUT / name).stat().st_size} bytes")


if __name__ == "__main__":
    archives()
    events()
    attacks()
    weights()
