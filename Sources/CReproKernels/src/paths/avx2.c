// The path avx2: AVX2 with fused multiply-add.
#if defined(__x86_64__)

#include "paths.h"

#include <immintrin.h>

#include "../processor/compilers.h"
#include "../simd/contraction.h"
TARGET_BEGIN("avx2,fma")

#include "../simd/avx2.h"

#define PATH_NAME "avx2"
#define PATH_TABLE repro_kernels_avx2
#define PATH_SHA256 repro_sha256
#define PATH_SHA256_PIECES repro_sha256_pieces
#include "path.inc"

TARGET_END

#endif
