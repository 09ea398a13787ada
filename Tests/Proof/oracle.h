// The two judges of `make prove`: a binary64 evaluation with a proven error bound, and MPFR for what it cannot decide.
#ifndef ORACLE_H
#define ORACLE_H

#include <stddef.h>
#include <stdint.h>

enum { EXP, LOG, LOG1P, TANH, SIGMOID, FUNCTIONS };
extern const char *const function_names[FUNCTIONS];

/// Binary64 approximations: |approximation − f(x)| <= ORACLE_BOUND × |f(x)| for every x that is a number in the
/// domain and not ±0, 1 for log, or infinite. `count` <= ORACLE_BLOCK.
#define ORACLE_BLOCK 4096
#ifndef ORACLE_BOUND
#define ORACLE_BOUND 0x1p-42
#endif
void oracle_approximate(int function, size_t count, const float *x, double *approximation);

/// Whether the value is defined outright (NaN, infinities, zeros, outside the domain), and then its bit pattern.
int oracle_special(int function, float x, uint32_t *bits);

/// The bit pattern of f(x) rounded to nearest, ties to even, from MPFR: bounds at growing precision until both round to
/// the same binary32 number. x is not special.
uint32_t oracle_exact(int function, float x);
void oracle_exact_free(void);

#endif
