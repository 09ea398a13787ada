/// Recurrent and other layers, forward and backward.
#ifndef REPRO_LAYERS_H
#define REPRO_LAYERS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Recurrent layers

enum { REPRO_CELL_LSTM = 0, REPRO_CELL_GRU = 1, REPRO_CELL_RNN_TANH = 2, REPRO_CELL_RNN_RELU = 3 };

/// What torch.nn.LSTM, GRU and RNN are made of.
typedef struct repro_recurrent {
    int64_t cell;
    int64_t input_size, hidden_size, layers;
    /// 0 or 1.
    int64_t bias, bidirectional;
    /// 0 for none; below hidden_size, of an LSTM alone.
    int64_t projection_size;
    /// 0 … 1, between layers, where a pass has a tape.
    double dropout;
} repro_recurrent;

/// How the rows of input and output stand.
enum {
    /// [T, B, …]
    REPRO_STEPS_FIRST = 0,
    /// [B, T, …]
    REPRO_BATCH_FIRST = 1,
    /// [P, …]: valid positions alone, step by step; within a step sequences by descending length, equal ones in the
    /// batch's order. PyTorch's PackedSequence, where its sorting is stable.
    REPRO_PACKED = 2
};

/// Makes a place for the weights of one module, which its passes keep there laid out from one to the next. It holds a copy of
/// the parameters too: a pass uses what is kept where each byte of its own parameters is the copy's, and else lays them out.
/// No result ever depends on it. Any thread may use it; it serves one at a time, and lays out anew for others.
typedef struct repro_weights_call {
    repro_handle *weights;
} repro_weights_call;

repro_status repro_weights_create(const repro_weights_call *call, repro_error *error);

typedef struct repro_recurrent_forward_call {
    repro_handle engine;
    /// Where laid out weights are kept; 0 to lay them out for this pass alone.
    repro_handle weights;
    const repro_recurrent *module;
    /// In PyTorch's order: for each layer, for each direction, weight_ih [G·H, I or D·S], weight_hh [G·H, S],
    /// bias_ih and bias_hh [G·H] where there is bias, weight_hr [S, H] where there is a projection.
    const repro_input *parameters;
    int64_t parameter_count;
    int64_t layout, steps, batch;
    /// Valid steps of each sequence, 1 … T, in any order. Absent, all steps are valid; REPRO_PACKED needs them.
    repro_integers lengths;
    /// Rows of I. Where there is a tape, they stay there unchanged until it is released or used.
    repro_input input;
    /// [L·D, B, S] and, of an LSTM, [L·D, B, H]; +0 where absent.
    repro_input initial_hidden, initial_cell;
    /// Rows of D·S, +0 past a length; [L·D, B, S]; of an LSTM [L·D, B, H]. Absent, they are not written.
    repro_output output, hidden, cell;
    /// What dropout draws from, left after the last draw; NULL where nothing drops.
    repro_stream *dropout;
    /// NULL for inference; in training it receives what the backward pass takes.
    repro_handle *tape;
} repro_recurrent_forward_call;

repro_status repro_recurrent_forward(const repro_recurrent_forward_call *call, repro_error *error);

typedef struct repro_recurrent_backward_call {
    /// Of the kernels that the forward pass had.
    repro_handle engine;
    /// Used up where the call succeeds.
    repro_handle tape;
    /// Gradients of the forward pass's results, in their shapes; +0 where absent.
    repro_input output, hidden, cell;
    /// Gradients of the parameters, in their order and shapes; what is absent is not written.
    const repro_output *parameters;
    int64_t parameter_count;
    /// Gradients of what was read, in its shape.
    repro_output input, initial_hidden, initial_cell;
} repro_recurrent_backward_call;

repro_status repro_recurrent_backward(const repro_recurrent_backward_call *call, repro_error *error);

// MARK: Other layers

typedef struct repro_linear_forward_call {
    repro_handle engine;
    int64_t rows, inputs, outputs;
    /// [N, I], [C, I], [C] (+0 where absent).
    repro_input input, weight, bias;
    /// [N, C].
    repro_output output;
} repro_linear_forward_call;

repro_status repro_linear_forward(const repro_linear_forward_call *call, repro_error *error);

typedef struct repro_linear_backward_call {
    repro_handle engine;
    int64_t rows, inputs, outputs;
    /// That of the output, [N, C]; what the forward pass read.
    repro_input gradient, input, weight;
    /// [N, I], [C, I], [C].
    repro_output input_gradient, weight_gradient, bias_gradient;
} repro_linear_backward_call;

repro_status repro_linear_backward(const repro_linear_backward_call *call, repro_error *error);

typedef struct repro_embedding_forward_call {
    int64_t rows, features;
    /// [rows, features].
    repro_input weight;
    /// 0 … rows − 1.
    repro_integers tokens;
    /// [tokens, features].
    repro_output output;
} repro_embedding_forward_call;

repro_status repro_embedding_forward(const repro_embedding_forward_call *call, repro_error *error);

typedef struct repro_embedding_backward_call {
    int64_t rows, features;
    /// The row whose gradient stays +0; −1 for none.
    int64_t padding;
    /// [tokens, features].
    repro_input gradient;
    repro_integers tokens;
    /// [rows, features].
    repro_output weight_gradient;
} repro_embedding_backward_call;

repro_status repro_embedding_backward(const repro_embedding_backward_call *call, repro_error *error);

typedef struct repro_layer_norm_forward_call {
    int64_t rows, width;
    double epsilon;
    /// [N, width], [width], [width] (a bias with a weight alone).
    repro_input input, weight, bias;
    repro_output output;
    /// NULL for inference.
    repro_handle *tape;
} repro_layer_norm_forward_call;

repro_status repro_layer_norm_forward(const repro_layer_norm_forward_call *call, repro_error *error);

typedef struct repro_layer_norm_backward_call {
    /// May be used again, until it is released.
    repro_handle tape;
    repro_input gradient;
    repro_output input_gradient, weight_gradient, bias_gradient;
} repro_layer_norm_backward_call;

repro_status repro_layer_norm_backward(const repro_layer_norm_backward_call *call, repro_error *error);

/// Training alone: one draw for each element in row-major order.
typedef struct repro_dropout_forward_call {
    /// 0 … 1.
    double probability;
    repro_stream *stream;
    repro_input input;
    repro_output output;
    /// NULL where no backward pass follows.
    repro_handle *tape;
} repro_dropout_forward_call;

repro_status repro_dropout_forward(const repro_dropout_forward_call *call, repro_error *error);

typedef struct repro_dropout_backward_call {
    /// May be used again, until it is released.
    repro_handle tape;
    repro_input gradient;
    repro_output input_gradient;
} repro_dropout_backward_call;

repro_status repro_dropout_backward(const repro_dropout_backward_call *call, repro_error *error);

#ifdef __cplusplus
}
#endif
#endif
