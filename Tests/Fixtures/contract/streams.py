"""Section 9: PCG64 seeded through SeedSequence, and what is drawn from it."""

import math
import zlib

import numpy as np

F32 = np.float32

PARAMETER, DATA, EPOCH, DROPOUT, SPLIT = range(5)


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
