"""PyTorch's modules, computed by the library."""

from .layers import Dropout, Embedding, LayerNorm, Linear
from .losses import BCEWithLogitsLoss, CrossEntropyLoss
from .recurrent import GRU, LSTM, RNN

__all__ = [
    "LSTM", "GRU", "RNN", "Linear", "Embedding", "LayerNorm", "Dropout", "CrossEntropyLoss", "BCEWithLogitsLoss",
]  # fmt: skip
