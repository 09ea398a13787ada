"""SHA-256 of tensors and arrays over element type, shape and elements in row-major order, whatever the strides.

A digest covers the text `DTYPE;D0,D1,...;` and then the little-endian bytes of the elements. Reading changes nothing: no gradient
mode, no random number, no element. What has no plain memory (a meta, fake or batched tensor) has no digest.
"""

import ctypes
import hashlib


def of_bytes(kind, shape, data):
    hasher = hashlib.sha256(("%s;%s;" % (kind, ",".join(map(str, shape)))).encode())
    hasher.update(data)
    return hasher.hexdigest()


class Digests:
    """Describes values as {"digest", "dtype", "shape"}, and keeps their bytes where that is asked."""

    def __init__(self, trace):
        self.trace = trace

    def tensor(self, tensor, keep=False):
        """A PyTorch tensor; {"digest": None} where it has no memory to read."""
        import torch

        try:
            with torch._C.DisableTorchFunction(), torch.no_grad():
                plain = tensor.detach()
                if plain.layout is not torch.strided:
                    plain = plain.to_dense()
                if plain.is_quantized:
                    plain = plain.int_repr()
                plain = plain.resolve_conj().resolve_neg().cpu().contiguous()
                kind, shape = str(plain.dtype).replace("torch.", ""), list(plain.shape)
                count = plain.numel() * plain.element_size()
                if count and not plain.data_ptr():
                    return {"digest": None, "dtype": kind, "shape": shape}
                data = (ctypes.c_char * count).from_address(plain.data_ptr()) if count else b""
                return self.described(kind, shape, data, keep)
        except Exception:
            return {"digest": None, "dtype": str(getattr(tensor, "dtype", "")).replace("torch.", ""), "shape": []}

    def array(self, array, keep=False):
        """A NumPy array or scalar; object arrays have no digest."""
        import numpy

        try:
            plain = numpy.ascontiguousarray(array)
            shape = list(numpy.shape(array))
            if plain.dtype.hasobject:
                return {"digest": None, "dtype": "object", "shape": shape}
            return self.described(plain.dtype.name, shape, memoryview(plain).cast("B") if plain.size else b"", keep)
        except Exception:
            return {"digest": None, "dtype": "", "shape": []}

    def described(self, kind, shape, data, keep):
        digest = of_bytes(kind, shape, data)
        fields = {"digest": digest, "dtype": kind, "shape": [int(size) for size in shape]}
        if keep and self.trace.keep(digest, memoryview(data)):
            fields["kept"] = True
        return fields


def of_text(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def leaves(value, name="", depth=0):
    """(name, leaf) of everything inside nested tuples, lists, mappings and data classes; names like `0.hidden`."""
    if depth > 8:
        return
    if isinstance(value, dict) or hasattr(value, "items") and hasattr(value, "keys"):
        pairs = ((str(key), value[key]) for key in list(value.keys()))
    elif isinstance(value, (list, tuple)):
        pairs = ((str(index), item) for index, item in enumerate(value))
    elif hasattr(value, "__dataclass_fields__"):
        pairs = ((field, getattr(value, field, None)) for field in value.__dataclass_fields__)
    else:
        yield name, value
        return
    for key, item in pairs:
        yield from leaves(item, "%s.%s" % (name, key) if name else key, depth + 1)
