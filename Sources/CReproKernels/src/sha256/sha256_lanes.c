// SHA-256 without instructions for it: one message in plain C, or one message per element of a vector.
#include "sha256.h"
#include "sha256_constants.h"

#include "../processor/compilers.h"

#include <string.h>

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)

static inline __attribute__((always_inline)) uint32_t big_endian(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#define LANES 1
#define COMPRESS compress_one
#include "sha256_lanes.inc"

// Every processor that matters has vectors of 16 bytes; where there are none, clang takes words.
#define LANES 4
#define COMPRESS compress_4
#include "sha256_lanes.inc"

static void compress_portable(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t blocks, size_t lanes) {
    (lanes == 1 ? compress_one : compress_4)(states, data, stride, blocks, lanes);
}

const repro_sha256_way repro_sha256_way_portable = {"portable", 4, compress_portable};

#if defined(__x86_64__)
TARGET_BEGIN("avx2")
#define LANES 8
#define COMPRESS compress_8
#include "sha256_lanes.inc"
TARGET_END

static void compress_avx2(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t blocks, size_t lanes) {
    (lanes == 1 ? compress_one : compress_8)(states, data, stride, blocks, lanes);
}

const repro_sha256_way repro_sha256_way_avx2 = {"avx2", 8, compress_avx2};

TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl")
#define LANES 16
#define COMPRESS compress_16
#include "sha256_lanes.inc"
TARGET_END

static void compress_avx512(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t blocks, size_t lanes) {
    (lanes == 1 ? compress_one : lanes <= 8 ? compress_8 : compress_16)(states, data, stride, blocks, lanes);
}

const repro_sha256_way repro_sha256_way_avx512 = {"avx512", 16, compress_avx512};
#endif
