// What every vector layer shares: types of VF lanes in the compilers' vector extensions (+ − × ÷ and comparisons by operator,
// each rounded, contraction off), and the loads and stores of whole vectors.
#include "../processor/compilers.h"

#define VINLINE static inline __attribute__((always_inline, unused))

typedef float vf __attribute__((vector_size(VF * 4)));
typedef int32_t vi __attribute__((vector_size(VF * 4)));
/// Half as many lanes in binary64: the same register width.
typedef double vd __attribute__((vector_size(VF * 4)));
/// The same lanes in binary64: twice the register width.
typedef double vd2 __attribute__((vector_size(VF * 8)));

typedef float vf_anywhere __attribute__((vector_size(VF * 4), aligned(4), may_alias));

VINLINE vf vload(const float *p) { return *(const vf_anywhere *)p; }
VINLINE void vstore(float *p, vf x) { *(vf_anywhere *)p = x; }
/// x in every lane. Subtracting +0 changes no value, −0 included, and costs no instruction.
VINLINE vf vset(float x) { return x - (vf){0}; }
/// mask ? a : b, where each lane of mask is all ones or zero.
VINLINE vf vselect(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
