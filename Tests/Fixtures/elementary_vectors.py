#!/usr/bin/env python3
"""Writes the elementary functions' test vectors, and their digests over a stride, from MPFR alone.

    python3 Tests/Fixtures/elementary_vectors.py > Tests/ReproNumericsTests/Vectors/elementary.txt
    python3 Tests/Fixtures/elementary_vectors.py --digests

Needs gmpy2 (a Python binding of MPFR). Inputs are edge cases, the hard cases in elementary_hard_inputs.txt (whose exact
results lie within 2^-46 of themselves from a midpoint between two binary32 numbers, found by `prove --doubtful` built
with -DORACLE_BOUND=0x1p-46), the same with the other sign, and a spread over all patterns. The results owe nothing to
this project's code.
"""

import hashlib
import pathlib
import platform
import struct
import sys

import gmpy2
from gmpy2 import mpfr

FUNCTIONS = ("exp", "log", "log1p", "tanh", "sigmoid")
NAN, INFINITY, ONE, MINUS = 0x7FC00000, 0x7F800000, 0x3F800000, 0x80000000
STRIDE = 4099  # a prime: 1,047,809 of the 2^32 patterns, over every exponent and sign
SPREAD = 2_100_001  # about 2,000 more patterns

BINARY32 = gmpy2.context(precision=24, emin=-148, emax=128, subnormalize=True, round=gmpy2.RoundToNearest)


def from_bits(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def to_bits(value):
    """The pattern of an MPFR number of binary32's precision and range."""
    return struct.unpack("<I", struct.pack("<f", float(value)))[0]


def bounds(function, x, precision):
    """Lower and upper bounds of f(x)."""
    down = gmpy2.context(precision=precision, round=gmpy2.RoundDown)
    up = gmpy2.context(precision=precision, round=gmpy2.RoundUp)
    x = mpfr(x, 24)
    if function != "sigmoid":
        return getattr(down, function)(x), getattr(up, function)(x)
    low = down.div(1, up.add(1, up.exp(-x)))
    return low, up.div(1, down.add(1, down.exp(-x)))


def special(function, bits):
    """The pattern of a value that is defined outright, else None."""
    size, negative = bits & 0x7FFFFFFF, bits >> 31
    if size > INFINITY:
        return NAN
    if size == 0:
        return {"exp": ONE, "log": MINUS | INFINITY, "log1p": bits, "tanh": bits, "sigmoid": 0x3F000000}[function]
    if function in ("exp", "sigmoid"):
        if size == INFINITY:
            return 0 if negative else INFINITY if function == "exp" else ONE
    elif function == "tanh":
        if size == INFINITY:
            return bits & MINUS | ONE
    else:
        if negative and (function == "log" or size > ONE):
            return NAN
        if negative and size == ONE:
            return MINUS | INFINITY
        if size == INFINITY:
            return INFINITY
        if function == "log" and size == ONE:
            return 0
    return None


def result(function, bits):
    """The pattern of f, rounded to nearest, ties to even."""
    known = special(function, bits)
    precision = 64
    while known is None:
        low, high = (to_bits(BINARY32.plus(bound)) for bound in bounds(function, from_bits(bits), precision))
        known = low if low == high else None
        precision *= 2
    return known


def digests():
    for function in FUNCTIONS:
        digest = hashlib.sha256()
        for bits in range(0, 2**32, STRIDE):
            digest.update(struct.pack("<I", result(function, bits)))
        print(f"{function} stride {STRIDE} {digest.hexdigest()}", flush=True)


def edges():
    """Both zeros, the smallest and largest numbers, infinities, NaNs, 1, powers of two, and where results saturate."""
    anchors = [0, 0x00800000, INFINITY, ONE, 0x7FC00001, 0x7FFFFFFF, 0x7F800001, 0x7FA00000]
    anchors += [exponent << 23 for exponent in range(255)]
    # exp overflows, is subnormal, vanishes; tanh and sigmoid reach 1; sigmoid is subnormal, vanishes.
    anchors += [0x42B17217, 0x42AEAC50, 0x42CFF1B5, 0x41102CB4, 0x418AA123]
    for anchor in anchors:
        for bits in (anchor - 1, anchor, anchor + 1):
            if 0 <= bits < MINUS:
                yield bits
                yield bits | MINUS


def inputs():
    path = pathlib.Path(__file__).with_name("elementary_hard_inputs.txt")
    common = set(edges()) | set(range(0, 2**32, SPREAD))
    chosen = {function: set(common) for function in FUNCTIONS}
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        function, pattern = line.split()
        bits = int(pattern, 16)
        chosen[function] |= {bits, bits ^ MINUS}
    return chosen


def main():
    if sys.argv[1:] == ["--digests"]:
        digests()
        return
    print("# python3 Tests/Fixtures/elementary_vectors.py > Tests/ReproNumericsTests/Vectors/elementary.txt")
    print(f"# Python {platform.python_version()}, gmpy2 {gmpy2.version()}, {gmpy2.mpfr_version()}")
    print("# function, bit pattern of the argument, bit pattern of the correctly rounded result")
    for function, patterns in inputs().items():
        for bits in sorted(patterns):
            print(f"{function} {bits:08x} {result(function, bits):08x}")


main()
