// The path neon: the vectors of 64-bit ARM, with fused multiply-add.
#if defined(__aarch64__)

#include "paths.h"

#include "../simd/contraction.h"

#include "../simd/neon.h"

#define PATH_NAME "neon"
#define PATH_TABLE repro_kernels_neon
#define PATH_SHA256 repro_sha256
#define PATH_SHA256_PIECES repro_sha256_pieces
#include "path.inc"

#endif
