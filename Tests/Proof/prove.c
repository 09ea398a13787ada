// make prove: every elementary function, on every path that this processor runs, against its definition for all 2^32
// inputs.
//
// For each input a binary64 approximation with a proven error bound (oracle.c) gives an interval. Where both its ends
// round to the same binary32 number, that is the correctly rounded result; else MPFR decides (exact.c). Each path's
// result must have those very bits. One input in AUDIT_STRIDE goes to MPFR whatever the interval says, which would catch
// an error in the bound's proof.
//
//     prove [--first HEX] [--last HEX] [--threads N] [--functions exp,tanh] [--paths avx2,portable] [--plant] [--doubtful]
//
// --doubtful lists the inputs that MPFR had to decide, the hard ones, in no particular order.
// --plant flips the last bit of one result in each function and path, to show that the proof turns red.
// Exit status: 0 proved, 1 a mismatch (or the audit failed), 2 usage.
#include "oracle.h"
#include "repro_kernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATHS = 4, SHOWN = 32 };
static const char *const path_names[PATHS] = {"avx512", "avx2", "neon", "portable"};
#define AUDIT_STRIDE 65537u

typedef struct {
    uint64_t inputs, exact, audited, audit_failures, mismatches[PATHS];
} counts;

typedef struct {
    int function, plant, doubtful;
    uint64_t first, last;
    const repro_kernels *paths[PATHS];
    atomic_uint_fast64_t next;
    pthread_mutex_t lock;
    counts total;
    uint64_t shown;
} job;

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

/// The correctly rounded results of a block of consecutive bit patterns.
static void expected_results(job *job, uint64_t start, size_t count, const float *x, uint32_t *expected, counts *seen) {
    static _Thread_local double approximation[ORACLE_BLOCK];
    oracle_approximate(job->function, count, x, approximation);
    for (size_t i = 0; i < count; i++) {
        float low = (float)(approximation[i] * (1 - ORACLE_BOUND)), high = (float)(approximation[i] * (1 + ORACLE_BOUND));
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
        uint32_t bits = (uint32_t)(start + i);
        memcpy(&x[i], &bits, 4);
    }
    expected_results(job, start, count, x, expected, seen);
    for (int p = 0; p < PATHS; p++) {
        if (!job->paths[p]) continue;
        map(job->paths[p], job->function, count, x, results);
        if (job->plant && start == job->first) {
            uint32_t bits = to_bits(results[count / 2]) ^ 1;
            memcpy(&results[count / 2], &bits, 4);
        }
        if (!memcmp(results, expected, count * sizeof *results)) continue;
        for (size_t i = 0; i < count; i++) {
            if (to_bits(results[i]) == expected[i]) continue;
            seen->mismatches[p]++;
            pthread_mutex_lock(&job->lock);
            if (job->shown++ < SHOWN)
                printf("  %s %s(%08x): is %08x, should be %08x\n", path_names[p], function_names[job->function],
                       to_bits(x[i]), to_bits(results[i]), expected[i]);
            pthread_mutex_unlock(&job->lock);
        }
    }
    seen->inputs += count;
}

static void *work(void *argument) {
    job *job = argument;
    counts seen = {0};
    for (;;) {
        uint64_t start = atomic_fetch_add(&job->next, ORACLE_BLOCK);
        if (start > job->last) break;
        uint64_t left = job->last - start + 1;
        check(job, start, left < ORACLE_BLOCK ? (size_t)left : ORACLE_BLOCK, &seen);
    }
    pthread_mutex_lock(&job->lock);
    job->total.inputs += seen.inputs;
    job->total.exact += seen.exact;
    job->total.audited += seen.audited;
    job->total.audit_failures += seen.audit_failures;
    for (int p = 0; p < PATHS; p++) job->total.mismatches[p] += seen.mismatches[p];
    pthread_mutex_unlock(&job->lock);
    oracle_exact_free();
    return NULL;
}

/// Runs one function over the range and prints its counts; the number of failures.
static uint64_t prove(job *job, int threads) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    memset(&job->total, 0, sizeof job->total);
    job->shown = 0;
    atomic_store(&job->next, job->first);
    pthread_t workers[64];
    for (int t = 0; t < threads; t++)
        if (pthread_create(&workers[t], NULL, work, job)) exit(2);
    for (int t = 0; t < threads; t++) pthread_join(workers[t], NULL);
    clock_gettime(CLOCK_MONOTONIC, &to);
    uint64_t failures = job->total.audit_failures;
    printf("%-8s inputs %llu, decided by MPFR %llu, audited by MPFR %llu (%llu wrong), %.1f s\n",
           function_names[job->function], (unsigned long long)job->total.inputs, (unsigned long long)job->total.exact,
           (unsigned long long)job->total.audited, (unsigned long long)job->total.audit_failures,
           (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec));
    for (int p = 0; p < PATHS; p++) {
        if (!job->paths[p]) continue;
        printf("         %-8s mismatches %llu\n", path_names[p], (unsigned long long)job->total.mismatches[p]);
        failures += job->total.mismatches[p];
    }
    fflush(stdout);
    return failures;
}

/// Whether `name` is in a comma-separated list, or the list is absent.
static int listed(const char *list, const char *name) {
    size_t length = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, name, length) && (at[length] == ',' || !at[length])) return 1;
    }
    return !list;
}

static int usage(void) {
    fprintf(stderr, "usage: prove [--first HEX] [--last HEX] [--threads N] [--functions LIST] [--paths LIST] [--plant] [--doubtful]\n");
    return 2;
}

int main(int argc, char **argv) {
    static job job = {.last = 0xffffffff, .lock = PTHREAD_MUTEX_INITIALIZER};
    const char *functions = NULL, *paths = NULL;
    int threads = 2;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(argv[i], "--plant") || !strcmp(argv[i], "--doubtful")) {
            *(argv[i][2] == 'p' ? &job.plant : &job.doubtful) = 1;
            continue;
        }
        if (!value) return usage();
        if (!strcmp(argv[i], "--first")) job.first = strtoull(value, NULL, 16);
        else if (!strcmp(argv[i], "--last")) job.last = strtoull(value, NULL, 16);
        else if (!strcmp(argv[i], "--threads")) threads = atoi(value);
        else if (!strcmp(argv[i], "--functions")) functions = value;
        else if (!strcmp(argv[i], "--paths")) paths = value;
        else return usage();
        i++;
    }
    if (threads < 1 || threads > 64 || job.first > job.last || job.last > 0xffffffff) return usage();
    int paths_run = 0, functions_run = 0;
    for (int p = 0; p < PATHS; p++) {
        const repro_kernels *path = repro_kernels_named(path_names[p]);
        if (!listed(paths, path_names[p])) continue;
        if (!path || !repro_kernels_supported(path)) {
            printf("skipped: path %s, which this processor cannot run\n", path_names[p]);
            continue;
        }
        job.paths[p] = path;
        paths_run++;
    }
    uint64_t failures = 0;
    for (int f = 0; f < FUNCTIONS; f++) {
        if (!listed(functions, function_names[f])) continue;
        job.function = f;
        failures += prove(&job, threads);
        functions_run++;
    }
    if (!paths_run || !functions_run) return usage();
    printf("%s: %llu failures\n", failures ? "NOT PROVED" : "proved", (unsigned long long)failures);
    return failures != 0;
}
