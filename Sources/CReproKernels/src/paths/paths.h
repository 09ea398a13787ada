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

/// SHA-256 by the processor's instructions for it where it has them, whatever the width of its vectors.
void repro_sha256(uint32_t state[8], const uint8_t *data, size_t blocks);
/// SHA-256 in plain C: the path portable, everywhere.
void repro_sha256_portable(uint32_t state[8], const uint8_t *data, size_t blocks);

#endif
