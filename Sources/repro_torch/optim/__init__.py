"""PyTorch's optimisers, stepped by the library."""

from .adam import Adam, AdamW
from .clipping import clip_grad_norm_
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "clip_grad_norm_"]
