// From names and places in the list to paths, and from paths to what this processor can run.
#include "paths.h"
#include "../processor/processor.h"

#include <string.h>

#define TABLE_OF(name, supported) &repro_kernels_##name,
static const repro_kernels *const paths[] = {REPRO_PATHS(TABLE_OF)};

const repro_kernels *repro_kernels_at(size_t index) {
    return index < sizeof paths / sizeof paths[0] ? paths[index] : 0;
}

const repro_kernels *repro_kernels_named(const char *name) {
    const repro_kernels *path;
    for (size_t index = 0; (path = repro_kernels_at(index)); index++) {
        if (strcmp(path->name, name) == 0) return path;
    }
    return 0;
}

int repro_kernels_supported(const repro_kernels *path) {
#define ANSWER_OF(name, supported)                                                                                     \
    if (path == &repro_kernels_##name) return supported;
    REPRO_PATHS(ANSWER_OF)
    return 0;
}
