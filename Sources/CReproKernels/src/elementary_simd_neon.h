// Binary64 lanes of the path neon: fused, no table. The operations are those of the path avx2, one for one, and IEEE
// 754 defines each of them: what is proved for one holds for the other.
#include "elementary_wide.h"

#define ELEMENTARY_FUSED 1
/// Vectors whose operations alternate, as many as the registers hold.
#define TOGETHER 4
#define ELEMENTARY_STEPS 1

VINLINE vd2 wide_madd(vd2 a, vd2 b, vd2 c) {
    float64x2_t p[2], q[2], r[2];
    __builtin_memcpy(p, &a, sizeof a);
    __builtin_memcpy(q, &b, sizeof b);
    __builtin_memcpy(r, &c, sizeof c);
    r[0] = vfmaq_f64(r[0], p[0], q[0]);
    r[1] = vfmaq_f64(r[1], p[1], q[1]);
    __builtin_memcpy(&a, r, sizeof a);
    return a;
}

/// x, or the bound with its sign where x is larger in magnitude; of a NaN, anything.
VINLINE vf within(float bound, vf x) {
    float32x4_t above = vmaxq_f32((float32x4_t)vset(-bound), (float32x4_t)x);
    return (vf)vminq_f32((float32x4_t)vset(bound), above);
}
