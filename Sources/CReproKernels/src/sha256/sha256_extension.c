// SHA-256's compression function by the processor's instructions for it, over one to four messages at once: the rounds
// of one wait for each other, those of several fill the pipeline. Four rounds per step; each message schedule runs three
// steps ahead in a ring of four vectors of four words.
#if defined(__x86_64__) || defined(__aarch64__)
#include "sha256.h"
#include "sha256_constants.h"

#include "../processor/compilers.h"

#define MOST 4

#if defined(__x86_64__)
#include "sha256_extension_x86.inc"
#else
#include "sha256_extension_arm.inc"
#endif

/// With the number of messages known to the compiler, everything stands in registers, or in places known beforehand.
#define COMPRESS(LANES)                                                                                              \
    EXTENSION static void compress_##LANES(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t blocks) { \
        compress_lanes(states, data, stride, blocks, LANES);                                                         \
    }
COMPRESS(1)
COMPRESS(2)
COMPRESS(3)
COMPRESS(4)

static void compress(uint32_t (*states)[8], const uint8_t *data, size_t stride, size_t blocks, size_t lanes) {
    switch (lanes) {
    case 1: compress_1(states, data, stride, blocks); break;
    case 2: compress_2(states, data, stride, blocks); break;
    case 3: compress_3(states, data, stride, blocks); break;
    default: compress_4(states, data, stride, blocks);
    }
}

const repro_sha256_way repro_sha256_way_extension = {"extension", MOST, compress};
#endif
