"""Digests of tensors: SHA-256 as the numerical contract has it (section 12), for comparing runs."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from ._native import calls
from ._native.engines import engine
from ._native.library import Refused

_TYPES = {torch.float32: 0, torch.int64: 1, torch.uint8: 2}


def _leaf(name: str, tensor: Tensor) -> bytes:
    tensor = tensor.detach()
    if tensor.device.type != "cpu" or tensor.dtype not in _TYPES:
        raise Refused(
            f"{name!r} is {tensor.dtype} on {tensor.device}; a digest is of float32, int64 or uint8 on the CPU"
        )
    dense = tensor.resolve_neg().contiguous()
    result, text = (ctypes.c_uint8 * 32)(), ctypes.create_string_buffer(name.encode())
    shape = (ctypes.c_int64 * max(1, dense.dim()))(*dense.shape)
    calls.tensor_digest(
        engine().handle, ctypes.addressof(text), _TYPES[dense.dtype], ctypes.addressof(shape), dense.dim(),
        dense.data_ptr(), dense.numel() * dense.element_size(), ctypes.addressof(result),
    )  # fmt: skip
    return bytes(result)


def digest(tensors: Tensor | Mapping[str, Tensor] | Iterable[Tensor], name: str = "tensors") -> str:
    """64 hexadecimal digits that two collections of tensors share where every name, shape, type and bit is equal.

    Args:
        tensors: one tensor, which is a leaf of that name; or several, which are a node over their leaves in their
            order: named by their keys, or by their places, "0", "1", ….
        name: the leaf's or the node's.

    Raises:
        Refused: a tensor of another type than float32, int64 or uint8, or not on the CPU.
    """
    if isinstance(tensors, Tensor):
        return _leaf(name, tensors).hex()
    named = tensors.items() if isinstance(tensors, Mapping) else ((str(i), t) for i, t in enumerate(tensors))
    leaves = [_leaf(key, tensor) for key, tensor in named]
    children, text = ctypes.create_string_buffer(b"".join(leaves), max(1, 32 * len(leaves))), name.encode()
    buffer, result = ctypes.create_string_buffer(text), (ctypes.c_uint8 * 32)()
    calls.node_digest(
        engine().handle, ctypes.addressof(buffer), ctypes.addressof(children), len(leaves), ctypes.addressof(result)
    )
    return bytes(result).hex()
