// Binary64 lanes of the path avx2: fused, no table (gathers are slow on most processors, and microcode on some).
#include "elementary_wide.h"

#define ELEMENTARY_FUSED 1
/// Vectors whose operations alternate, as many as the registers hold.
#define TOGETHER 2
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

/// x, or the bound with its sign where x is larger in magnitude; of a NaN, anything.
VINLINE vf within(float bound, vf x) {
    __m256 above = _mm256_max_ps((__m256)vset(-bound), (__m256)x);
    return (vf)_mm256_min_ps((__m256)vset(bound), above);
}
