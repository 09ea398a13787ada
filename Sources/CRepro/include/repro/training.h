/// Losses, optimisers, clipping and digests.
#ifndef REPRO_TRAINING_H
#define REPRO_TRAINING_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Losses

/// torch.nn.CrossEntropyLoss with class numbers as targets, reduction "mean".
typedef struct repro_cross_entropy_call {
    repro_handle engine;
    int64_t rows, classes;
    /// [N, C], and [C] of weights, none negative; all 1 where absent.
    repro_input logits, weight;
    /// 0 … C − 1, or ignore_index.
    repro_integers targets;
    int64_t ignore_index;
    /// 0 … 1.
    double label_smoothing;
    /// The loss, and its gradient [N, C].
    float *value;
    repro_output gradient;
} repro_cross_entropy_call;

repro_status repro_cross_entropy(const repro_cross_entropy_call *call, repro_error *error);

/// torch.nn.BCEWithLogitsLoss, reduction "mean".
typedef struct repro_binary_cross_entropy_call {
    repro_handle engine;
    /// [rows, width]; targets are 0 … 1.
    int64_t rows, width;
    repro_input logits, targets;
    /// 1 or `width` numbers; absent for none.
    repro_input positive_weight;
    float *value;
    repro_output gradient;
} repro_binary_cross_entropy_call;

repro_status repro_binary_cross_entropy(const repro_binary_cross_entropy_call *call, repro_error *error);

// MARK: Optimisers; lists of tensors, each with its gradient and its state

typedef struct repro_sgd_call {
    repro_handle engine;
    double learning_rate, momentum, weight_decay;
    /// 1 at the first step of these parameters, whose velocities are then not read, else 0.
    int64_t is_first;
    int64_t count;
    const repro_output *parameters;
    const repro_input *gradients;
    /// NULL where momentum, as binary32, is 0.
    const repro_output *velocities;
} repro_sgd_call;

repro_status repro_sgd_step(const repro_sgd_call *call, repro_error *error);

typedef struct repro_adam_call {
    repro_handle engine;
    double learning_rate, beta1, beta2, epsilon, weight_decay;
    /// 1 for AdamW's decay, else 0.
    int64_t is_decoupled;
    /// This step, from 1.
    int64_t step;
    int64_t count;
    const repro_output *parameters;
    const repro_input *gradients;
    const repro_output *first_moments, *second_moments;
} repro_adam_call;

repro_status repro_adam_step(const repro_adam_call *call, repro_error *error);

/// Scales gradients down to a norm over all of them, in place.
typedef struct repro_clip_call {
    repro_handle engine;
    /// Above 0; infinite to take the norm alone.
    double maximum;
    int64_t count;
    const repro_output *gradients;
    double *norm;
} repro_clip_call;

repro_status repro_clip_norm(const repro_clip_call *call, repro_error *error);

// MARK: Digests (contract, section 12), 32 bytes each

enum { REPRO_FLOAT32 = 0, REPRO_INT64 = 1, REPRO_BYTE = 2 };

typedef struct repro_tensor_digest_call {
    repro_handle engine;
    const char *name;
    int64_t element_type;
    const int64_t *shape;
    int64_t rank;
    const void *bytes;
    int64_t byte_count;
    uint8_t *digest;
} repro_tensor_digest_call;

repro_status repro_tensor_digest(const repro_tensor_digest_call *call, repro_error *error);

/// A node without streams.
typedef struct repro_node_digest_call {
    repro_handle engine;
    const char *name;
    /// 32 bytes each.
    const uint8_t *children;
    int64_t child_count;
    uint8_t *digest;
} repro_node_digest_call;

repro_status repro_node_digest(const repro_node_digest_call *call, repro_error *error);

#ifdef __cplusplus
}
#endif
#endif
