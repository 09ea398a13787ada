/// Statuses, memory, engines, handles and random streams: what every other part of repro.h rests on.
#ifndef REPRO_BASE_H
#define REPRO_BASE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What this header describes. A library of another number has other structures.
#define REPRO_INTERFACE 2

typedef int32_t repro_status;
enum {
    REPRO_OK = 0,
    /// An argument is missing, of a wrong size or out of its range; the message names it.
    REPRO_INVALID_ARGUMENT = 1,
    /// No such handle: never made, released, used up, or of something else.
    REPRO_INVALID_HANDLE = 2,
    /// The processor lacks the kernels, or the system refused a thread.
    REPRO_UNAVAILABLE = 3,
    /// The calling thread's floating-point environment was changed.
    REPRO_FLOATING_POINT = 4,
    /// The engine belongs to the process that forked this one.
    REPRO_FORKED = 5,
    /// A mean over nothing: no target counts.
    REPRO_NOTHING_COUNTED = 6,
    /// None of the above.
    REPRO_INTERNAL = 7
};

/// Receives what went wrong; unchanged where nothing did.
typedef struct repro_error {
    int64_t status;
    /// UTF-8 with a NUL at its end, cut where it is longer.
    char message[504];
} repro_error;

/// An engine, a tape or kept weights; 0 is none.
typedef uint64_t repro_handle;

/// Numbers to read. `data` NULL and `count` 0 where they are absent.
typedef struct repro_input {
    const float *data;
    int64_t count;
} repro_input;

/// Memory to write to. `data` NULL and `count` 0 where nothing is wanted.
typedef struct repro_output {
    float *data;
    int64_t count;
} repro_output;

/// Integers to read.
typedef struct repro_integers {
    const int64_t *data;
    int64_t count;
} repro_integers;

/// REPRO_INTERFACE of the library.
uint32_t repro_interface(void);

// MARK: Engines and handles

typedef struct repro_engine_call {
    /// "auto", "reference", "portable", "avx2", "avx512" or "neon"; NULL is "auto".
    const char *kernels;
    /// 1 … 1024.
    int64_t threads;
    repro_handle *engine;
} repro_engine_call;

repro_status repro_engine_create(const repro_engine_call *call, repro_error *error);
/// The name of an engine's kernels, never NULL for a valid engine; it lives as long as the library.
const char *repro_engine_kernels(repro_handle engine);
/// Ends an engine, a tape or kept weights. Calls that are under way on it end first.
repro_status repro_release(repro_handle handle, repro_error *error);

// MARK: Random streams

/// NumPy's PCG64 in a state. A copy goes on by itself.
typedef struct repro_stream {
    uint64_t state_high, state_low, increment_high, increment_low;
    /// 1 where the high half of a draw waits in `buffered`, else 0.
    uint64_t has_buffered, buffered;
} repro_stream;

/// numpy.random.PCG64(numpy.random.SeedSequence(seed, spawn_key=key)).
typedef struct repro_stream_call {
    uint64_t seed;
    const uint32_t *key;
    int64_t key_count;
    repro_stream *stream;
} repro_stream_call;

repro_status repro_stream_create(const repro_stream_call *call, repro_error *error);
/// CRC-32 of a name's bytes: the key of a parameter's stream, (0, key).
uint32_t repro_name_key(const char *name);

/// Numbers of U(low, high), each `low + (high − low) × u` with both bounds rounded to binary32.
typedef struct repro_uniform_call {
    repro_stream *stream;
    double low, high;
    repro_output output;
} repro_uniform_call;

repro_status repro_stream_uniform(const repro_uniform_call *call, repro_error *error);

/// An order of 0 … count − 1: numpy.random.Generator.permutation(count).
typedef struct repro_permutation_call {
    repro_stream *stream;
    int64_t *output;
    int64_t count;
} repro_permutation_call;

repro_status repro_stream_permutation(const repro_permutation_call *call, repro_error *error);

#ifdef __cplusplus
}
#endif
#endif
