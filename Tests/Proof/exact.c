// Correct rounding by MPFR, the judge of last resort.
#include "oracle.h"

#include <mpfr.h>

/// A bound of f(x), from below or above, at the target's precision. Every step rounds in the direction that keeps it
/// one.
static void bound(int function, mpfr_t y, float x, int up) {
    mpfr_rnd_t outward = up ? MPFR_RNDU : MPFR_RNDD, inward = up ? MPFR_RNDD : MPFR_RNDU;
    mpfr_t argument;
    mpfr_init2(argument, 24);
    mpfr_set_flt(argument, x, MPFR_RNDN);
    switch (function) {
    case EXP: mpfr_exp(y, argument, outward); break;
    case LOG: mpfr_log(y, argument, outward); break;
    case LOG1P: mpfr_log1p(y, argument, outward); break;
    case TANH: mpfr_tanh(y, argument, outward); break;
    default:
        mpfr_neg(argument, argument, MPFR_RNDN);
        mpfr_exp(y, argument, inward);
        mpfr_add_ui(y, y, 1, inward);
        mpfr_ui_div(y, 1, y, outward);
    }
    mpfr_clear(argument);
}

/// y rounded to nearest binary32, subnormal numbers and overflow included, once.
static float nearest(const mpfr_t y) {
    mpfr_t rounded;
    mpfr_init2(rounded, 24);
    int direction = mpfr_set(rounded, y, MPFR_RNDN);
    mpfr_exp_t lowest = mpfr_get_emin(), highest = mpfr_get_emax();
    mpfr_set_emin(-148); // 2^-149 is 1/2 × 2^-148
    mpfr_set_emax(128);
    direction = mpfr_check_range(rounded, direction, MPFR_RNDN);
    mpfr_subnormalize(rounded, direction, MPFR_RNDN);
    float result = mpfr_get_flt(rounded, MPFR_RNDN);
    mpfr_set_emin(lowest);
    mpfr_set_emax(highest);
    mpfr_clear(rounded);
    return result;
}

uint32_t oracle_exact(int function, float x) {
    for (mpfr_prec_t precision = 96;; precision *= 2) {
        mpfr_t low, high;
        mpfr_init2(low, precision);
        mpfr_init2(high, precision);
        bound(function, low, x, 0);
        bound(function, high, x, 1);
        float below = nearest(low), above = nearest(high);
        mpfr_clear(low);
        mpfr_clear(high);
        uint32_t first, second;
        __builtin_memcpy(&first, &below, 4);
        __builtin_memcpy(&second, &above, 4);
        if (first == second) return first;
    }
}

void oracle_exact_free(void) { mpfr_free_cache(); }
