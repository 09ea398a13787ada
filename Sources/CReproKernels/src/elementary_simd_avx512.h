// Binary64 lanes of the path avx512: fused, with 2^(j/16) in two registers.
#include "elementary_wide.h"

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
