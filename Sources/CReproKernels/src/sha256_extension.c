// SHA-256's compression function by the processor's instructions for it. Four rounds a step; the message schedule runs
// three steps ahead in a ring of four vectors of four words.
#include "paths/paths.h"
#include "sha256_constants.h"

#define UNROLL _Pragma("clang loop unroll(full)")

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("sha,sse4.1,ssse3"))) void repro_sha256_extension(uint32_t state[8], const uint8_t *data,
                                                                        size_t blocks) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    // The instructions want the state as ABEF and CDGH, highest lane first.
    __m128i dcba = _mm_loadu_si128((const __m128i *)state), hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
    for (; blocks > 0; blocks--, data += 64) {
        __m128i abef_before = abef, cdgh_before = cdgh, w[4];
        UNROLL for (int t = 0; t < 16; t++) {
            if (t < 4) {
                w[t] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(data + 16 * t)), big_endian);
            } else {
                __m128i oldest = w[t & 3], x1 = w[(t + 1) & 3], x2 = w[(t + 2) & 3], x3 = w[(t + 3) & 3];
                __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(oldest, x1), _mm_alignr_epi8(x3, x2, 4));
                w[t & 3] = _mm_sha256msg2_epu32(sum, x3);
            }
            __m128i keyed = _mm_add_epi32(w[t & 3], _mm_load_si128((const __m128i *)(sha256_constants + 4 * t)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, keyed);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(keyed, 0x0e));
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#elif defined(__aarch64__)
#include <arm_neon.h>

__attribute__((target("sha2"))) void repro_sha256_extension(uint32_t state[8], const uint8_t *data, size_t blocks) {
    uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
    for (; blocks > 0; blocks--, data += 64) {
        uint32x4_t abcd_before = abcd, efgh_before = efgh, w[4];
        UNROLL for (int t = 0; t < 16; t++) {
            if (t < 4) {
                w[t] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 16 * t)));
            } else {
                uint32x4_t sum = vsha256su0q_u32(w[t & 3], w[(t + 1) & 3]);
                w[t & 3] = vsha256su1q_u32(sum, w[(t + 2) & 3], w[(t + 3) & 3]);
            }
            uint32x4_t keyed = vaddq_u32(w[t & 3], vld1q_u32(sha256_constants + 4 * t)), abcd_now = abcd;
            abcd = vsha256hq_u32(abcd, efgh, keyed);
            efgh = vsha256h2q_u32(efgh, abcd_now, keyed);
        }
        abcd = vaddq_u32(abcd, abcd_before);
        efgh = vaddq_u32(efgh, efgh_before);
    }
    vst1q_u32(state, abcd);
    vst1q_u32(state + 4, efgh);
}
#endif
