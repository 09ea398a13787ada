// Binary64 lanes of the path avx2: fused, no table (gathers are slow on most processors, and microcode on some).
#include "elementary_wide.h"

#define ELEMENTARY_FUSED 1
#define ELEMENTARY_STEPS 1

VINLINE vd2 wide_madd(vd2 a, vd2 b, vd2 c) {
    __m256d p[2], q[2], r[2];
    __builtin_memcpy(p, &a, sizeof a);
    __builtin_memcpy(q, &b, sizeof b);
    __builtin_memcpy(r, &c, sizeof c);
    p[0] = _mm256_fmadd_pd(p[0], q[0], r[0]);
    p[1] = _mm256_fmadd_pd(p[1], q[1], r[1]);
    __builtin_memcpy(&a, p, sizeof a);
    return a;
}

/// The larger (smaller) of the bound, which is not a zero, and x; a NaN in x stays. As instructions, because a
/// comparison and a selection lengthen the chain of dependent operations that limits the speed.
VINLINE vf at_least(vf bound, vf x) { return (vf)_mm256_max_ps((__m256)bound, (__m256)x); }
VINLINE vf at_most(vf bound, vf x) { return (vf)_mm256_min_ps((__m256)bound, (__m256)x); }
