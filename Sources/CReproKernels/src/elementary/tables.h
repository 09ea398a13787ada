// Constants of the elementary functions. Written by Tests/Fixtures/elementary_tables.py, which carries
// their derivation; change that script, not this file.

#ifndef REPRO_ELEMENTARY_TABLES_H
#define REPRO_ELEMENTARY_TABLES_H

#include <stdint.h>

// 2^(j/16), less j << 48 in the bit pattern: adding n << 48 for any n = 16 k + j then gives 2^(n/16).
static const uint64_t elementary_power[16] __attribute__((aligned(128))) = {
    0x3ff0000000000000,
    0x3fefb5586cf9890f,
    0x3fef72b83c7d517b,
    0x3fef387a6e756238,
    0x3fef06fe0a31b715,
    0x3feedea64c123422,
    0x3feebfdad5362a27,
    0x3feeab07dd485429,
    0x3feea09e667f3bcd,
    0x3feea11473eb0187,
    0x3feeace5422aa0db,
    0x3feec49182a3f090,
    0x3feee89f995ad3ad,
    0x3fef199bdd85529c,
    0x3fef5818dcfba487,
    0x3fefa4afa2a490da,
};

// 16 / ln 2
static const double elementary_per16_inverse = 0x1.71547652b82fep+4;

// ln 2 / 16
static const double elementary_per16 = 0x1.62e42fefa39efp-5;

// ln 2 / 16 to 36 binary places: n × this is exact for |n| < 2^17, and
static const double elementary_per16_high = 0x1.62e42ff000000p-5;

// the rest of it
static const double elementary_per16_low = -0x1.718432a1b0e26p-39;

// 1 / ln 2
static const double elementary_per1_inverse = 0x1.71547652b82fep+0;

// ln 2 / 1
static const double elementary_per1 = 0x1.62e42fefa39efp-1;

// ln 2 / 1 to 36 binary places: n × this is exact for |n| < 2^17, and
static const double elementary_per1_high = 0x1.62e42fefa0000p-1;

// the rest of it
static const double elementary_per1_low = 0x1.cf79abc9e3b3ap-40;

// exp(r) = 1 + r + r² h(r), |r| <= ln 2 / 32: h.
// |error| of exp(r) < 2^-55.0, of (exp(r) - 1) / r < 2^-49.47.
static const double elementary_exp16[5] = {
    0x1p-1,
    0x1.55555554dd44dp-3,
    0x1.55555555194d2p-5,
    0x1.11120af701e68p-7,
    0x1.6c17bb51f23eap-10,
};

// exp(r) = 1 + r + r² h(r), |r| <= ln 2 / 2: h.
// |error| of exp(r) < 2^-56.12, of (exp(r) - 1) / r < 2^-54.52.
static const double elementary_exp1[10] = {
    0x1.0000000000001p-1,
    0x1.5555555555556p-3,
    0x1.5555555553d68p-5,
    0x1.11111111109b5p-7,
    0x1.6c16c17889ef1p-10,
    0x1.a01a01a7c2efep-13,
    0x1.a019b9149a3d4p-16,
    0x1.71de0db2f6aedp-19,
    0x1.28917c89a99ffp-22,
    0x1.af389ecfcb5d9p-26,
};

// ln 2 to 42 binary places: k × this is exact for |k| < 2^10, and
static const double elementary_ln2_high = 0x1.62e42fefa3800p-1;

// the rest of it
static const double elementary_ln2_low = 0x1.ef35793c76730p-45;

// 2 atanh(s) = 2 s + s z R(z), z = s², |s| <= (√2 - 1) / (√2 + 1): R.
// |relative error| of the sum < 2^-57.58.
static const double elementary_log[7] = {
    0x1.5555555555558p-1,
    0x1.99999999952e2p-2,
    0x1.2492492df14bcp-2,
    0x1.c71c62e57c3c4p-3,
    0x1.7462b4ac441afp-3,
    0x1.39fe604146b74p-3,
    0x1.2b584c6b42d60p-3,
};

#endif
