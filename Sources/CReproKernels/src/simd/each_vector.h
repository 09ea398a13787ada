// Rows in whole vectors and a rest: STEP is an expression in `u`, the first unit, and `n`, the lanes in use. In the
// loop n is the constant VF, so that partial loads and stores become whole ones.
#ifndef REPRO_EACH_VECTOR_H
#define REPRO_EACH_VECTOR_H

#define EACH_VECTOR(units, STEP)                                                                                       \
    do {                                                                                                               \
        size_t u = 0;                                                                                                  \
        for (; u + VF <= (units); u += VF) {                                                                           \
            const size_t n = VF;                                                                                       \
            STEP;                                                                                                      \
        }                                                                                                              \
        if (u < (units)) {                                                                                             \
            const size_t n = (units) - u;                                                                              \
            STEP;                                                                                                      \
        }                                                                                                              \
    } while (0)

#endif
