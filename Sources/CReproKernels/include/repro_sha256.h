// SHA-256 (FIPS 180-4) of several messages at once: the ways that this build holds, for tests and benchmarks. Everyone
// else hashes by the kernel table, which takes the fastest.

#ifndef REPRO_SHA256_H
#define REPRO_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One way to hash. All ways give the same digests.
typedef struct repro_sha256_way {
    /// "portable", "avx2", "avx512" or "extension".
    const char *name;
    /// The most messages that it takes at once.
    size_t most;
    /// The compression function (section 6.2) over `blocks` blocks of 64 bytes of each of `lanes` messages (1 … most):
    /// message l has `states[l]`, and its blocks begin at `data + l * stride`.
    void (*compress)(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t blocks, size_t lanes);
} repro_sha256_way;

/// The ways that this processor can run, slowest first; null past the last.
const repro_sha256_way *repro_sha256_way_at(size_t index);

/// The digests, 32 bytes each, of consecutive pieces of `count` bytes: `piece_size` bytes each, the last maybe fewer.
/// Each is the plain SHA-256 of its piece. No bytes have no piece.
void repro_sha256_pieces_by(const repro_sha256_way *way, const uint8_t *data, size_t count, size_t piece_size,
                            uint8_t *digests);

#ifdef __cplusplus
}
#endif

#endif
