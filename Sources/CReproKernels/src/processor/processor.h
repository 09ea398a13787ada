// What this processor, with its operating system, can run. Filled in before main, constant afterwards.
#ifndef REPRO_PROCESSOR_H
#define REPRO_PROCESSOR_H

typedef struct repro_processor_features {
    int has_fma;
    int has_avx2;
    int has_avx512;
    int has_sha;
} repro_processor_features;

extern repro_processor_features repro_processor;

#endif
