// Binary64 approximations whose error is bounded by hand, written for that and not for speed or closeness: Taylor
// series and their plain sums, no table, nothing shared with the kernels.
//
// u = 2^-53. Every operation returns its exact result times 1 + d, |d| <= u (no operand or result below is subnormal
// or overflows). The bound claimed is 2^-42 = 2048 u; the sums below stay under 100 u.
#include "oracle.h"

#pragma STDC FP_CONTRACT OFF

const char *const function_names[FUNCTIONS] = {"exp", "log", "log1p", "tanh", "sigmoid"};

static inline double from_bits(uint64_t bits) {
    double x;
    __builtin_memcpy(&x, &bits, 8);
    return x;
}
static inline uint64_t to_bits(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, 8);
    return bits;
}

/// (exp(r) − 1) / r for |r| <= 0.35, by Taylor's series to r^15 / 16!; the rest is below 0.35^16 / 17! < 2^-72.
/// Horner with every product at most 0.35 / 2 of the sum it joins: each step's two roundings reach the result reduced
/// by at least 5.7 a level, so the error is below 3 u; the value lies in (0.84, 1.2).
static inline double quotient(double r) {
    static const double factorial[] = {1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800, 479001600,
                                       6227020800, 87178291200, 1307674368000, 20922789888000};
    double sum = 1 / factorial[15];
    for (int n = 14; n >= 0; n--) sum = sum * r + 1 / factorial[n];
    return sum;
}

/// exp(y), |y| < 300, as 2^k (1 + r quotient(r)). k ln2_high is exact (33 bits times at most 9); y − k ln2_high is
/// exact (Sterbenz, or k = 0). ln2_high + ln2_low is ln 2 to 2^-85, so r is off by at most 2^-76 + 2 u |k ln2_low| +
/// u |r| < u: a relative error u of the result. With quotient's 3 u × 0.35 × 1.2 and two roundings the sum is within
/// 5 u of itself, which is at least 0.7.
static inline double exponential(double y) {
    const double shifter = 0x1.8p52, ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    double t = y * 0x1.71547652b82fep0 + shifter;
    double k = t - shifter;
    double r = (y - k * ln2_high) - k * ln2_low;
    return (1 + r * quotient(r)) * from_bits((to_bits(t) + 1023) << 52);
}

/// 2 atanh(s), |s| <= 0.172, by its series to s^23 / 23; the rest is below 0.172^24 / 24 of it < 2^-65. Error below 3
/// u by the argument of `quotient` (products are below 0.03 of the sums), 6 u with s's own 2 u and the last product.
static inline double twice_atanh(double s) {
    double z = s * s, sum = 2.0 / 23;
    for (int n = 21; n >= 1; n -= 2) sum = sum * z + 2.0 / n;
    return s * sum;
}

/// log(v), v positive and normal. 2^-k v = m in [0.70, 1.42) exactly, m − 1 exact, m + 1 within u; s within 2 u.
/// Where k is not 0, |k ln 2| >= 0.69 and |log m| <= 0.36 cancel to no less than 0.33 |k|, so errors of 6 u × 0.36,
/// 2 u × 0.7 |k| and a rounding stay below 16 u of the result.
static inline double logarithm(double v) {
    const uint64_t low = 0x3fe6a00000000000, one = 0x3ff0000000000000;
    uint64_t biased = (to_bits(v) + (one - low)) >> 52;
    double k = from_bits(biased | 0x4330000000000000) - 0x1p52 - 1023;
    double m = from_bits(to_bits(v) - (biased << 52) + one);
    return k * 0x1.62e42fefa39efp-1 + twice_atanh((m - 1) / (m + 1));
}

static inline double approximate(int function, double x) {
    switch (function) {
    case EXP: {
        // Both clamps keep the rounded result: exp(-110) < 2^-150 and exp(90) > 2^128.
        double y = x < -110 ? -110 : x > 90 ? 90 : x;
        return exponential(y);
    }
    case LOG:
        return logarithm(x);
    case LOG1P: {
        // |x| < 2^-12: x − x²/2 + x³/3 − x⁴/4, the rest below x^4 / 5 < 2^-50 of x; a few u besides.
        // Else v = 1 + x rounded, c its exact error: log(v + c) = log(v) + c/v to (c/v)² < u². |log(v)| > 2^-13, where
        // logarithm's error is 6 u of itself because k = 0; c/v is below u, and its error below 2 u².
        double small = x * (1 - x * (0.5 - x * (0x1.5555555555555p-2 - x * 0.25)));
        double v = 1 + x, a = v - x, c = (1 - a) + (x - (v - a));
        double large = logarithm(v) + c / v;
        return x < 0x1p-12 && x > -0x1p-12 ? small : large;
    }
    case TANH: {
        // E = exp(-2|x|). |x| < 0.17: E − 1 = y quotient(y), y = −2|x|, within 4 u; 2 + (E − 1) >= 1.7. Else E < 0.72,
        // and 1 − E >= 0.28 has an error of 5 u × 0.72 / 0.28 and a rounding, below 14 u. Beyond 20, 1 rounds the same.
        double size = x < 0 ? -x : x;
        size = size > 20 ? 20 : size;
        double y = -2 * size, near = y < -0.34 ? -0.34 : y;
        double m = near * quotient(near), e = exponential(y);
        double result = y > -0.34 ? -m / (2 + m) : (1 - e) / (1 + e);
        return x < 0 ? -result : result;
    }
    default: {
        // 5 u of exp(-x), which is less than the denominator, and two roundings: 7 u. sigmoid(-110) < 2^-150.
        double y = x < -110 ? -110 : x > 110 ? 110 : x;
        return 1 / (1 + exponential(-y));
    }
    }
}

#define APPROXIMATE(function)                                                                                          \
    case function:                                                                                                     \
        for (size_t i = 0; i < count; i++) approximation[i] = approximate(function, x[i]);                             \
        break

void oracle_approximate(int function, size_t count, const float *x, double *approximation) {
    switch (function) {
        APPROXIMATE(EXP);
        APPROXIMATE(LOG);
        APPROXIMATE(LOG1P);
        APPROXIMATE(TANH);
        APPROXIMATE(SIGMOID);
    }
}

int oracle_special(int function, float x, uint32_t *bits) {
    const uint32_t nan = 0x7fc00000, infinity = 0x7f800000, one = 0x3f800000, minus = 0x80000000;
    uint32_t pattern;
    __builtin_memcpy(&pattern, &x, 4);
    const float huge = __builtin_inff();
    if (x != x) return *bits = nan, 1;
    switch (function) {
    case EXP:
        if (x == 0) return *bits = one, 1;
        if (x == huge) return *bits = infinity, 1;
        if (x == -huge) return *bits = 0, 1;
        return 0;
    case LOG:
        if (x == 0) return *bits = minus | infinity, 1;
        if (x < 0) return *bits = nan, 1;
        if (x == 1) return *bits = 0, 1;
        if (x == huge) return *bits = infinity, 1;
        return 0;
    case LOG1P:
        if (x == 0) return *bits = pattern, 1;
        if (x == -1) return *bits = minus | infinity, 1;
        if (x < -1) return *bits = nan, 1;
        if (x == huge) return *bits = infinity, 1;
        return 0;
    case TANH:
        if (x == 0) return *bits = pattern, 1;
        if (x == huge || x == -huge) return *bits = (pattern & minus) | one, 1;
        return 0;
    default:
        if (x == 0) return *bits = 0x3f000000, 1;
        if (x == huge) return *bits = one, 1;
        if (x == -huge) return *bits = 0, 1;
        return 0;
    }
}
