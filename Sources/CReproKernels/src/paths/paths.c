// From names to paths, and from paths to what this processor can run.
#include "paths.h"
#include "../processor/processor.h"

#include <string.h>

const repro_kernels *repro_kernels_named(const char *name) {
    static const repro_kernels *const paths[] = {
        &repro_kernels_portable,
#if defined(__x86_64__)
        &repro_kernels_avx2,
        &repro_kernels_avx512,
#elif defined(__aarch64__)
        &repro_kernels_neon,
#endif
    };
    for (size_t k = 0; k < sizeof paths / sizeof paths[0]; k++) {
        if (strcmp(paths[k]->name, name) == 0) return paths[k];
    }
    return 0;
}

int repro_kernels_supported(const repro_kernels *path) {
#if defined(__x86_64__)
    if (path == &repro_kernels_avx2) return repro_processor.has_avx2;
    if (path == &repro_kernels_avx512) return repro_processor.has_avx512;
#endif
    return path != 0;
}
