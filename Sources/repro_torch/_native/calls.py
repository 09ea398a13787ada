"""The functions of the library, each with the fields of its structure in `repro.h`."""

from .library import Call

# An input or an output is an address and a count: "Qq".
engine_create = Call("repro_engine_create", "QqQ")
stream_create = Call("repro_stream_create", "QQqQ")
stream_uniform = Call("repro_stream_uniform", "Qdd" + "Qq")
stream_permutation = Call("repro_stream_permutation", "QQq")
recurrent_forward = Call("repro_recurrent_forward", "HHQQq" + "qqq" + "Qq" * 7 + "QQ")
recurrent_backward = Call("repro_recurrent_backward", "HH" + "Qq" * 3 + "Qq" + "Qq" * 3)
linear_forward = Call("repro_linear_forward", "Hqqq" + "Qq" * 4)
linear_backward = Call("repro_linear_backward", "Hqqq" + "Qq" * 6)
embedding_forward = Call("repro_embedding_forward", "qq" + "Qq" * 3)
embedding_backward = Call("repro_embedding_backward", "qqq" + "Qq" * 3)
layer_norm_forward = Call("repro_layer_norm_forward", "qqd" + "Qq" * 4 + "Q")
layer_norm_backward = Call("repro_layer_norm_backward", "H" + "Qq" * 4)
dropout_forward = Call("repro_dropout_forward", "dQ" + "Qq" * 2 + "Q")
dropout_backward = Call("repro_dropout_backward", "H" + "Qq" * 2)
cross_entropy = Call("repro_cross_entropy", "Hqq" + "Qq" * 3 + "qdQ" + "Qq")
binary_cross_entropy = Call("repro_binary_cross_entropy", "Hqq" + "Qq" * 3 + "Q" + "Qq")
sgd_step = Call("repro_sgd_step", "Hddd" + "qq" + "QQQ")
adam_step = Call("repro_adam_step", "Hddddd" + "qqq" + "QQQQ")
clip_norm = Call("repro_clip_norm", "Hdq" + "QQ")
tensor_digest = Call("repro_tensor_digest", "HQq" + "QqQqQ")
node_digest = Call("repro_node_digest", "HQQqQ")

STEPS_FIRST, BATCH_FIRST, PACKED = 0, 1, 2
CELLS = {"LSTM": 0, "GRU": 1, "RNN_TANH": 2, "RNN_RELU": 3}
