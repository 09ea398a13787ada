// SHA-256 as the kernel tables want it, and the ways behind it.
#ifndef REPRO_SHA256_ROOM_H
#define REPRO_SHA256_ROOM_H

#include "repro_sha256.h"

/// The most lanes of any way.
#define SHA256_MOST_LANES 16

/// By the fastest way of this processor, whatever the width of the path's vectors.
void repro_sha256(uint32_t state[8], const uint8_t *data, size_t blocks);
void repro_sha256_pieces(const uint8_t *data, size_t count, size_t piece_size, uint8_t *digests);

/// In plain C: the path portable, everywhere.
void repro_sha256_portable(uint32_t state[8], const uint8_t *data, size_t blocks);
void repro_sha256_pieces_portable(const uint8_t *data, size_t count, size_t piece_size, uint8_t *digests);

extern const repro_sha256_way repro_sha256_way_portable;
#if defined(__x86_64__)
extern const repro_sha256_way repro_sha256_way_avx2;
extern const repro_sha256_way repro_sha256_way_avx512;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
extern const repro_sha256_way repro_sha256_way_extension;
#endif

#endif
