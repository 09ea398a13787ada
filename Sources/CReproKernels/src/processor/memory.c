// How the C library treats freed memory.
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
