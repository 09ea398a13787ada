"""PyTorch's recurrent networks with one result: the same bits on every processor, thread count and instruction set.

    import repro_torch
    repro_torch.convert(model, seed=42)
    repro_torch.convert(optimizer)

Modules, optimisers and functions have PyTorch's names and arguments. Each result follows the numerical contract of
`repro`; what cannot be done so is refused with the reason (`Refused`).
"""

from ._native.engines import Engine, configure
from ._native.library import Refused, ReproError
from ._native.streams import Stream
from .checkpoints import Checkpoint
from .conversion import Conversion, Left, convert
from .digests import digest
from .draws import Draws, Streams
from .nn import GRU, LSTM, RNN, BCEWithLogitsLoss, CrossEntropyLoss, Dropout, Embedding, LayerNorm, Linear
from .optim import SGD, Adam, AdamW, clip_grad_norm_
from .runs import Run, read_tensors, write_tensors

__all__ = [
    "LSTM", "GRU", "RNN", "Linear", "Embedding", "LayerNorm", "Dropout", "CrossEntropyLoss", "BCEWithLogitsLoss",
    "SGD", "Adam", "AdamW", "clip_grad_norm_", "convert", "Conversion", "Left", "digest", "Draws", "Streams", "Stream",
    "Run", "Checkpoint", "read_tensors", "write_tensors", "Engine", "configure", "Refused", "ReproError",
]  # fmt: skip
