// The tables that this target holds, one a path, and what they share.
#ifndef REPRO_PATHS_H
#define REPRO_PATHS_H

#include "repro_kernels.h"
#include "sha256/sha256.h"

extern const repro_kernels repro_kernels_portable;
#if defined(__x86_64__)
extern const repro_kernels repro_kernels_avx2;
extern const repro_kernels repro_kernels_avx512;
#elif defined(__aarch64__)
extern const repro_kernels repro_kernels_neon;
#endif

#endif
