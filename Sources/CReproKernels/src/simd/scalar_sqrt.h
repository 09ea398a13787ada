// √x by the instruction. The builtin alone would call the C library for negative operands, to set errno.
#ifndef REPRO_SCALAR_SQRT_H
#define REPRO_SCALAR_SQRT_H

#if defined(__x86_64__)
#include <emmintrin.h>
static inline float scalar_sqrt(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }
static inline double scalar_sqrt64(double x) {
    return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(x), _mm_set_sd(x)));
}
#elif defined(__aarch64__)
#include <arm_neon.h>
static inline float scalar_sqrt(float x) { return vget_lane_f32(vsqrt_f32(vdup_n_f32(x)), 0); }
static inline double scalar_sqrt64(double x) { return vget_lane_f64(vsqrt_f64(vdup_n_f64(x)), 0); }
#else
static inline float scalar_sqrt(float x) { return __builtin_sqrtf(x); }
static inline double scalar_sqrt64(double x) { return __builtin_sqrt(x); }
#endif

#endif
