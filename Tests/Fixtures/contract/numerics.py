"""Sections 1 to 3: binary32 arithmetic, chains and the elementary functions."""

import gmpy2
import numpy as np

F32 = np.float32
F64 = np.float64

ZERO = F32(0)
ONE = F32(1)


def check_environment():
    """Refuses to run where subnormals are flushed or the rounding mode is not to nearest."""
    smallest = np.array([1], dtype=np.uint32).view(F32)
    if (smallest * F32(1)).view(np.uint32)[0] != 1 or (smallest.astype(F64) / 2).astype(F32)[0] != 0:
        raise RuntimeError("subnormals are not kept")
    if np.array([1], dtype=F32)[0] + F32(2.0**-24) != 1 or F32(1) + F32(3 * 2.0**-25) != F32(1 + 2.0**-23):
        raise RuntimeError("rounding is not to nearest, ties to even")


def fma(a, b, c):
    """`a × b + c` rounded once to binary32, element by element.

    The product is exact in binary64. The sum is rounded to odd there, which makes the second rounding harmless:
    53 bits are more than 24 + 2.
    """
    p = np.multiply(a, b, dtype=F64)
    c = np.asarray(c, dtype=F64)
    s = p + c
    # TwoSum: the exact error of s.
    t = s - p
    e = (p - (s - t)) + (c - t)
    bits = s.view(np.int64)
    inexact = (e != 0) & np.isfinite(s)
    odd = (bits & 1) == 1
    step = np.where((e > 0) == (s > 0), 1, -1)
    bits = np.where(inexact & ~odd, bits + step, bits)
    with np.errstate(over="ignore", under="ignore"):
        return bits.view(F64).astype(F32)


def chain(a, b, start):
    """`acc ← fma(a[..., k], b[..., k], acc)` for ascending k from `start`, over the last axis."""
    acc = start
    for k in range(a.shape[-1]):
        acc = fma(a[..., k], b[..., k], acc)
    return acc


def affine(x, w, start):
    """Rows of `x` (n × K) against rows of `w` (R × K): chains from `start` (R, or n × R)."""
    acc = np.broadcast_to(start, (x.shape[0], w.shape[0])).astype(F32)
    for k in range(x.shape[1]):
        acc = fma(x[:, k, None], w[None, :, k], acc)
    return acc


def running_sum(x, start=None):
    """The sum over the first axis in ascending order from +0."""
    acc = np.zeros(x.shape[1:], F32) if start is None else start
    for k in range(x.shape[0]):
        acc = acc + x[k]
    return acc


# Section 3.

NAN = np.array([0x7FC00000], dtype=np.uint32).view(F32)[0]


def _round_to_binary32(value):
    """A finite, nonzero mpfr rounded to the nearest binary32, ties to even; returns the bit pattern."""
    mantissa, exponent = value.as_mantissa_exp()
    mantissa, exponent = int(mantissa), int(exponent)
    sign = 0x80000000 if mantissa < 0 else 0
    mantissa = abs(mantissa)
    # The weight of the last place: 24 bits, and never below 2^-149.
    place = max(mantissa.bit_length() + exponent - 24, -149)
    shift = place - exponent
    if shift <= 0:
        units = mantissa << -shift
    else:
        units, rest = mantissa >> shift, mantissa & ((1 << shift) - 1)
        half = 1 << (shift - 1)
        if rest > half or (rest == half and units & 1):
            units += 1
    if units == 1 << 24:
        units, place = units >> 1, place + 1
    if units < 1 << 23:
        return sign | units
    biased = place + 150
    if biased >= 255:
        return sign | 0x7F800000
    return sign | (biased << 23) | (units - (1 << 23))


def _mpfr_sigmoid(x):
    return 1 / (1 + gmpy2.exp(-x))


_EXACT = {
    "exp": gmpy2.exp,
    "log": gmpy2.log,
    "log1p": gmpy2.log1p,
    "tanh": gmpy2.tanh,
    "sigmoid": _mpfr_sigmoid,
}


def _special(name, x):
    """The inputs whose result is exact, infinite or not a number; None for all the others."""
    if np.isnan(x):
        return NAN
    if name == "exp":
        if np.isinf(x):
            return F32(np.inf) if x > 0 else ZERO
        if x == 0:
            return ONE
    elif name == "log":
        if x == 0:
            return F32(-np.inf)
        if x < 0:
            return NAN
        if np.isinf(x):
            return x
        if x == 1:
            return ZERO
    elif name == "log1p":
        if x == 0:
            return x
        if x == -1:
            return F32(-np.inf)
        if x < -1:
            return NAN
        if np.isinf(x):
            return x
    elif name == "tanh":
        if x == 0:
            return x
        if np.isinf(x):
            return F32(np.copysign(1, x))
    elif name == "sigmoid":
        if np.isinf(x):
            return ONE if x > 0 else ZERO
        if x == 0:
            return F32(0.5)
    # Far outside the range of results: the neighbourhood of the limit decides, at any precision.
    if name == "exp" and x > 200:
        return F32(np.inf)
    if name in ("exp", "sigmoid") and x < -200:
        return ZERO
    if name == "sigmoid" and x > 200:
        return ONE
    if name == "tanh" and abs(x) > 200:
        return F32(np.copysign(1, x))
    return None


def exact_function(name, x):
    """The correctly rounded value for one binary32, by MPFR: more precision until the rounding is certain."""
    x = F32(x)
    special = _special(name, x)
    if special is not None:
        return special
    function = _EXACT[name]
    precision = 160
    while precision <= 4096:
        with gmpy2.context(gmpy2.get_context(), precision=precision, round=gmpy2.RoundToNearest):
            value = function(gmpy2.mpfr(float(x)))
            margin = abs(value) * gmpy2.exp2(-(precision - 16))
            low, high = _round_to_binary32(value - margin), _round_to_binary32(value + margin)
        if low == high:
            return np.array([low], dtype=np.uint32).view(F32)[0]
        precision *= 2
    raise ArithmeticError(f"{name}({x!r}) is undecided at {precision} bits")


def _double(name, x):
    if name == "exp":
        return np.exp(x)
    if name == "log":
        return np.log(x)
    if name == "log1p":
        return np.log1p(x)
    if name == "tanh":
        return np.tanh(x)
    return 1 / (1 + np.exp(-x))


#: Whether every value comes from MPFR, or only those that binary64 cannot decide with a wide margin.
always_exact = False

#: How often MPFR decided.
exact_calls = 0


def _function(name, x):
    global exact_calls
    x = np.asarray(x, dtype=F32)
    flat = x.reshape(-1)
    with np.errstate(all="ignore"):
        value = _double(name, flat.astype(F64))
        # 2^-40 relative: some 4000 units in the last place of binary64, against an error of a few.
        low = (value * (1 - 2.0**-40)).astype(F32)
        high = (value * (1 + 2.0**-40)).astype(F32)
        decided = (low == high) & (low != 0) & np.isfinite(low)
    if always_exact:
        decided[:] = False
    result = low
    undecided = np.flatnonzero(~decided)
    exact_calls += undecided.size
    for index in undecided:
        result[index] = exact_function(name, flat[index])
    return result.reshape(x.shape)


def exp(x):
    return _function("exp", x)


def log(x):
    return _function("log", x)


def log1p(x):
    return _function("log1p", x)


def tanh(x):
    return _function("tanh", x)


def sigmoid(x):
    return _function("sigmoid", x)
