// Block by block: what the results should be, and whether each path returns them.
#include "check.h"
#include "oracle.h"

#include <stdio.h>
#include <string.h>

/// One input in so many goes to MPFR whatever the interval says.
#define AUDIT_STRIDE 65537u
/// Mismatches shown of each function.
#define SHOWN 32

static uint32_t to_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

static void map(const repro_kernels *path, int function, size_t count, const float *in, float *out) {
    void (*const maps[FUNCTIONS])(size_t, const float *, float *) = {path->exp, path->log, path->log1p, path->tanh,
                                                                     path->sigmoid};
    maps[function](count, in, out);
}

/// The correctly rounded results of a block of inputs, whose first is number `start`.
static void expected_results(job *job, uint64_t start, size_t count, const float *x, uint32_t *expected,
                             counts *seen) {
    static _Thread_local double approximation[ORACLE_BLOCK];
    oracle_approximate(job->function, count, x, approximation);
    for (size_t i = 0; i < count; i++) {
        float low = (float)(approximation[i] * (1 - ORACLE_BOUND));
        float high = (float)(approximation[i] * (1 + ORACLE_BOUND));
        uint32_t special;
        int decided = to_bits(low) == to_bits(high);
        expected[i] = to_bits(low);
        // A NaN decides nothing: outside the domain the approximation is arbitrary.
        if (oracle_special(job->function, x[i], &special)) {
            expected[i] = special;
        } else if (!decided) {
            expected[i] = oracle_exact(job->function, x[i]);
            seen->exact++;
            if (job->doubtful) printf("doubtful %s %08x\n", function_names[job->function], to_bits(x[i]));
        } else if ((start + i) % AUDIT_STRIDE == 0) {
            seen->audited++;
            seen->audit_failures += oracle_exact(job->function, x[i]) != expected[i];
        }
    }
}

static void check(job *job, uint64_t start, size_t count, counts *seen) {
    static _Thread_local float x[ORACLE_BLOCK], results[ORACLE_BLOCK];
    static _Thread_local uint32_t expected[ORACLE_BLOCK];
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = job->inputs ? job->inputs[start + i] : (uint32_t)(job->first + (start + i) * job->stride);
        memcpy(&x[i], &bits, 4);
    }
    expected_results(job, start, count, x, expected, seen);
    for (int p = 0; p < job->path_count; p++) {
        map(job->paths[p], job->function, count, x, results);
        if (job->plant && start == 0) {
            uint32_t bits = to_bits(results[count / 2]) ^ 1;
            memcpy(&results[count / 2], &bits, 4);
        }
        if (!memcmp(results, expected, count * sizeof *results)) continue;
        for (size_t i = 0; i < count; i++) {
            if (to_bits(results[i]) == expected[i]) continue;
            seen->mismatches[p]++;
            pthread_mutex_lock(&job->lock);
            if (job->shown++ < SHOWN)
                printf("  %s %s(%08x): is %08x, should be %08x\n", job->paths[p]->name, function_names[job->function],
                       to_bits(x[i]), to_bits(results[i]), expected[i]);
            pthread_mutex_unlock(&job->lock);
        }
    }
    seen->inputs += count;
}

void *check_blocks(void *argument) {
    job *job = argument;
    counts seen = {0};
    uint64_t all = job->inputs ? job->input_count : (job->last - job->first) / job->stride + 1;
    for (;;) {
        uint64_t start = atomic_fetch_add(&job->next, ORACLE_BLOCK);
        if (start >= all) break;
        uint64_t left = all - start;
        check(job, start, left < ORACLE_BLOCK ? (size_t)left : ORACLE_BLOCK, &seen);
    }
    pthread_mutex_lock(&job->lock);
    job->total.inputs += seen.inputs;
    job->total.exact += seen.exact;
    job->total.audited += seen.audited;
    job->total.audit_failures += seen.audit_failures;
    for (int p = 0; p < job->path_count; p++) job->total.mismatches[p] += seen.mismatches[p];
    pthread_mutex_unlock(&job->lock);
    oracle_exact_free();
    return NULL;
}
