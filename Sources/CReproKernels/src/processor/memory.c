// How the C library treats freed memory, and whether memory has a shadow.
#include "repro_memory.h"

#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)
#include <malloc.h>

void repro_keep_freed_memory(void) {
    // No mapping of its own for any request: one is returned to the system when it is freed, and the size that sets
    // them apart cannot be set above 32 MiB, which the gates of a long sequence exceed.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
}
#else
void repro_keep_freed_memory(void) {}
#endif

#if defined(__has_feature)
#define HAS(feature) __has_feature(feature)
#else
#define HAS(feature) 0
#endif

int repro_memory_has_shadow(void) {
#if HAS(address_sanitizer) || HAS(thread_sanitizer) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 1;
#else
    return 0;
#endif
}
