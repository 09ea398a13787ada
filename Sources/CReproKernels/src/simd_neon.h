// The vector layer of the path neon: 4 lanes, fused multiply-add in the base instruction set of 64-bit ARM.
#include <arm_neon.h>

#define VF 4
/// Rows of C in a register tile: 6 × 4 accumulators, 4 vectors of B and a broadcast fill 29 of 32 registers.
#define TILE_ROWS 6
/// Floats from one k to the next in a packed tile of A: its rows, rounded up to whole aligned vectors.
#define PACKED_STEP 8
#define PANEL_VECTORS 4
/// Panels that a tile of 1, 2, 3 and 4 rows spans: 16 chains, to cover 4 FMA a cycle × 4 cycles of latency.
#define SPAN_1 4
#define SPAN_2 2
#define SPAN_3 2
#define SPAN_4 1

#include "simd_types.h"

VINLINE vf vfma(vf a, vf b, vf c) { return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
VINLINE vf vsqrt(vf x) { return (vf)vsqrtq_f32((float32x4_t)x); }
VINLINE vd vsqrt64(vd x) { return (vd)vsqrtq_f64((float64x2_t)x); }

#include "simd_part.h"
