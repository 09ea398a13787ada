// Exact fused multiply-add without the instruction.
//
// The product of two binary32 numbers is exact in binary64. TwoSum gives the binary64 sum s of product and addend and
// its rounding error e, exactly. Where e is not 0 and the last bit of s is even, s moves one unit towards e: that is
// rounding to odd, and with 53 bits ≥ 24 + 2 the conversion to binary32 then rounds as if from the exact sum (Boldo and
// Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008), subnormal
// results included. No binary64 step leaves the normal range: a nonzero product is at least 2^-298 and below 2^256, and
// all else is a multiple of 2^-298. With an infinite or NaN operand e is NaN, both comparisons below are false, and s
// is the answer.
#ifndef REPRO_FMA_EMULATED_H
#define REPRO_FMA_EMULATED_H

#include <stdint.h>

#include "contraction.h"

typedef float fma_floats __attribute__((vector_size(16)));
typedef double fma_doubles __attribute__((vector_size(32)));
typedef int64_t fma_integers __attribute__((vector_size(32)));

/// fma(a, b, c) in each of four lanes.
static inline __attribute__((always_inline, unused)) fma_floats fma_emulated(fma_floats a, fma_floats b, fma_floats c) {
    fma_doubles product = __builtin_convertvector(a, fma_doubles) * __builtin_convertvector(b, fma_doubles);
    fma_doubles addend = __builtin_convertvector(c, fma_doubles);
    fma_doubles sum = product + addend;
    fma_doubles part = sum - product;
    fma_doubles error = (product - (sum - part)) + (addend - part);
    // Towards the error is away from zero where the two agree in sign. Their product cannot underflow: ≥ 2^-596.
    fma_doubles agreement = error * sum;
    fma_doubles zero = {0};
    // A comparison gives −1 where it holds: +1 unit away from zero, −1 towards it, 0 where the sum is exact.
    fma_integers step = (agreement < zero) - (agreement > zero);
    fma_integers bits = (fma_integers)sum;
    bits += step & ((bits & 1) - 1);
    return __builtin_convertvector((fma_doubles)bits, fma_floats);
}

#endif
