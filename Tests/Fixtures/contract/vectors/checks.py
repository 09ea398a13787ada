"""Checks of the building blocks against exact or library definitions of the same things."""

import random
import sys
from fractions import Fraction

import numpy as np

from .. import files, numerics, streams
from ..numerics import F32, fma
from . import derivatives, drawing


def _bits(x):
    return np.asarray(x, F32).reshape(-1).view(np.uint32)


def _exact_fma(a, b, c):
    import gmpy2

    value = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    if value == 0:
        # An exact zero: negative only where both summands are.
        negative = (np.signbit(a) != np.signbit(b)) and np.signbit(c)
        zero_product = a == 0 or b == 0
        return 0x80000000 if negative and (zero_product or c == 0) else 0
    with gmpy2.context(gmpy2.get_context(), precision=2000):
        exact = gmpy2.mpfr(value.numerator) / gmpy2.mpfr(value.denominator)
    return numerics._round_to_binary32(exact)


def check_fma(count=40000):
    rng = np.random.Generator(np.random.PCG64(1))
    a, b, c = (rng.integers(0, 2**32, count, dtype=np.uint32).view(F32) for _ in range(3))
    # A third of the cases near cancellation, a third with few bits, so that ties occur; subnormals as they come.
    third = count // 3
    with np.errstate(all="ignore"):
        c[:third] = -(a[:third] * b[:third])
        few = lambda: F32(rng.integers(-(2**13), 2**13, third)) * F32(2.0) ** F32(rng.integers(-80, 2, third))
        a[third : 2 * third], b[third : 2 * third], c[third : 2 * third] = few(), few(), few()
        for v in (a, b, c):
            v[~np.isfinite(v)] = 1
        edges = F32([0.0, -0.0, 1e-45, -1e-45, 1.1754944e-38, 1, -1, 2.0**-24, 3.4e38])
        grid = np.array(np.meshgrid(edges, edges, edges)).reshape(3, -1)
        a, b, c = (np.concatenate([v, g]) for v, g in zip((a, b, c), grid))
        got = _bits(fma(a, b, c))
    for i in range(a.size):
        want = _exact_fma(a[i], b[i], c[i])
        assert got[i] == want, (a[i], b[i], c[i], hex(got[i]), hex(want))
    return a.size


def check_functions(count=20000):
    """The two ways to the functions agree: everything from MPFR, and only what binary64 leaves open."""
    rng = np.random.Generator(np.random.PCG64(2))
    x = np.concatenate(
        [
            rng.integers(0, 2**32, count, dtype=np.uint32).view(F32),
            F32(rng.uniform(-110, 110, count)),
            F32(rng.uniform(-2, 2, count)),
            F32(2.0) ** F32(np.arange(-149, 128)),
            -(F32(2.0) ** F32(np.arange(-149, 128))),
            F32([0.0, -0.0, np.inf, -np.inf, np.nan]),
        ]
    )
    for name in ("exp", "log", "log1p", "tanh", "sigmoid"):
        with np.errstate(all="ignore"):
            fast = _bits(numerics._function(name, x))
        numerics.always_exact = True
        exact = _bits(numerics._function(name, x))
        numerics.always_exact = False
        bad = np.flatnonzero(fast != exact)
        assert bad.size == 0, (name, x[bad[:5]])
    return 5 * x.size


def check_streams():
    for seed in (0, 42, 2**64 - 1):
        for domain, key in ((0, 0xFFFFFFFF), (2, 0), (4, 0)):
            for n in (1, 2, 3, 512, 3999):
                ours = streams.Stream(seed, domain, key)
                theirs = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(domain, key))))
                assert ours.permutation(n) == theirs.permutation(n).tolist()
                a, b = ours.bits.state, theirs.bit_generator.state
                assert a["state"] == b["state"] and a["has_uint32"] == b["has_uint32"]
                assert not a["has_uint32"] or a["uinteger"] == b["uinteger"]
    # next32 over uneven counts is one sequence.
    a, b = streams.Stream(3, 1, 0), streams.Stream(3, 1, 0)
    parts = np.concatenate([a.next32(n) for n in (1, 2, 3, 0, 1, 4, 2)])
    assert np.array_equal(parts, b.next32(13))
    return 45


def check_refusals():
    """What the contract calls an error is refused, alone and behind what is right; what is right is read."""
    word, line = drawing.word_line(1, "a", "X"), "x\ta"
    for read, right, wrong in (
        (files.conllu, word + "\n\n", drawing.REFUSED_SENTENCES + ["\ufeff" + word]),
        (files.tsv, line + "\n", drawing.REFUSED_LINES + ["\ufeff" + line]),
    ):
        assert len(read(right.encode())) == 1
        for before, text in [(before, text) for before in ("", right) for text in wrong] + [("", "")]:
            if before and text.startswith("\ufeff"):
                continue
            try:
                found = read((before + text + "\n").encode("utf-8", "surrogateescape"))
            except files.Refused:
                continue
            raise AssertionError(f"{before + text!r} is read as {found}")
    return len(drawing.REFUSED_SENTENCES) + len(drawing.REFUSED_LINES)


def run():
    everything = (
        check_streams, check_functions, check_fma, check_refusals, derivatives.check_recurrent, derivatives.check_training,
    )  # fmt: skip
    for check in everything:
        print(f"{check.__name__}: {check()} right", file=sys.stderr)
    return 0
