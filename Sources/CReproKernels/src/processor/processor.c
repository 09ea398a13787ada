// Asking the processor what it can do. By hand, because the compilers' own query lives in a support library that not
// every platform links.
#include "processor.h"
#include "repro_processor.h"

#include <string.h>

repro_processor_features repro_processor;

#if defined(__x86_64__)
#include <cpuid.h>

/// The register states that the operating system saves (XCR0).
static unsigned long long saved_states(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((unsigned long long)high << 32) | low;
}

__attribute__((constructor)) static void ask_processor(void) {
    unsigned a, b, c, d, b7 = 0, c7, d7;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    int sse41 = (c >> 19) & 1, ssse3 = (c >> 9) & 1, fma = (c >> 12) & 1, osxsave = (c >> 27) & 1, avx = (c >> 28) & 1;
    if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) b7 = 0;
    unsigned long long saved = osxsave ? saved_states() : 0;
    int ymm = avx && (saved & 0x6) == 0x6;    // xmm and upper halves of ymm
    int zmm = ymm && (saved & 0xe0) == 0xe0;  // opmask, upper halves of zmm 0–15, zmm 16–31
    repro_processor.has_fma = ymm && fma;
    repro_processor.has_avx2 = ymm && fma && ((b7 >> 5) & 1);
    unsigned foundation_dq_bw_vl = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);
    repro_processor.has_avx512 = repro_processor.has_avx2 && zmm && (b7 & foundation_dq_bw_vl) == foundation_dq_bw_vl;
    repro_processor.has_sha = ((b7 >> 29) & 1) && sse41 && ssse3;
}

/// The brand string: leaves 0x80000002 … 4, sixteen bytes each.
static void brand(char text[49]) {
    unsigned words[12] = {0};
    for (unsigned leaf = 0; leaf < 3; leaf++) {
        unsigned *w = words + 4 * leaf;
        if (!__get_cpuid(0x80000002u + leaf, w, w + 1, w + 2, w + 3)) break;
    }
    memcpy(text, words, 48);
    text[48] = 0;
}
#elif defined(__aarch64__)
#if defined(__APPLE__)
#include <sys/sysctl.h>
__attribute__((constructor)) static void ask_processor(void) {
    repro_processor.has_fma = 1;
    repro_processor.has_sha = 1;  // every 64-bit Apple processor
}
static void brand(char text[49]) {
    size_t size = 48;
    text[0] = 0;
    if (sysctlbyname("machdep.cpu.brand_string", text, &size, 0, 0) != 0) size = 0;
    text[size] = 0;
}
#else
#if defined(__linux__)
#include <sys/auxv.h>
#endif
__attribute__((constructor)) static void ask_processor(void) {
    repro_processor.has_fma = 1;
#if defined(__linux__)
    repro_processor.has_sha = (getauxval(AT_HWCAP) >> 6) & 1;  // HWCAP_SHA2
#endif
}
static void brand(char text[49]) { text[0] = 0; }
#endif
#else
static void brand(char text[49]) { text[0] = 0; }
#endif

void repro_processor_name(char *buffer, size_t capacity) {
    if (capacity == 0) return;
    char text[49];
    brand(text);
    size_t first = 0, last = strlen(text);
    while (text[first] == ' ') first++;
    while (last > first && text[last - 1] == ' ') last--;
    size_t count = last - first < capacity - 1 ? last - first : capacity - 1;
    memcpy(buffer, text + first, count);
    buffer[count] = 0;
}
