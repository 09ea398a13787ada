// The vector layer of the path avx512: 16 lanes. Included inside the path's target attribute.
#include <immintrin.h>

#define VF 16
/// Rows of C in a register tile: 14 × 2 accumulators, 2 vectors of B and a broadcast fill 31 of 32 registers.
#define TILE_ROWS 14
/// Floats from one k to the next in a packed tile of A: its rows, rounded up to whole aligned vectors.
#define PACKED_STEP 16
#define PANEL_VECTORS 2
/// Panels that a tile of 1, 2, 3 and 4 rows spans: at least 8 chains, to cover 2 FMA a cycle × 4 cycles of latency.
#define SPAN_1 4
#define SPAN_2 4
#define SPAN_3 2
#define SPAN_4 2

#include "simd_types.h"

VINLINE vf vfma(vf a, vf b, vf c) { return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
VINLINE vf vsqrt(vf x) { return (vf)_mm512_sqrt_ps((__m512)x); }
VINLINE vd vsqrt64(vd x) { return (vd)_mm512_sqrt_pd((__m512d)x); }

VINLINE __mmask16 vlanes(size_t count) { return (__mmask16)((1u << count) - 1); }
VINLINE vf vload_part(const float *p, size_t count) { return (vf)_mm512_maskz_loadu_ps(vlanes(count), p); }
VINLINE void vstore_part(float *p, vf x, size_t count) { _mm512_mask_storeu_ps(p, vlanes(count), (__m512)x); }
