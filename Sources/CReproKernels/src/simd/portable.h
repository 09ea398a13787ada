// The vector layer of the path portable: 4 lanes of whatever the compiler's baseline offers, fused multiply-add
// emulated everywhere, so that the path shows on every machine what it computes on one without the instruction.
#include "fma_emulated.h"
#include "scalar_sqrt.h"

#define VF 4
#define TILE_ROWS 4
/// Floats from one k to the next in a packed tile of A: its rows, rounded up to whole aligned vectors.
#define PACKED_STEP 4
#define PANEL_VECTORS 2
#define SPAN_1 1
#define SPAN_2 1
#define SPAN_3 1
#define SPAN_4 1

#include "types.h"

VINLINE vf vfma(vf a, vf b, vf c) { return (vf)fma_emulated((fma_floats)a, (fma_floats)b, (fma_floats)c); }
VINLINE vf vsqrt(vf x) {
    for (int lane = 0; lane < VF; lane++) x[lane] = scalar_sqrt(x[lane]);
    return x;
}

#include "part.h"

// Binary64 lanes of the path portable: two roundings for a × b + c, so that no fused instruction is needed.
#include "wide.h"

#define ELEMENTARY_FUSED 0
/// Vectors whose operations alternate, as many as the registers hold.
#define TOGETHER 2
#define ELEMENTARY_STEPS 1

VINLINE vd2 wide_madd(vd2 a, vd2 b, vd2 c) { return a * b + c; }

/// x, or the bound with its sign where x is larger in magnitude; of a NaN, anything.
VINLINE vf within(float bound, vf x) {
    x = vselect(x < vset(-bound), vset(-bound), x);
    return vselect(x > vset(bound), vset(bound), x);
}
