"""What `repro run` leaves, for PyTorch; and weights of PyTorch's, for `repro run`.

Tensors are in safetensors files, read and written here by a few lines, so that no library is needed.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import pathlib
import re
import struct
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ._native.library import Refused

_TYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8}


_NAMES = {kind: name for name, kind in _TYPES.items()}


def read_tensors(path: str | os.PathLike) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name, in the order of the file; each has memory of its own.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no safetensors file, or has a type other than F32, F64, I64, I32 and U8.
    """
    data = pathlib.Path(path).read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8 : 8 + length])
        body, found = memoryview(data)[8 + length :], {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            kind, shape, (start, end) = _TYPES[entry["dtype"]], entry["shape"], entry["data_offsets"]
            if not 0 <= start <= end <= len(body) or end - start != math.prod(shape) * kind.itemsize:
                raise ValueError(f"{name!r} of shape {shape} has bytes {start} … {end} of {len(body)}")
            part = bytearray(body[start:end])
            flat = torch.frombuffer(part, dtype=kind) if part else torch.empty(0, dtype=kind)
            found[name] = flat.reshape(shape)
    except (struct.error, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path}: no safetensors file that can be read here: {error!r}") from error
    return found


def encoded_tensors(tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> bytes:
    """A safetensors file of tensors in their order, with strings about them.

    Raises:
        Refused: a tensor of another type than F32, F64, I64, I32 and U8, or not on the CPU.
    """
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    parts, offset = [], 0
    for name, tensor in tensors.items():
        if tensor.dtype not in _NAMES or not tensor.is_cpu:
            raise Refused(f"{name!r} is {tensor.dtype} on {tensor.device}; a file here holds {', '.join(_TYPES)} of the CPU")
        dense = tensor.detach().resolve_neg().contiguous()
        part = ctypes.string_at(dense.data_ptr(), dense.numel() * dense.element_size()) if dense.numel() else b""
        header[name] = {"dtype": _NAMES[dense.dtype], "shape": list(dense.shape), "data_offsets": [offset, offset + len(part)]}
        offset += len(part)
        parts.append(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *parts])


def write_bytes(path: str | os.PathLike, data: bytes) -> None:
    """Writes a file beside its place first, and then renames it.

    Raises:
        OSError: the file cannot be written.
    """
    target = pathlib.Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def write_tensors(path: str | os.PathLike, tensors: Mapping[str, Tensor]) -> None:
    """Writes a safetensors file of weights: what `"weights"` of an experiment reads.

    Args:
        tensors: binary32, on the CPU, by name; a model's `state_dict()`.

    Raises:
        Refused: a tensor of another type or device.
        OSError: the file cannot be written.
    """
    for name, tensor in tensors.items():
        if tensor.dtype is not torch.float32:
            raise Refused(f"{name!r} is {tensor.dtype} on {tensor.device}; weights are binary32 on the CPU")
    write_bytes(path, encoded_tensors(tensors))


class Run:
    """The directory of a run: what was trained, what it gave, and how it numbers text.

    Attributes:
        experiment, seed, digest: as `run.json` states them.
        options: every option of the experiment.
        parameters: by PyTorch's names, for `load_state_dict`.
        outputs: the logits of the splits that were evaluated, `test.logits`.
        tokens: those that have a number, from number 2 on; empty where the run read no text.
        labels: of the classes, from class 0 on.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        """
        Raises:
            OSError: a file cannot be read.
            ValueError: a file is not what a run leaves.
        """
        folder = pathlib.Path(path)
        record = self._json(folder / "run.json")
        try:
            self.experiment: str = record["experiment"]
            self.seed: int = record["seed"]
            self.digest: str = record["digest"]
            self.options: dict[str, Any] = record["options"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"{folder / 'run.json'}: no record of a run: {error!r}") from error
        self.parameters = read_tensors(folder / "model.safetensors")
        self.outputs = read_tensors(folder / "outputs.safetensors")
        encoding = folder / "encoding.json"
        self._encoding: dict[str, Any] = self._json(encoding) if encoding.exists() else {}
        self.tokens: list[str] = self._encoding.get("tokens", [])
        self.labels: list[str] = self._encoding.get("labels", [])
        self._numbers = {token: number for number, token in enumerate(self.tokens, 2)}

    @staticmethod
    def _json(path: pathlib.Path) -> Any:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def numbers(self, text: str) -> Tensor:
        """A text as the run numbers it: its tokens, 1 for one that is unknown.

        Raises:
            ValueError: the run read no text; the text has no token.
        """
        if not self.tokens:
            raise ValueError("the run read no text, and numbers none")
        if self._encoding["lowercase"]:
            text = re.sub("[A-Z]", lambda letter: letter[0].lower(), text)
        level = self._encoding["level"]
        if level == "words":
            found = [token for token in re.split("[\t-\r ]", text) if token]
        elif level == "characters":
            found = list(text)
        else:
            # A byte is a token of its own; those above 127 are no UTF-8, and a file of JSON cannot name them.
            raise Refused(f"tokens of level {level!r} cannot be numbered from a string; use repro predict")
        found = found[: self._encoding["maxLength"]]
        if not found:
            raise ValueError("a text without a token")
        return torch.tensor([self._numbers.get(token, 1) for token in found])


__all__ = ["Run", "read_tensors", "write_tensors"]
