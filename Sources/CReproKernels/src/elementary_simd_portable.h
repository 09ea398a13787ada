// Binary64 lanes of the path portable: two roundings for a × b + c, so that no fused instruction is needed.
#include "elementary_wide.h"

#define ELEMENTARY_FUSED 0
#define ELEMENTARY_STEPS 1

VINLINE vd2 wide_madd(vd2 a, vd2 b, vd2 c) { return a * b + c; }

/// The larger (smaller) of the bound, which is not a zero, and x; a NaN in x stays.
VINLINE vf at_least(vf bound, vf x) { return vselect(x < bound, bound, x); }
VINLINE vf at_most(vf bound, vf x) { return vselect(x > bound, bound, x); }
