// SHA-256 by the fastest way of this processor: which one that is, and whole digests of pieces by any way.
#include "sha256.h"
#include "../processor.h"

#include <string.h>

const repro_sha256_way *repro_sha256_way_at(size_t index) {
    const repro_sha256_way *ways[4];
    size_t count = 0;
    ways[count++] = &repro_sha256_way_portable;
#if defined(__x86_64__)
    if (repro_processor.has_avx2) ways[count++] = &repro_sha256_way_avx2;
    if (repro_processor.has_avx512) ways[count++] = &repro_sha256_way_avx512;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
    if (repro_processor.has_sha) ways[count++] = &repro_sha256_way_extension;
#endif
    return index < count ? ways[index] : 0;
}

static const repro_sha256_way *fastest(void) {
    const repro_sha256_way *way = &repro_sha256_way_portable, *next;
    for (size_t index = 1; (next = repro_sha256_way_at(index)); index++) way = next;
    return way;
}

static void store_big_endian(uint8_t *out, uint64_t value, int bytes) {
    for (int k = 0; k < bytes; k++) out[k] = (uint8_t)(value >> 8 * (bytes - 1 - k));
}

/// The digests of `lanes` messages of `size` bytes each, one behind the other.
static void digests_of(const repro_sha256_way *way, const uint8_t *data, size_t size, size_t lanes, uint8_t *digests) {
    // The first 32 bits of the fractional parts of the square roots of the first eight primes (section 5.3.3).
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint32_t states[SHA256_MOST_LANES][8];
    // What is left behind the last whole block, and the padding (section 5.1.1): one block or two.
    uint8_t ends[SHA256_MOST_LANES][128];
    size_t whole = size / 64, left = size % 64, end_blocks = left < 56 ? 1 : 2;
    for (size_t lane = 0; lane < lanes; lane++) {
        memcpy(states[lane], initial, sizeof initial);
        memset(ends[lane], 0, sizeof ends[lane]);
        if (left > 0) memcpy(ends[lane], data + lane * size + 64 * whole, left);
        ends[lane][left] = 0x80;
        store_big_endian(ends[lane] + 64 * end_blocks - 8, 8 * (uint64_t)size, 8);
    }
    way->compress(states, data, size, whole, lanes);
    way->compress(states, ends[0], sizeof ends[0], end_blocks, lanes);
    for (size_t lane = 0; lane < lanes; lane++) {
        for (int word = 0; word < 8; word++) store_big_endian(digests + 32 * lane + 4 * word, states[lane][word], 4);
    }
}

void repro_sha256_pieces_by(const repro_sha256_way *way, const uint8_t *data, size_t count, size_t piece_size,
                            uint8_t *digests) {
    while (count > 0) {
        size_t size = count < piece_size ? count : piece_size, lanes = count / size;
        if (lanes > way->most) lanes = way->most;
        digests_of(way, data, size, lanes, digests);
        data += lanes * size, count -= lanes * size, digests += 32 * lanes;
    }
}

static void compress_one(const repro_sha256_way *way, uint32_t state[8], const uint8_t *data, size_t blocks) {
    way->compress((uint32_t(*)[8])state, data, 0, blocks, 1);
}

void repro_sha256(uint32_t state[8], const uint8_t *data, size_t blocks) { compress_one(fastest(), state, data, blocks); }

void repro_sha256_portable(uint32_t state[8], const uint8_t *data, size_t blocks) {
    compress_one(&repro_sha256_way_portable, state, data, blocks);
}

void repro_sha256_pieces(const uint8_t *data, size_t count, size_t piece_size, uint8_t *digests) {
    repro_sha256_pieces_by(fastest(), data, count, piece_size, digests);
}

void repro_sha256_pieces_portable(const uint8_t *data, size_t count, size_t piece_size, uint8_t *digests) {
    repro_sha256_pieces_by(&repro_sha256_way_portable, data, count, piece_size, digests);
}
