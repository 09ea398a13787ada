// The comparison of one function over a range or a list of bit patterns, shared out among threads.
#ifndef CHECK_H
#define CHECK_H

#include "repro_kernels.h"

#include <pthread.h>
#include <stdatomic.h>

/// The most paths that a build may hold.
enum { MOST_PATHS = 16 };

typedef struct {
    uint64_t inputs, exact, audited, audit_failures, mismatches[MOST_PATHS];
} counts;

typedef struct {
    int function;
    /// Whether to flip a bit of one result, and whether to list what MPFR decides.
    int plant, doubtful;
    /// Every input from the first to the last that is a whole number of strides from the first; or, where `inputs` is not null, those
    /// in place of the range: `input_count` of them.
    uint64_t first, last, stride;
    const uint32_t *inputs;
    uint64_t input_count;
    /// The paths to compare.
    const repro_kernels *paths[MOST_PATHS];
    int path_count;

    atomic_uint_fast64_t next;
    pthread_mutex_t lock;
    counts total;
    uint64_t shown;
} job;

/// A thread's share: blocks of the range until none is left. The argument is a job, whose total it adds to.
void *check_blocks(void *argument);

#endif
