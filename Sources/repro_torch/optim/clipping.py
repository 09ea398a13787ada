"""clip_grad_norm_: PyTorch's function, with a norm that has one order of its sum."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable

import torch
from torch import Tensor

from .._native import calls
from .._native.engines import engine
from .._native.library import Refused
from .lists import InPlace


@torch.no_grad()
def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scales the gradients down to a 2-norm over all of them, in the order of the parameters.

    The norm is taken in binary64; the factor `max_norm ÷ (norm + 1e-6)` is rounded where it is below 1. `foreach` changes
    nothing.

    Returns:
        The norm before, a scalar.

    Raises:
        RuntimeError: the norm is not finite, where `error_if_nonfinite`.
        Refused: another norm than 2, another device or type than binary32 on the CPU.
    """
    if float(norm_type) != 2.0:
        raise Refused(f"a norm of type {norm_type} is not defined by the contract; use 2")
    members = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    found = [parameter.grad for parameter in members if parameter.grad is not None]
    if not found:
        return torch.tensor(0.0)
    norm = _norm(found, math.inf) if error_if_nonfinite else None
    if norm is not None and not math.isfinite(norm):
        raise RuntimeError(
            "The total norm of order 2.0 for gradients from `parameters` is non-finite, so it cannot be clipped. To disable "
            "this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return torch.tensor(_norm(found, float(max_norm)), dtype=torch.float32)


def _norm(gradients: list[Tensor], maximum: float) -> float:
    """The norm; the gradients are scaled down to a maximum."""
    result = ctypes.c_double(0)
    scaled = InPlace(gradients, "a gradient")
    calls.clip_norm(engine().handle, maximum, len(gradients), scaled.address, ctypes.addressof(result))
    if maximum != math.inf:
        scaled.done()
    return result.value


__all__ = ["clip_grad_norm_"]
