"""Lists of parameters, with gradients and states, for a step that changes them in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from .._native.library import Refused
from .._native.tensors import numbers, places


class InPlace:
    """Tensors that the library changes: their own memory where it is row-major, else a copy that is copied back."""

    def __init__(self, tensors: Sequence[Tensor], name: str) -> None:
        self._tensors = tensors
        self.dense = [numbers(tensor.detach(), name) for tensor in tensors]
        self._array, self.address = places(self.dense)

    def done(self) -> None:
        """Tells autograd that the tensors were changed."""
        for tensor, dense in zip(self._tensors, self.dense):
            if dense.data_ptr() != tensor.data_ptr():
                tensor.copy_(dense)
            else:
                torch.autograd.graph.increment_version(tensor)


class Inputs:
    """Tensors that the library reads."""

    def __init__(self, tensors: Iterable[Tensor], name: str) -> None:
        self._dense = [numbers(tensor.detach(), name) for tensor in tensors]
        self._array, self.address = places(self._dense)


def refuse_options(optimizer: object, group: dict, options: dict[str, object]) -> None:
    """
    Raises:
        Refused: an option differs from the only value that the contract covers.
    """
    for option, only in options.items():
        found = group.get(option, only)
        if found != only and not (only is False and not found):
            raise Refused(
                f"{type(optimizer).__name__} with {option}={found!r} is not defined by the contract; leave it at {only!r}"
            )


def gradients(group: dict) -> list[Tensor]:
    """The group's parameters that have a gradient.

    Raises:
        Refused: a sparse gradient.
    """
    found = [parameter for parameter in group["params"] if parameter.grad is not None]
    if any(parameter.grad.is_sparse for parameter in found):
        raise Refused("a sparse gradient has no order of elements; make the embedding without sparse=True")
    return found
