"""Random streams: NumPy's PCG64 under NumPy's SeedSequence, in the library's own code."""

from __future__ import annotations

import ctypes
import zlib
from collections.abc import Sequence

import torch
from torch import Tensor

from . import calls
from .tensors import place


def name_key(name: str) -> int:
    """CRC-32 of a name's UTF-8: the key of what is drawn for it."""
    return zlib.crc32(name.encode())


class Stream:
    """`numpy.random.PCG64(numpy.random.SeedSequence(seed, spawn_key=key))`, at its beginning.

    It can be copied and pickled wherever it stands.
    """

    def __init__(self, seed: int, key: Sequence[int] = ()) -> None:
        """
        Args:
            seed: 0 … 2^64 − 1.
            key: words of 32 bits.

        Raises:
            ValueError: a seed or a word out of its range.
        """
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 64:
            raise ValueError(f"a seed is an integer of 0 … 2^64 − 1, not {seed!r}")
        if any(not 0 <= word < 1 << 32 for word in key):
            raise ValueError(f"a spawn key has words of 0 … 2^32 − 1, not {tuple(key)}")
        self._state = (ctypes.c_uint64 * 6)()
        words = (ctypes.c_uint32 * max(1, len(key)))(*key)
        calls.stream_create(seed, ctypes.addressof(words), len(key), self.address)

    @property
    def address(self) -> int:
        """Where the library reads and writes the state."""
        return ctypes.addressof(self._state)

    def uniform(self, shape: Sequence[int], low: float = 0.0, high: float = 1.0) -> Tensor:
        """Numbers of U(low, high), binary32, in row-major order."""
        result = torch.empty(shape, dtype=torch.float32, device="cpu")
        calls.stream_uniform(self.address, low, high, *place(result))
        return result

    def permutation(self, count: int) -> list[int]:
        """NumPy's `Generator.permutation(count)`."""
        result = (ctypes.c_int64 * max(1, count))()
        calls.stream_permutation(self.address, ctypes.addressof(result), count)
        return list(result[:count])

    def copy(self) -> Stream:
        """A stream that goes on by itself from here."""
        other = object.__new__(Stream)
        other.__setstate__(self.__getstate__())
        return other

    def __getstate__(self) -> tuple[int, ...]:
        return tuple(self._state)

    def __setstate__(self, state: tuple[int, ...]) -> None:
        self._state = (ctypes.c_uint64 * 6)(*state)
