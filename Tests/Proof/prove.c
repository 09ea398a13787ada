// make prove: every elementary function, on every path that this processor runs, against its definition for all 2^32
// inputs.
//
// For each input a binary64 approximation with a proven error bound (oracle.c) gives an interval. Where both its ends
// round to the same binary32 number, that is the correctly rounded result; else MPFR decides (exact.c). Each path's
// result must have those very bits. One input in 65,537 goes to MPFR whatever the interval says, which would catch
// an error in the bound's proof.
//
//     prove [--first HEX] [--last HEX] [--stride N] [--threads N] [--functions exp,tanh] [--paths avx2,portable]
//           [--inputs FILE] [--plant] [--doubtful]
//
// --stride takes every N-th input of the range. --inputs takes, in place of a range, the inputs that a file lists: lines of a
// function's name and a bit pattern in hexadecimal, as in Tests/Fixtures/elementary_hard_inputs.txt.
// --doubtful lists the inputs that MPFR had to decide, the hard ones, in no particular order.
// --plant flips the last bit of one result in each function and path, to show that the proof turns red.
// Exit status: 0 proved, 1 a mismatch (or the audit failed), 2 usage.
#include "check.h"
#include "oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/// Runs one function over the range and prints its counts; the number of failures.
static uint64_t prove(job *job, int threads) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    memset(&job->total, 0, sizeof job->total);
    job->shown = 0;
    atomic_store(&job->next, 0);
    pthread_t workers[64];
    for (int t = 0; t < threads; t++)
        if (pthread_create(&workers[t], NULL, check_blocks, job)) exit(2);
    for (int t = 0; t < threads; t++) pthread_join(workers[t], NULL);
    clock_gettime(CLOCK_MONOTONIC, &to);
    uint64_t failures = job->total.audit_failures;
    printf("%-8s inputs %llu, decided by MPFR %llu, audited by MPFR %llu (%llu wrong), %.1f s\n",
           function_names[job->function], (unsigned long long)job->total.inputs, (unsigned long long)job->total.exact,
           (unsigned long long)job->total.audited, (unsigned long long)job->total.audit_failures,
           (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec));
    for (int p = 0; p < job->path_count; p++) {
        printf("         %-8s mismatches %llu\n", job->paths[p]->name, (unsigned long long)job->total.mismatches[p]);
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
    fprintf(stderr, "usage: prove [--first HEX] [--last HEX] [--stride N] [--threads N] [--functions LIST]\n"
                    "             [--paths LIST] [--inputs FILE] [--plant] [--doubtful]\n");
    return 2;
}

/// The inputs that a file lists for a function; null where it cannot be read, or holds a line that is none.
static const uint32_t *read_inputs(const char *path, const char *function, uint64_t *count) {
    enum { MOST = 1 << 20 };
    static uint32_t inputs[MOST];
    FILE *file = fopen(path, "r");
    char line[256], name[16];
    *count = 0;
    while (file && fgets(line, sizeof line, file)) {
        uint32_t bits;
        if (line[0] == '#' || line[0] == '\n') continue;
        if (sscanf(line, "%15s %x", name, &bits) != 2 || *count == MOST) {
            fprintf(stderr, "prove: %s: no function and input, or too many: %s", path, line);
            return NULL;
        }
        if (!strcmp(name, function)) inputs[(*count)++] = bits;
    }
    if (!file) return fprintf(stderr, "prove: %s: cannot be read\n", path), NULL;
    fclose(file);
    return inputs;
}

int main(int argc, char **argv) {
    static job job = {.last = 0xffffffff, .stride = 1, .lock = PTHREAD_MUTEX_INITIALIZER};
    const char *functions = NULL, *paths = NULL, *file = NULL;
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
        else if (!strcmp(argv[i], "--stride")) job.stride = strtoull(value, NULL, 10);
        else if (!strcmp(argv[i], "--inputs")) file = value;
        else if (!strcmp(argv[i], "--threads")) threads = atoi(value);
        else if (!strcmp(argv[i], "--functions")) functions = value;
        else if (!strcmp(argv[i], "--paths")) paths = value;
        else return usage();
        i++;
    }
    if (threads < 1 || threads > 64 || job.first > job.last || job.last > 0xffffffff || !job.stride) return usage();
    const repro_kernels *path;
    for (size_t index = 0; (path = repro_kernels_at(index)); index++) {
        if (!listed(paths, path->name)) continue;
        if (!repro_kernels_supported(path)) {
            printf("skipped: path %s, which this processor cannot run\n", path->name);
            continue;
        }
        if (job.path_count == MOST_PATHS) return fprintf(stderr, "prove: raise MOST_PATHS in check.h\n"), 2;
        job.paths[job.path_count++] = path;
    }
    if (!job.path_count) return usage();
    int functions_run = 0;
    uint64_t failures = 0;
    for (int f = 0; f < FUNCTIONS; f++) {
        if (!listed(functions, function_names[f])) continue;
        job.function = f;
        if (file && (!(job.inputs = read_inputs(file, function_names[f], &job.input_count)) || !job.input_count)) return 2;
        failures += prove(&job, threads);
        functions_run++;
    }
    if (!functions_run) return usage();
    printf("%s: %llu failures\n", failures ? "NOT PROVED" : "proved", (unsigned long long)failures);
    return failures != 0;
}
