// The tables that this target holds, one a path, and what they share.
#ifndef REPRO_PATHS_H
#define REPRO_PATHS_H

#include "repro_kernels.h"

extern const repro_kernels repro_kernels_portable;
#if defined(__x86_64__)
extern const repro_kernels repro_kernels_avx2;
extern const repro_kernels repro_kernels_avx512;
#elif defined(__aarch64__)
extern const repro_kernels repro_kernels_neon;
#endif

/// SHA-256 depends on the processor's extension, not on the width of its vectors: one function, chosen at run time.
void repro_sha256(uint32_t state[8], const uint8_t *data, size_t blocks);

#endif
