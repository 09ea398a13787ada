// The vector layer of the path avx2: 8 lanes, fused multiply-add. Included inside the path's target attribute.
#include <immintrin.h>

#define VF 8
/// Rows of C in a register tile: 6 × 2 accumulators, 2 vectors of B and a broadcast fill 15 of 16 registers.
#define TILE_ROWS 6
/// Floats from one k to the next in a packed tile of A: its rows, rounded up to whole aligned vectors.
#define PACKED_STEP 8
#define PANEL_VECTORS 2
/// Panels that a tile of 1, 2, 3 and 4 rows spans: at least 8 chains, to cover 2 FMA per cycle × 4 cycles of latency.
#define SPAN_1 4
#define SPAN_2 2
#define SPAN_3 2
#define SPAN_4 1

#include "types.h"

VINLINE vf vfma(vf a, vf b, vf c) { return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
VINLINE vf vsqrt(vf x) { return (vf)_mm256_sqrt_ps((__m256)x); }

static const int32_t vlanes_table[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
VINLINE __m256i vlanes(size_t count) { return _mm256_loadu_si256((const __m256i *)(vlanes_table + 8 - count)); }
VINLINE vf vload_part(const float *p, size_t count) {
    return count == VF ? vload(p) : (vf)_mm256_maskload_ps(p, vlanes(count));
}
/// Halves and single lanes: the masked store is microcode on several processors.
VINLINE void vstore_part(float *p, vf x, size_t count) {
    if (count == VF) {
        vstore(p, x);
        return;
    }
    __m128 rest = _mm256_castps256_ps128((__m256)x);
    if (count & 4) {
        _mm_storeu_ps(p, rest);
        rest = _mm256_extractf128_ps((__m256)x, 1);
        p += 4;
    }
    if (count & 2) {
        _mm_storel_pi((__m64 *)p, rest);
        rest = _mm_movehl_ps(rest, rest);
        p += 2;
    }
    if (count & 1) _mm_store_ss(p, rest);
}

// Binary64 lanes of the path avx2: fused, no table (gathers are slow on most processors, and microcode on some).
#include "wide.h"

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
