// Known answers: a few results that IEEE 754 fixes and that compilers change when they are allowed to (-ffast-math and its parts,
// -ffp-contract=fast). Compiled with the flags of everything else here, so that it tells of them. Contraction shows in what is compiled
// for processors with a fused operation alone, as most kernels are, so a function of that kind is asked too.
#include "repro_processor.h"

#include "../simd/contraction.h"

#include <stdint.h>
#include <string.h>

enum { sums_reordered = 1, products_contracted = 2, divisions_replaced = 4, specials_ignored = 8, zero_sign_ignored = 16 };

static uint32_t bits(float value) {
    uint32_t result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static float from_bits(uint32_t value) {
    float result;
    memcpy(&result, &value, sizeof result);
    return result;
}

// Each function gets its operands from volatile memory, so that the answer is computed when it is asked for.
static float sum_and_difference(float small, float large) { return (small + large) - large; }
static float sum_of(const float *values, int count) {
    float sum = 0;
    for (int index = 0; index < count; index++) sum += values[index];
    return sum;
}
static float product_and_sum(float a, float b, float c) {
    float product = a * b;
    return product + c;
}
static float plus_zero(float value) { return value + 0.0f; }
static int is_nan(float value) { return value != value; }

unsigned repro_value_changes(void) {
    volatile float one = 1.0f, large = 0x1p24f, tiny = 0x1p-12f, negative_zero = -0.0f;
    volatile uint32_t nan = 0x7fc00000u;
    unsigned found = 0;

    // 1 is half a unit in the last place of 2^24, and is lost in the sum by rounding to even.
    if (bits(sum_and_difference(one, large)) != 0) found |= sums_reordered;
    // In order, each 1 is lost; in four or more partial sums they are not.
    float terms[64];
    terms[0] = large;
    for (int index = 1; index < 64; index++) terms[index] = one;
    if (sum_of(terms, 64) != 0x1p24f) found |= sums_reordered;

    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, whose last term is lost by rounding to even; a fused operation keeps it.
    float factor = one + tiny;
    float rounded = one + 2 * tiny;
    if (bits(product_and_sum(factor, factor, -rounded)) != 0) found |= products_contracted;
    if (bits(repro_contraction_canary(factor, factor, -rounded)) != 0) found |= products_contracted;

    // Some of the quotients by 3 differ from the products with the nearest binary32 number to 1/3.
    static const uint32_t quotients[] = {0x3eaaaaabu, 0x3f2aaaabu, 0x3f800000u, 0x3faaaaabu, 0x3fd55555u, 0x40000000u,
                                         0x40155555u, 0x402aaaabu, 0x40400000u, 0x40555555u, 0x406aaaabu, 0x40800000u};
    for (int index = 0; index < 12; index++) {
        volatile float dividend = (float)(index + 1);
        if (bits(dividend / 3.0f) != quotients[index]) found |= divisions_replaced;
    }

    if (!is_nan(from_bits(nan))) found |= specials_ignored;
    if (bits(plus_zero(negative_zero)) != 0) found |= zero_sign_ignored;
    return found;
}
