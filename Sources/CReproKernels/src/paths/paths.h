// The one list of paths, the tables that this target holds, one per path, and what they share.
#ifndef REPRO_PATHS_H
#define REPRO_PATHS_H

#include "repro_kernels.h"
#include "../sha256/sha256.h"

/// Every path of this architecture, slowest first: X(name, whether this processor can run it). `name` is the path's
/// PATH_NAME without quotation marks, and `repro_kernels_name` its PATH_TABLE.
#if defined(__x86_64__)
#define REPRO_PATHS(X) X(portable, 1) X(avx2, repro_processor.has_avx2) X(avx512, repro_processor.has_avx512)
#elif defined(__aarch64__)
#define REPRO_PATHS(X) X(portable, 1) X(neon, 1)
#else
#define REPRO_PATHS(X) X(portable, 1)
#endif

#define REPRO_DECLARE_PATH(name, supported) extern const repro_kernels repro_kernels_##name;
REPRO_PATHS(REPRO_DECLARE_PATH)

#endif
