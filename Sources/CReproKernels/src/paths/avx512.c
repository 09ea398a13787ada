// The path avx512: AVX-512 (F, BW, DQ, VL) with fused multiply-add.
#if defined(__x86_64__)

#include "paths.h"

#include <immintrin.h>

#include "../processor/compilers.h"
#include "../simd/contraction.h"
TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl,fma")

#include "../simd/avx512.h"

#define PATH_NAME "avx512"
#define PATH_TABLE repro_kernels_avx512
#define PATH_SHA256 repro_sha256
#define PATH_SHA256_PIECES repro_sha256_pieces
#include "path.inc"

TARGET_END

#endif
