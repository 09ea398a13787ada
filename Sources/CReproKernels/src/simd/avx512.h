// The vector layer of the path avx512: 16 lanes. Included inside the path's target attribute.
#include <immintrin.h>

#define VF 16
/// Rows of C in a register tile: 14 × 2 accumulators, 2 vectors of B and a broadcast fill 31 of 32 registers.
#define TILE_ROWS 14
/// Floats from one k to the next in a packed tile of A: its rows, rounded up to whole aligned vectors.
#define PACKED_STEP 16
#define PANEL_VECTORS 2
/// Panels that a tile of 1, 2, 3 and 4 rows spans: at least 8 chains, to cover 2 FMA per cycle × 4 cycles of latency.
#define SPAN_1 4
#define SPAN_2 4
#define SPAN_3 2
#define SPAN_4 2

#include "types.h"

VINLINE vf vfma(vf a, vf b, vf c) { return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
VINLINE vf vsqrt(vf x) { return (vf)_mm512_sqrt_ps((__m512)x); }

VINLINE __mmask16 vlanes(size_t count) { return (__mmask16)((1u << count) - 1); }
VINLINE vf vload_part(const float *p, size_t count) { return (vf)_mm512_maskz_loadu_ps(vlanes(count), p); }
VINLINE void vstore_part(float *p, vf x, size_t count) { _mm512_mask_storeu_ps(p, vlanes(count), (__m512)x); }

// Binary64 lanes of the path avx512: fused, with 2^(j/16) in two registers.
#include "wide.h"

#define ELEMENTARY_FUSED 1
/// Vectors whose operations alternate, as many as the registers hold.
#define TOGETHER 4
#define ELEMENTARY_STEPS 16

typedef struct {
    __m512d low, high;
} wide_halves;

VINLINE wide_halves wide_split(vd2 x) {
    wide_halves halves;
    __builtin_memcpy(&halves, &x, sizeof halves);
    return halves;
}
VINLINE vd2 wide_join(__m512d low, __m512d high) {
    wide_halves halves = {low, high};
    vd2 x;
    __builtin_memcpy(&x, &halves, sizeof x);
    return x;
}

VINLINE vd2 wide_madd(vd2 a, vd2 b, vd2 c) {
    wide_halves p = wide_split(a), q = wide_split(b), r = wide_split(c);
    return wide_join(_mm512_fmadd_pd(p.low, q.low, r.low), _mm512_fmadd_pd(p.high, q.high, r.high));
}

/// Entry (low four bits of each lane) of elementary_power.
VINLINE vd2 wide_power(vd2 t) {
    wide_halves index = wide_split(t);
    __m512d first = _mm512_castsi512_pd(_mm512_load_si512(elementary_power));
    __m512d second = _mm512_castsi512_pd(_mm512_load_si512(elementary_power + 8));
    return wide_join(_mm512_permutex2var_pd(first, _mm512_castpd_si512(index.low), second),
                     _mm512_permutex2var_pd(first, _mm512_castpd_si512(index.high), second));
}

/// x, or the bound with its sign where x is larger in magnitude; of a NaN, anything.
VINLINE vf within(float bound, vf x) {
    enum { smaller_magnitude = 2, sign_of_first = 0 << 2 };
    return (vf)_mm512_range_ps((__m512)x, (__m512)vset(bound), smaller_magnitude | sign_of_first);
}
