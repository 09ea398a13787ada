// How the C library treats freed memory.
#include "repro_memory.h"

#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)
#include <malloc.h>

void repro_keep_freed_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the greatest that it takes
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
}
#else
void repro_keep_freed_memory(void) {}
#endif
