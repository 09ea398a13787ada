// Binary64 lanes of the path portable: two roundings for a × b + c, so that no fused instruction is needed.
#include "elementary_wide.h"

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
