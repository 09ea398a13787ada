// The kernels behind the numerical contract: what they read and write, and the table of them that each path has.
//
// Every kernel equals, bit for bit, a plain loop in ReproNumerics (its path `reference`); a path may only be faster.
// "Chain" means acc = fma(a, b, acc) in ascending order of the reduced index, one rounding each, never split, padded
// or shortened. Matrices are row-major binary32. No kernel allocates: what one works in is passed as `scratch`.
// Outputs never alias inputs unless a comment says so. Sizes may be zero.

#ifndef REPRO_KERNELS_H
#define REPRO_KERNELS_H

#include "repro_cells.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: What kernels read and write

/// `rows` × `columns` floats; row m begins at base + m × stride.
typedef struct repro_matrix {
    float *base;
    size_t rows, columns, stride;
} repro_matrix;

/// `rows` × `columns` floats, element (m, n) at base[m × row_stride + n × column_stride]: what is packed, transposed
/// or not.
typedef struct repro_strided {
    const float *base;
    size_t rows, columns, row_stride, column_stride;
} repro_strided;

/// `count` rows that stand anywhere in memory, in the order in which a reduction walks them.
typedef struct repro_row_list {
    const float *const *rows;
    size_t count;
} repro_row_list;

/// What a step of SGD multiplies by; `first` is nonzero at the first step, whose velocity is the gradient itself.
typedef struct repro_sgd_coefficients {
    float scale, rate, momentum, decay;
    int first;
} repro_sgd_coefficients;

/// What a step of Adam or AdamW multiplies by.
typedef struct repro_adam_coefficients {
    float scale, shrink, decay, w1, beta2, w2, rate, root, epsilon;
} repro_adam_coefficients;

// MARK: The table

/// One path through the kernels: the same operations compiled for one instruction set.
typedef struct repro_kernels {
    /// The name, which is the raw value of the Swift enumeration `KernelPath`: "portable", "avx2", …
    const char *name;

    // MARK: Matrix products

    /// The number of floats that `pack` writes for a matrix of `depth` rows and `columns` columns.
    size_t (*packed_count)(size_t depth, size_t columns);

    /// Lays B (depth × columns) out in panels for `multiply`.
    void (*pack)(repro_strided b, float *packed);

    /// C(m, n) = chain over k of A(m, k) · B(k, n). The chain starts at C(m, n) where `start` is null, else at
    /// start[n]. `packed` comes from `pack` of this same path, of a B with as many rows as A has columns, and with C's
    /// columns; memory for it that is aligned to 64 bytes makes products of few rows faster. The matrices are passed by
    /// pointer, because a step of a small cell would feel their copies.
    /// `scratch` has `multiply_scratch` floats, aligned to 64 bytes; it may be null where that is 0.
    void (*multiply)(const repro_matrix *a, const float *packed, const float *start, const repro_matrix *c,
                     float *scratch);

    /// The number of floats that `multiply` needs to work in: what it packs at a time of A, at most 160 KiB, and 0
    /// where it reads A in place.
    size_t (*multiply_scratch)(size_t rows, size_t columns, size_t depth);

    /// C(m, n) = chain over k of a.rows[k][m] · b.rows[k][n], starting at C(m, n) where `accumulate` is nonzero, else
    /// at +0. The sum of outer products behind every weight gradient; k runs over positions in their order.
    /// `scratch` has `outer_scratch` floats, aligned to 64 bytes.
    void (*outer)(repro_row_list a, repro_row_list b, int accumulate, repro_matrix c, float *scratch);

    /// The number of floats that `outer` needs to work in: what it packs at a time of its operands, less than 1 MiB.
    size_t (*outer_scratch)(size_t rows, size_t columns, size_t depth);

    /// out[n] = sum over k, ascending, of list.rows[k][n] (additions only), starting at out[n] where `accumulate` is
    /// nonzero, else at +0.
    void (*sum_rows)(repro_row_list list, int accumulate, size_t columns, float *out);

    // MARK: Elementary functions, correctly rounded for every input; `out` may be `in`

    void (*exp)(size_t count, const float *in, float *out);
    void (*log)(size_t count, const float *in, float *out);
    void (*log1p)(size_t count, const float *in, float *out);
    void (*tanh)(size_t count, const float *in, float *out);
    void (*sigmoid)(size_t count, const float *in, float *out);

    // MARK: Cells

    /// REPRO_CELLS cells, indexed by `repro_cell`.
    const repro_cell_kernels *cells;

    /// Completes the gradient of a state: r, which `gradient` holds, is the chain over the gate rows of the step that
    /// read the state. r = fma(carried, update, r) where `carried` is given (dh' and z' of that step), then
    /// dh = above + r where `above` is given (the gradient from above into the state).
    void (*complete_state_gradient)(repro_matrix gradient, repro_rows carried, repro_rows update, repro_rows above);

    // MARK: Optimisers, element by element, each operation rounded, no fma

    /// g = gradient × scale (where scale != 1); g = g + decay × p (where decay != 0);
    /// with momentum != 0: v = first ? g : momentum × v + g, and g = v; p = p − rate × g.
    /// `velocity` may be null where momentum is 0.
    void (*sgd)(size_t count, float *p, const float *gradient, float *velocity, repro_sgd_coefficients coefficients);

    /// g = gradient × scale (where scale != 1); p = p × shrink (where shrink != 1; AdamW's decoupled decay);
    /// g = g + decay × p (where decay != 0; Adam's); m = m + w1 × (g − m); v = beta2 × v + w2 × (g × g);
    /// p = p − rate × (m ÷ (√v ÷ root + epsilon)).
    void (*adam)(size_t count, float *p, const float *gradient, float *m, float *v,
                 repro_adam_coefficients coefficients);

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

/// The paths that this build holds, slowest first, whether or not this processor can run them; null past the last.
const repro_kernels *repro_kernels_at(size_t index);

/// The path of that name, or null where this architecture was not compiled with it.
const repro_kernels *repro_kernels_named(const char *name);

/// Whether the path is one of this build's and this processor (and its operating system) can run it.
int repro_kernels_supported(const repro_kernels *path);

#ifdef __cplusplus
}
#endif

#endif
