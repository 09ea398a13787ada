"""Section 9: PCG64 seeded through SeedSequence, what is drawn from it, and PyTorch's numbers."""

import math
import zlib

import numpy as np

from .files import Refused
from .numerics import F32, fma

PARAMETER, DATA, EPOCH, DROPOUT, SPLIT, EMBEDDING_DROPOUT, READOUT_DROPOUT, BATCH_ORDER = range(8)


def key_of(name):
    return zlib.crc32(name.encode("utf-8"))


class Stream:
    def __init__(self, seed, domain, key):
        self.domain, self.key = domain, key
        self.bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(domain, key)))

    def next32(self, count):
        """`count` draws of 32 bits: the low half of a 64-bit draw, then its high half."""
        state = self.bits.state
        out = np.empty(count, np.uint64)
        at = 0
        buffered = state["has_uint32"] == 1
        if buffered and count > 0:
            out[0] = state["uinteger"]
            at, buffered = 1, False
        left = count - at
        value = 0
        if left > 0:
            raw = np.atleast_1d(self.bits.random_raw((left + 1) // 2)).astype(np.uint64)
            halves = np.stack([raw & np.uint64(0xFFFFFFFF), raw >> np.uint64(32)], axis=1).reshape(-1)
            out[at:] = halves[:left]
            buffered = left % 2 == 1
            value = int(halves[-1])
        state = self.bits.state
        state["has_uint32"] = 1 if buffered else 0
        state["uinteger"] = value if buffered else 0
        self.bits.state = state
        return out

    def unit(self, shape):
        """`u = (next32 >> 8) × 2^−24`."""
        count = math.prod(shape)
        u = (self.next32(count) >> np.uint64(8)).astype(F32) * F32(2.0**-24)
        return u.reshape(shape)

    def uniform(self, a, b, shape):
        a, b = F32(a), F32(b)
        return a + (b - a) * self.unit(shape)

    def pick(self, n):
        return (int(self.next32(1)[0]) >> 8) * n >> 24

    def permutation(self, n):
        values = list(range(n))
        for i in range(n - 1, 0, -1):
            mask = (1 << i.bit_length()) - 1
            while True:
                j = int(self.next32(1)[0]) & mask
                if j <= i:
                    break
            values[i], values[j] = values[j], values[i]
        return values

    def fields(self):
        """The five fields of the streams' digest."""
        state = self.bits.state
        return [
            self.domain.to_bytes(8, "little"),
            self.key.to_bytes(8, "little"),
            state["state"]["state"].to_bytes(16, "little"),
            state["state"]["inc"].to_bytes(16, "little"),
            ((1 << 32) + state["uinteger"] if state["has_uint32"] else 0).to_bytes(8, "little"),
        ]


# PyTorch's numbers, the option `init` = `torch`.


class TorchGenerator:
    """One MT19937 seeded with the low 32 bits of a seed by init_genrand, which NumPy's legacy seeding is."""

    def __init__(self, seed):
        self.seed, self.draws = seed, 0
        self.bits = np.random.MT19937()
        self.bits._legacy_seeding(seed & 0xFFFFFFFF)

    def uniform(self, k, shape):
        """`fma(u, 2k, −k)` with `u = (draw mod 2^24) × 2^−24` and k rounded to binary32."""
        count = math.prod(shape)
        self.draws += count
        raw = np.atleast_1d(self.bits.random_raw(count)).astype(np.uint64)
        u = (raw & np.uint64(0xFFFFFF)).astype(F32) * F32(2.0**-24)
        k = F32(k)
        return fma(u, F32(2) * k, -k).reshape(shape)

    def fields(self):
        domain, key = (1 << 32) - 1, 0
        return [
            domain.to_bytes(8, "little"),
            key.to_bytes(8, "little"),
            self.draws.to_bytes(16, "little"),
            self.seed.to_bytes(16, "little"),
            0,
        ]


def torch_initial(seed, specifications):
    """PyTorch's numbers: one generator for all, and a bound of its own for the linear weight."""
    generator = TorchGenerator(seed)
    params = {}
    for name, shape, k, padding in specifications:
        if padding is not None:
            raise Refused("an embedding does not start from PyTorch's numbers")
        if name == "linear.weight":
            k = math.sqrt(3) * (math.sqrt(2 / (1 + math.sqrt(5) * math.sqrt(5))) / math.sqrt(shape[1]))
        params[name] = generator.uniform(k, shape)
    return params, [generator]
