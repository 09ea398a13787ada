#!/usr/bin/env python3
"""Writes Sources/CReproKernels/src/elementary/tables.h: the constants behind exp, log, log1p, tanh and sigmoid.

    python3 Tests/Fixtures/elementary_tables.py > Sources/CReproKernels/src/elementary/tables.h

Needs mpmath (1.4.1 made the file in the repository). Polynomials interpolate at Chebyshev nodes in 300-bit arithmetic,
which is within a small factor of the best approximation; coefficients are then rounded to binary64. The script prints
each polynomial's error over its interval beside it, measured on the rounded coefficients.
"""

import struct

from mpmath import cos, exp, log, lu_solve, matrix, mp, mpf, nstr, pi, sqrt

mp.prec = 300
LN2 = log(mpf(2))


def rounded(x):
    """The nearest binary64 number."""
    return float(x)


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def literal(x):
    return float(x).hex().replace(".0000000000000p", "p")


def chopped(x, places):
    """x rounded to a multiple of 2^-places: few enough bits for products by small integers to be exact."""
    return mp.nint(mpf(x) * mpf(2) ** places) / mpf(2) ** places


def interpolate(function, low, high, degree):
    """The polynomial of that degree through `function` at Chebyshev nodes, coefficients ascending, in binary64."""
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * degree + 2)) for i in range(degree + 1)]
    powers = matrix(degree + 1, degree + 1)
    values = matrix(degree + 1, 1)
    for row, node in enumerate(nodes):
        values[row] = function(node)
        for column in range(degree + 1):
            powers[row, column] = node**column
    return [rounded(c) for c in lu_solve(powers, values)]


def value(coefficients, x):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * x + mpf(c)
    return total


def worst(error, low, high, count=2001):
    """The largest |error| over an even grid, as a power of two."""
    largest = max(abs(error(low + (high - low) * i / (count - 1))) for i in range(count))
    return nstr(log(largest, 2), 4)


def series(function, threshold, terms):
    """`function` where its closed form does not cancel, else its Taylor series with the given terms."""
    return lambda x: function(x) if abs(x) > threshold else sum(c * x**n for n, c in enumerate(terms))


def exponential_tail(low, high, degree):
    """h with exp(r) = 1 + r + r² h(r)."""
    terms = [1 / mp.factorial(n + 2) for n in range(12)]
    h = series(lambda r: (exp(r) - 1 - r) / r**2, mpf(2) ** -20, terms)
    coefficients = interpolate(h, low, high, degree)
    error = worst(lambda r: r**2 * (value(coefficients, r) - h(r)), low, high)
    relative = worst(lambda r: r * (value(coefficients, r) - h(r)), low, high)
    return coefficients, error, relative


def logarithm_tail(degree):
    """R with log(1 + f) = f − s (f − s² R(s²)), s = f / (2 + f): 2 atanh(s) = 2s + s (s² R(s²))."""
    top = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * (1 + mpf(2) ** -20)
    terms = [mpf(2) / (2 * n + 3) for n in range(24)]
    closed = lambda z: (2 * mp.atanh(sqrt(z)) / sqrt(z) - 2) / z
    function = series(closed, mpf(2) ** -10, terms)
    coefficients = interpolate(function, mpf(0), top, degree)
    return coefficients, worst(lambda z: z * (value(coefficients, z) - function(z)) / 2, mpf(0), top)


def array(name, values, *comment):
    for line in comment:
        print(f"// {line}")
    print(f"static const double {name}[{len(values)}] = {{")
    for v in values:
        print(f"    {literal(v)},")
    print("};\n")


def constant(name, x, comment):
    print(f"// {comment}\nstatic const double {name} = {literal(rounded(x))};\n")


def main():
    print("// Constants of the elementary functions. Written by Tests/Fixtures/elementary_tables.py, which carries")
    print("// their derivation; change that script, not this file.\n")
    print("#ifndef REPRO_ELEMENTARY_TABLES_H\n#define REPRO_ELEMENTARY_TABLES_H\n\n#include <stdint.h>\n")

    print("// 2^(j/16), less j << 48 in the bit pattern: adding n << 48 for any n = 16 k + j then gives 2^(n/16).")
    print("static const uint64_t elementary_power[16] __attribute__((aligned(128))) = {")
    for j in range(16):
        power = bits(rounded(mpf(2) ** (mpf(j) / 16)))
        print(f"    0x{(power - (j << 48)) & (2**64 - 1):016x},")
    print("};\n")

    for parts in (16, 1):
        name = "" if parts == 1 else "16"
        constant(f"elementary_per{parts}_inverse", parts / LN2, f"{parts} / ln 2")
        step = LN2 / parts
        constant(f"elementary_per{parts}", step, f"ln 2 / {parts}")
        high = chopped(step, 36)
        exact = f"ln 2 / {parts} to 36 binary places: n × this is exact for |n| < 2^17, and"
        constant(f"elementary_per{parts}_high", high, exact)
        constant(f"elementary_per{parts}_low", step - high, "the rest of it")

    for parts, degree in ((16, 4), (1, 9)):
        half = LN2 / (2 * parts) * (1 + mpf(2) ** -30)
        coefficients, error, relative = exponential_tail(-half, half, degree)
        array(f"elementary_exp{parts}", coefficients, f"exp(r) = 1 + r + r² h(r), |r| <= ln 2 / {2 * parts}: h.",
              f"|error| of exp(r) < 2^{error}, of (exp(r) - 1) / r < 2^{relative}.")

    high = chopped(LN2, 42)
    constant("elementary_ln2_high", high, "ln 2 to 42 binary places: k × this is exact for |k| < 2^10, and")
    constant("elementary_ln2_low", LN2 - high, "the rest of it")
    coefficients, error = logarithm_tail(6)
    array("elementary_log", coefficients, "2 atanh(s) = 2 s + s z R(z), z = s², |s| <= (√2 - 1) / (√2 + 1): R.",
          f"|relative error| of the sum < 2^{error}.")
    print("#endif")


main()
