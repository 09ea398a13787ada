// The kernels behind the numerical contract.
//
// Every function here equals, bit for bit, a plain loop in ReproNumerics (its path `reference`); a path may only be
// faster. "Chain" means acc = fma(a, b, acc) in ascending order of the reduced index, one rounding an addition, never
// split, padded or shortened. Matrices are row-major binary32; a stride counts floats between rows. No function
// allocates. Outputs never alias inputs unless a comment says so. Sizes may be zero.

#ifndef REPRO_KERNELS_H
#define REPRO_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One path through the kernels: the same operations compiled for one instruction set.
typedef struct repro_kernels {
    /// "portable", "avx2", "avx512" or "neon".
    const char *name;

    // MARK: Matrix products

    /// The number of floats that `pack` writes for a matrix of `depth` rows and `columns` columns.
    size_t (*packed_count)(size_t depth, size_t columns);

    /// Lays B (depth × columns, B(k, n) = b[k * row_stride + n * column_stride]) out in panels for `multiply`.
    void (*pack)(size_t depth, size_t columns, const float *b, size_t row_stride, size_t column_stride, float *packed);

    /// C(m, n) = chain over k of A(m, k) · B(k, n). The chain starts at C(m, n) where `start` is null, else at
    /// start[n]. `packed` comes from `pack` of this same path with this same depth and columns.
    /// Memory for it that is aligned to 64 bytes makes products of few rows faster.
    void (*multiply)(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride, const float *packed,
                     const float *start, float *c, size_t c_stride);

    /// C(m, n) = chain over k of a_rows[k][m] · b_rows[k][n], starting at C(m, n) where `accumulate` is nonzero, else
    /// at +0. The sum of outer products behind every weight gradient; k runs over positions in their order.
    /// `scratch` has `outer_scratch` floats, aligned to 64 bytes.
    void (*outer)(size_t rows, size_t columns, size_t depth, const float *const *a_rows, const float *const *b_rows,
                  int accumulate, float *c, size_t c_stride, float *scratch);

    /// The number of floats that `outer` needs to work in: what it packs at a time of its operands, less than 1 MiB.
    size_t (*outer_scratch)(size_t rows, size_t columns, size_t depth);

    /// out[n] = sum over k, ascending, of rows[k][n] (additions only), starting at out[n] where `accumulate` is
    /// nonzero, else at +0.
    void (*sum_rows)(size_t columns, size_t depth, const float *const *rows, int accumulate, float *out);

    // MARK: Elementary functions, correctly rounded for every input; `out` may be `in`

    void (*exp)(size_t count, const float *in, float *out);
    void (*log)(size_t count, const float *in, float *out);
    void (*log1p)(size_t count, const float *in, float *out);
    void (*tanh)(size_t count, const float *in, float *out);
    void (*sigmoid)(size_t count, const float *in, float *out);

    // MARK: Cells. Gate q of unit j of a row stands at row[q * hidden + j]; `units` units are computed from the
    // pointers given, so that callers may split the units of one layer (units <= hidden; hidden is the distance
    // between gates).

    /// LSTM, gates i f g o. `gates` holds pre-activations and receives the activations.
    /// i, f, o = sigmoid; g = tanh; c' = fma(f, c, i × g); tanh_cell = tanh(c'); h' = o × tanh_cell.
    /// `cell_out` may be `cell`. `tanh_cell` may be null.
    void (*lstm_forward)(size_t rows, size_t hidden, size_t units, float *gates, size_t gates_stride,
                         const float *cell, size_t cell_stride, float *cell_out, size_t cell_out_stride,
                         float *tanh_cell, size_t tanh_stride, float *h, size_t h_stride);

    /// From the activations to the gradients before activation, in place in `gates`. `d_cell` holds the gradient that
    /// flows into c' from the next step and receives the one that flows into c. With t = tanh_cell:
    /// dc = fma(dh × o, fma(-t, t, 1), d_cell);
    /// di = (dc × g × i) × (1 − i); df = (dc × c × f) × (1 − f); dg = (dc × i) × fma(-g, g, 1);
    /// do = (dh × t × o) × (1 − o); d_cell = dc × f. Products associate to the left.
    void (*lstm_backward)(size_t rows, size_t hidden, size_t units, float *gates, size_t gates_stride,
                          const float *cell, size_t cell_stride, const float *tanh_cell, size_t tanh_stride,
                          const float *dh, size_t dh_stride, float *d_cell, size_t d_cell_stride);

    /// GRU, gates r z n. `gates` holds the pre-activations of r and z and the input's part gx of n, and receives
    /// r, z, n; `gh` holds the hidden state's part of n. n = tanh(fma(r, gh, gx)); h' = fma(z, h − n, n).
    /// `h_out` may be `h`.
    void (*gru_forward)(size_t rows, size_t hidden, size_t units, float *gates, size_t gates_stride, const float *gh,
                        size_t gh_stride, const float *h, size_t h_stride, float *h_out, size_t h_out_stride);

    /// From r, z, n to the gradients before activation, in place in `gates`; `gh` receives dn × r, the gradient of gh.
    /// dz = (dh × (h − n) × z) × (1 − z); dn = (dh × (1 − z)) × fma(-n, n, 1); dr = (dn × gh × r) × (1 − r).
    /// `dh_before` holds the gradient from above into h, the state that the step read, and receives
    /// fma(dh, z, dh_before), where the chain into h starts.
    void (*gru_backward)(size_t rows, size_t hidden, size_t units, float *gates, size_t gates_stride, float *gh,
                         size_t gh_stride, const float *h, size_t h_stride, const float *dh, size_t dh_stride,
                         float *dh_before, size_t dh_before_stride);

    /// RNN. h = tanh(a), or relu(a) = a > 0 ? a : +0 where `relu` is nonzero. `h` may be `pre`.
    void (*rnn_forward)(size_t rows, size_t units, int relu, const float *pre, size_t pre_stride, float *h,
                        size_t h_stride);

    /// delta = dh × fma(-h, h, 1), or for relu h > 0 ? dh : +0. `delta` may be `dh`.
    void (*rnn_backward)(size_t rows, size_t units, int relu, const float *h, size_t h_stride, const float *dh,
                         size_t dh_stride, float *delta, size_t delta_stride);

    // MARK: Optimisers, element by element, each operation rounded, no fma

    /// g = gradient × scale (where scale != 1); g = g + decay × p (where decay != 0);
    /// with momentum != 0: v = first ? g : momentum × v + g, and g = v; p = p − rate × g.
    /// `velocity` may be null where momentum is 0.
    void (*sgd)(size_t count, float *p, const float *gradient, float *velocity, float scale, float rate,
                float momentum, float decay, int first);

    /// g = gradient × scale (where scale != 1); p = p × shrink (where shrink != 1; AdamW's decoupled decay);
    /// g = g + decay × p (where decay != 0; Adam's); m = m + w1 × (g − m); v = beta2 × v + w2 × (g × g);
    /// p = p − rate × (m ÷ (√v ÷ root + epsilon)).
    void (*adam)(size_t count, float *p, const float *gradient, float *m, float *v, float scale, float shrink,
                 float decay, float w1, float beta2, float w2, float rate, float root, float epsilon);

    // MARK: Sums in binary64, digests

    /// Lane j of 64 sums the squares of elements j, j + 64, … in binary64; the lanes are then added to *sum in
    /// ascending order.
    void (*sum_of_squares)(size_t count, const float *x, double *sum);

    /// SHA-256's compression function over `blocks` blocks of 64 bytes (FIPS 180-4, section 6.2).
    void (*sha256)(uint32_t state[8], const uint8_t *data, size_t blocks);

    /// The SHA-256, 32 bytes each, of consecutive pieces of `count` bytes: `piece_size` bytes each, the last maybe
    /// fewer. Pieces are independent, so that several pass through the processor's pipeline at once.
    void (*sha256_pieces)(const uint8_t *data, size_t count, size_t piece_size, uint8_t *digests);
} repro_kernels;

