// The vector layer of the path neon: 4 lanes, fused multiply-add in the base instruction set of 64-bit ARM.
#include <arm_neon.h>

#define VF 4
/// Rows of C in a register tile: 6 × 4 accumulators, 4 vectors of B and a broadcast fill 29 of 32 registers.
#define TILE_ROWS 6
/// Floats from one k to the next in a packed tile of A: its rows, rounded up to whole aligned vectors.
#define PACKED_STEP 8
#define PANEL_VECTORS 4
/// Panels that a tile of 1, 2, 3 and 4 rows spans: 16 chains, to cover 4 FMA per cycle × 4 cycles of latency.
#define SPAN_1 4
#define SPAN_2 2
#define SPAN_3 2
#define SPAN_4 1

#include "types.h"

VINLINE vf vfma(vf a, vf b, vf c) { return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
VINLINE vf vsqrt(vf x) { return (vf)vsqrtq_f32((float32x4_t)x); }

#include "part.h"

// Binary64 lanes of the path neon: fused, no table. The operations are those of the path avx2, one for one, and IEEE
// 754 defines each of them: what is proved for one holds for the other.
#include "wide.h"

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
