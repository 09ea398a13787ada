"""Section 12: leaves, streams, nodes. Section 1: what is looked at for values that are not finite."""

import hashlib

import numpy as np


def H(*fields):
    digest = hashlib.sha256()
    for field in fields:
        if isinstance(field, str):
            field = field.encode("utf-8")
        elif isinstance(field, int):
            field = field.to_bytes(8, "little")
        digest.update(len(field).to_bytes(8, "little"))
        digest.update(field)
    return digest


DTYPES = {np.dtype(np.float32): ("F32", "<f4"), np.dtype(np.int64): ("I64", "<i8"), np.dtype(np.uint8): ("U8", "u1")}


def little_endian(array):
    return np.ascontiguousarray(array).astype(DTYPES[array.dtype][1]).tobytes()


#: A leaf hashes its bytes in pieces of so many.
PIECE = 16384


def pieces(data):
    """The SHA-256 of each piece, concatenated."""
    return b"".join(hashlib.sha256(data[at : at + PIECE]).digest() for at in range(0, len(data), PIECE))


class NotFinite(ArithmeticError):
    """A NaN or an infinity in a tensor that is looked at; `stage` is added on the way out."""

    def __init__(self, tensor, element):
        super().__init__(tensor, element)
        self.stage, self.tensor, self.element = "", tensor, element

    def __str__(self):
        return f"{self.stage}: element {self.element} of '{self.tensor}' is not finite"


def require_finite(name, array):
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise NotFinite(name, int(bad[0]))


class Leaf:
    def __init__(self, name, array):
        array = np.asarray(array)
        self.name, self.shape, self.dtype = name, list(array.shape), DTYPES[array.dtype][0]
        shape = b"".join(n.to_bytes(8, "little") for n in array.shape)
        if self.dtype == "F32":
            require_finite(name, array)
        self.digest = H("repro.tensor.v2", name, self.dtype, shape, pieces(little_endian(array))).digest()
        self.bits = None
        if array.size <= 64:
            width = array.dtype.itemsize * 2
            flat = np.ascontiguousarray(array).reshape(-1)
            unsigned = flat.view(f"u{array.dtype.itemsize}")
            self.bits = " ".join(f"{int(v):0{width}x}" for v in unsigned)

    def json(self):
        result = {"name": self.name, "dtype": self.dtype, "shape": self.shape, "digest": self.digest.hex()}
        if self.bits is not None:
            result["bits"] = self.bits
        return result


def streams_digest(streams):
    return H("repro.streams.v2", *[field for stream in streams for field in stream.fields()]).digest()


def node_digest(name, streams, children):
    return H("repro.node.v2", name, streams, *children).digest()


class Stage:
    """`checked` are tensors that would be leaves of a deeper digest: looked at, not hashed."""

    def __init__(self, name, tensors, streams=(), checked=()):
        self.name = name
        try:
            self.leaves = [Leaf(n, t) for n, t in tensors]
            for tensor in checked:
                require_finite(*tensor)
        except NotFinite as error:
            error.stage = name
            raise
        self.streams = streams_digest(streams)
        self.digest = node_digest(name, self.streams, [leaf.digest for leaf in self.leaves])

    def json(self, leaves=True):
        result = {"name": self.name, "streams": self.streams.hex(), "digest": self.digest.hex()}
        if leaves:
            result["leaves"] = [leaf.json() for leaf in self.leaves]
        return result


def root_digest(stages):
    return node_digest("run", streams_digest([]), [stage.digest for stage in stages])
