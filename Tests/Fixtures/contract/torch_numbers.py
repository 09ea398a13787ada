"""Section 9: PyTorch's numbers, the option `init` = `torch`."""

import math

import numpy as np

from .files import Refused
from .numerics import F32, fma


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


def initial(seed, specifications):
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
