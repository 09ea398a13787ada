// The fused multiply-adds that a processor can do at most, on the widest registers it has.
#include "repro_peak.h"
#include "processor.h"
#include "repro_processor.h"

#include "compilers.h"
#include "../simd/contraction.h"

/// Independent chains: at least two units × four cycles of latency, and no more than registers.
#define CHAINS 12
#define EACH_CHAIN UNROLL for (size_t c = 0; c < CHAINS; c++)
/// Makes a value one that the compiler knows nothing of and cannot do without.
#define OPAQUE(x) __asm__ volatile("" : "+m"(x))

/// `rounds` rounds on vectors of type V. Values stay near 1, far from subnormals.
#define PEAK_BODY(V, LANES, SET, FMA)                                                                                  \
    V acc[CHAINS], x = SET(0x1.fffffep-1f), y = SET(0x1p-24f);                                                         \
    EACH_CHAIN {                                                                                                       \
        V start = SET(1.0f);                                                                                           \
        OPAQUE(start);                                                                                                 \
        acc[c] = start;                                                                                                \
    }                                                                                                                  \
    for (size_t r = 0; r < rounds; r++) {                                                                              \
        EACH_CHAIN acc[c] = FMA(acc[c], x, y);                                                                         \
    }                                                                                                                  \
    EACH_CHAIN {                                                                                                       \
        V end = acc[c];                                                                                                \
        OPAQUE(end);                                                                                                   \
    }                                                                                                                  \
    return 2.0 * CHAINS * LANES * (double)rounds;

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx512f"))) static double peak_avx512(size_t rounds) {
    PEAK_BODY(__m512, 16, _mm512_set1_ps, _mm512_fmadd_ps)
}

__attribute__((target("avx2,fma"))) static double peak_avx2(size_t rounds) {
    PEAK_BODY(__m256, 8, _mm256_set1_ps, _mm256_fmadd_ps)
}
#elif defined(__aarch64__)
#include <arm_neon.h>

#define NEON_FMA(acc, x, y) vfmaq_f32(y, acc, x)
static double peak_neon(size_t rounds) { PEAK_BODY(float32x4_t, 4, vdupq_n_f32, NEON_FMA) }
#endif

#define SAME(x) (x)
static double peak_scalar(size_t rounds) { PEAK_BODY(float, 1, SAME, repro_fma) }

double repro_fma_peak(size_t rounds) {
#if defined(__x86_64__)
    if (repro_processor.has_avx512) return peak_avx512(rounds);
    if (repro_processor.has_avx2) return peak_avx2(rounds);
#elif defined(__aarch64__)
    return peak_neon(rounds);
#endif
    return peak_scalar(rounds);
}
