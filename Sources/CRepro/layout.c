// Holds the structures of repro.h to fields of 8 bytes without gaps, which is what callers in other languages write.
#include "repro.h"

#define HOLDS(type, fields) _Static_assert(sizeof(type) == 8 * (fields), #type " has other than " #fields " fields")

HOLDS(repro_error, 64);
HOLDS(repro_stream, 6);
HOLDS(repro_engine_call, 3);
HOLDS(repro_stream_call, 4);
HOLDS(repro_uniform_call, 5);
HOLDS(repro_permutation_call, 3);
HOLDS(repro_recurrent, 8);
HOLDS(repro_weights_call, 1);
HOLDS(repro_recurrent_forward_call, 24);
HOLDS(repro_recurrent_backward_call, 16);
HOLDS(repro_linear_forward_call, 12);
HOLDS(repro_linear_backward_call, 16);
HOLDS(repro_embedding_forward_call, 8);
HOLDS(repro_embedding_backward_call, 9);
HOLDS(repro_layer_norm_forward_call, 12);
HOLDS(repro_layer_norm_backward_call, 9);
HOLDS(repro_dropout_forward_call, 7);
HOLDS(repro_dropout_backward_call, 5);
HOLDS(repro_cross_entropy_call, 14);
HOLDS(repro_binary_cross_entropy_call, 12);
HOLDS(repro_sgd_call, 9);
HOLDS(repro_adam_call, 13);
HOLDS(repro_clip_call, 5);
HOLDS(repro_tensor_digest_call, 8);
HOLDS(repro_node_digest_call, 5);
