// The path portable: what every compiler and processor has.
#include "paths.h"

#include "../simd/contraction.h"

#include "../simd/portable.h"

#define PATH_NAME "portable"
#define PATH_TABLE repro_kernels_portable
#define PATH_SHA256 repro_sha256_portable
#define PATH_SHA256_PIECES repro_sha256_pieces_portable
#include "path.inc"
