// SHA-256's compression function, in plain C and as the choice at run time.
#include "paths/paths.h"
#include "processor/processor.h"
#include "sha256_constants.h"

static uint32_t rotated_right(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static uint32_t big_endian(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/// FIPS 180-4, section 6.2.2, with the message schedule in a ring of 16 words.
void repro_sha256_portable(uint32_t state[8], const uint8_t *data, size_t blocks) {
    for (; blocks > 0; blocks--, data += 64) {
        uint32_t w[16];
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (int t = 0; t < 64; t++) {
            if (t < 16) {
                w[t] = big_endian(data + 4 * t);
            } else {
                uint32_t x = w[(t + 1) & 15], y = w[(t + 14) & 15];
                uint32_t s0 = rotated_right(x, 7) ^ rotated_right(x, 18) ^ (x >> 3);
                uint32_t s1 = rotated_right(y, 17) ^ rotated_right(y, 19) ^ (y >> 10);
                w[t & 15] += s0 + w[(t + 9) & 15] + s1;
            }
            uint32_t sum1 = rotated_right(e, 6) ^ rotated_right(e, 11) ^ rotated_right(e, 25);
            uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + sha256_constants[t] + w[t & 15];
            uint32_t sum0 = rotated_right(a, 2) ^ rotated_right(a, 13) ^ rotated_right(a, 22);
            uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

#if defined(__x86_64__) || defined(__aarch64__)
void repro_sha256_extension(uint32_t state[8], const uint8_t *data, size_t blocks);

void repro_sha256(uint32_t state[8], const uint8_t *data, size_t blocks) {
    if (repro_processor.has_sha) repro_sha256_extension(state, data, blocks);
    else repro_sha256_portable(state, data, blocks);
}
#else
void repro_sha256(uint32_t state[8], const uint8_t *data, size_t blocks) { repro_sha256_portable(state, data, blocks); }
#endif
