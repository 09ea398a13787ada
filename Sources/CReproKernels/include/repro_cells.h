// The recurrent cells: which there are, and what one time step of them reads and writes.
//
// One row per sequence. Every pointer stands at the first unit computed; gate q of unit j of a row stands at
// row[q * hidden + j], so that callers may split the units of a layer. What a cell does not use is null.

#ifndef REPRO_CELLS_H
#define REPRO_CELLS_H

#include <stddef.h>

/// A field's name in Swift, where ReproNumerics uses these structures as they are.
#if defined(__clang__)
#define REPRO_SWIFT_NAME(name) __attribute__((swift_name(name)))
#else
#define REPRO_SWIFT_NAME(name)
#endif

/// The cells that each path has kernels for. A new one goes before REPRO_CELLS. The Swift enumeration `CellKind`
/// (ReproNumerics) has the same cases, which NativeViews.swift translates; `Cell` (ReproNN) is what a user chooses.
typedef enum repro_cell { REPRO_LSTM, REPRO_GRU, REPRO_RNN_TANH, REPRO_RNN_RELU, REPRO_CELLS } repro_cell;

/// Rows of floats `stride` apart; `base` is null where there are none.
typedef struct repro_rows {
    float *base;
    size_t stride;
} repro_rows;

/// One time step forward.
///
/// LSTM, gates i f g o: i, f, o = sigmoid; g = tanh; c' = fma(f, c, i × g); h' = o × tanh(c').
/// GRU, gates r z n: r, z = sigmoid; n = tanh(fma(r, gh, gx)); h' = fma(z, h − n, n).
/// RNN: h' = tanh(a), or relu(a) = a > 0 ? a : +0.
typedef struct repro_cell_step {
    size_t rows;
    /// Units computed, and units of the layer: the distance between gates.
    size_t units, hidden;
    /// Pre-activations, which become the activations; RNN, whose activation is h', only reads them. GRU's last gate
    /// holds the input's part gx alone.
    repro_rows gates;
    /// GRU: gh, the state's part of the last gate.
    repro_rows candidate;
    /// GRU: h before the step.
    repro_rows before;
    /// LSTM: c before the step; c' after it, which may be the same memory; tanh(c'), null where it is not kept.
    repro_rows cell_before REPRO_SWIFT_NAME("cellBefore");
    repro_rows cell;
    repro_rows tanh_cell REPRO_SWIFT_NAME("tanhCell");
    /// Receives h'. May be `before`, and for RNN `gates`.
    repro_rows output;
} repro_cell_step;

/// One time step backward: from the gradient of h' to the gradients before activation. Products associate to the left.
///
/// LSTM, with t = tanh(c'): dc = fma(dh × o, fma(-t, t, 1), cell_gradient);
/// di = (dc × g × i) × (1 − i); df = (dc × c × f) × (1 − f); dg = (dc × i) × fma(-g, g, 1);
/// do = (dh × t × o) × (1 − o); cell_gradient = dc × f.
/// GRU: dz = (dh × (h − n) × z) × (1 − z); dn = (dh × (1 − z)) × fma(-n, n, 1); dr = (dn × gh × r) × (1 − r);
/// gh = dn × r, its gradient; update = z.
/// RNN: delta = dh × fma(-h', h', 1), or for relu h' > 0 ? dh : +0.
typedef struct repro_cell_gradient_step {
    size_t rows, units, hidden;
    /// Activations, which become the gradients before activation; RNN only writes them.
    repro_rows gates;
    /// GRU: gh, which becomes its gradient.
    repro_rows candidate;
    /// GRU: h before the step.
    repro_rows before;
    /// LSTM: c before the step, and tanh(c').
    repro_rows cell_before REPRO_SWIFT_NAME("cellBefore");
    repro_rows tanh_cell REPRO_SWIFT_NAME("tanhCell");
    /// RNN: h'.
    repro_rows output;
    /// The gradient of h'. For RNN it may be `gates`.
    repro_rows gradient;
    /// LSTM: the gradient that flows into c' from the next step, which becomes the one that flows into c.
    repro_rows cell_gradient REPRO_SWIFT_NAME("cellGradient");
    /// GRU: receives z, which the gradient of the state before is completed with.
    repro_rows update;
} repro_cell_gradient_step;

/// A cell's two kernels.
typedef struct repro_cell_kernels {
    void (*forward)(const repro_cell_step *step);
    void (*backward)(const repro_cell_gradient_step *step);
} repro_cell_kernels;

#endif
