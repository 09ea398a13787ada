"""What a test gives, as named tensors with digests, and where two of them part."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from .goldens import Golden, Leaf, NotJudged

_TYPES = {"torch.float32": "F32", "torch.int64": "I64", "torch.uint8": "U8"}


def named(value) -> dict:
    """Tensors by name, in the order of the names' bytes: those of a mapping by its keys, of a list by their places, and one as "value".

    Raises:
        NotJudged: no tensor, or one of a type or device that no digest is of.
    """
    import torch

    if isinstance(value, torch.Tensor):
        found = {"value": value}
    elif isinstance(value, Mapping):
        found = dict(value)
    else:
        try:
            found = {str(place): each for place, each in enumerate(value)}
        except TypeError:
            raise NotJudged(f"a golden is of tensors, not of {type(value).__name__}") from None
    if not found:
        raise NotJudged("a golden of no tensor says nothing")
    result = {}
    for name, tensor in found.items():
        if not isinstance(name, str) or name == "__metadata__":
            raise NotJudged(f"{name!r} cannot be the name of a tensor")
        if not isinstance(tensor, torch.Tensor):
            raise NotJudged(f"{name!r} should be a Tensor, not {type(tensor).__name__}")
        if str(tensor.dtype) not in _TYPES or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
            raise NotJudged(
                f"{name!r} is {tensor.dtype}, {tensor.layout} on {tensor.device}; a golden is of float32, int64 or uint8 on the CPU"
            )
        result[name] = tensor.detach().resolve_neg().contiguous()
    return {name: result[name] for name in sorted(result, key=str.encode)}


def leaves(tensors: dict) -> tuple[Leaf, ...]:
    """Digests of tensors that `named` gave."""
    import repro_torch

    return tuple(
        Leaf(name, _TYPES[str(tensor.dtype)], tuple(tensor.shape), repro_torch.digest(tensor, name))
        for name, tensor in tensors.items()
    )


def difference(golden: Golden, found: dict, kept: dict | None) -> str:
    """Where tensors part from a golden's: by the first element where the golden's are kept, else by name."""
    now = {leaf.name: leaf for leaf in leaves(found)}
    lines = []
    for leaf in golden.tensors:
        other = now.pop(leaf.name, None)
        if other == leaf:
            continue
        if other is None:
            lines.append(f"tensor '{leaf.name}': only the golden has it")
        elif other.type != leaf.type:
            lines.append(f"tensor '{leaf.name}': {leaf.type} in the golden, {other.type} now")
        elif other.shape != leaf.shape:
            lines.append(f"tensor '{leaf.name}': shape {list(leaf.shape)} in the golden, {list(other.shape)} now")
        elif kept is None:
            lines.append(f"tensor '{leaf.name}': another digest; no tensors are kept that would show its elements")
        else:
            lines.append(f"tensor '{leaf.name}': {elements(kept[leaf.name], found[leaf.name])}")
    lines += [f"tensor '{name}': the golden has none of this name" for name in now]
    return "\n".join(lines)


def elements(before, after) -> str:
    """How many elements of two tensors of one type and shape differ, by how much, and the first of them."""
    import torch

    size = before.element_size()
    kind = {1: torch.uint8, 4: torch.int32, 8: torch.int64}[size]
    one, other = (t.reshape(-1).view(kind) for t in (before, after))
    places = (one != other).nonzero().reshape(-1)
    if not len(places):
        return "equal"
    text = f"{len(places)} of {one.numel()} differ"
    place = int(places[0])
    index, rest = [], place
    for length in reversed(before.shape):
        index.insert(0, rest % length)
        rest //= length
    patterns = [int(t[place]) & ((1 << 8 * size) - 1) for t in (one, other)]
    bits = [f"{pattern:0{2 * size}x}" for pattern in patterns]
    values = [t.reshape(-1)[place].item() for t in (before, after)]
    if before.dtype is not torch.float32:
        return f"{text}; first {index} {bits[0]} → {bits[1]}  {values[0]} → {values[1]}"
    apart = (_ordered(one[places]) - _ordered(other[places])).abs()
    numbers = ~(before.reshape(-1)[places].isnan() | after.reshape(-1)[places].isnan())
    if bool(numbers.any()):
        distance = (before.reshape(-1)[places].double() - after.reshape(-1)[places].double()).abs()[numbers].max()
        text += f", by up to {int(apart[numbers].max())} ulp ({float(distance)})"
    text += f"; first {index} {bits[0]} → {bits[1]}  {_shortest(values[0])} → {_shortest(values[1])}"
    return text + (f"  {int(apart[0])} ulp ({abs(values[0] - values[1])})" if bool(numbers[0]) else "")


def _ordered(patterns):
    """The places of binary32 numbers among all of them in their order, −0 directly below +0."""
    wide = patterns.long()
    return wide.where(wide >= 0, -1 - (wide & 0x7FFFFFFF))


def _shortest(value: float) -> str:
    """The shortest decimal digits that mean this binary32 number."""
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if value != value or struct.unpack("f", struct.pack("f", float(text)))[0] == value:
            return text
    return repr(value)