/// The path of that name, or null where this architecture was not compiled with it.
const repro_kernels *repro_kernels_named(const char *name);

/// Whether this processor (and its operating system) can run the path.
int repro_kernels_supported(const repro_kernels *path);

/// fma(a, b, c) rounded once: the hardware's instruction, or the exact emulation below. Never the C library's.
float repro_fma(float a, float b, float c);

/// The emulation alone, for processors without the instruction and for the tests that hold it to the hardware.
float repro_fma_emulated(float a, float b, float c);

/// √x, correctly rounded (the instruction).
float repro_sqrt(float x);
double repro_sqrt64(double x);

/// a × b + c with two roundings, compiled where fma is available: the canary for the pragma that keeps compilers from
/// contracting it.
float repro_contraction_canary(float a, float b, float c);

/// What is wrong with this thread's floating-point environment: 0 where it is as the contract wants it, else a sum of
/// 1 (rounding is not to nearest), 2 (results are flushed to zero), 4 (operands are treated as zero).
unsigned repro_floating_point_faults(void);

/// For tests: puts faults as above into this thread's environment (0 restores it). Where the processor has one switch
/// for results and operands, as 64-bit ARM does, either fault brings both.
void repro_set_floating_point_faults(unsigned faults);

/// The processor's name (brand string), written with a terminating zero; empty where it cannot be told.
void repro_processor_name(char *buffer, size_t capacity);

/// Tells the processor that this thread is waiting in a loop.
static inline void repro_spin_hint(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

#ifdef __cplusplus
}
#endif

#endif
