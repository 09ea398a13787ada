"""CrossEntropyLoss and BCEWithLogitsLoss: PyTorch's modules, computed by the library. Both are means."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .._native import calls
from .._native.engines import engine
from .._native.library import Refused
from .._native.tensors import integers, numbers, place, pytorch_s_error
from .once import once


class _Loss(torch.autograd.Function):
    """A loss whose gradient comes with its value, and is scaled by that of what was made of it."""

    @staticmethod
    def forward(ctx, call, logits):
        value = torch.empty((), dtype=torch.float32)
        gradient = torch.empty_like(logits) if ctx.needs_input_grad[1] else None
        call(value, gradient)
        ctx.save_for_backward(gradient)
        return value

    @staticmethod
    @once
    def backward(ctx, scale):
        (gradient,) = ctx.saved_tensors
        return None, gradient * scale


def _mean_alone(module) -> None:
    if module.reduction != "mean":
        raise Refused(
            f"{type(module).__name__} with reduction={module.reduction!r}: the contract defines the mean; leave it out, "
            "or keep PyTorch's loss"
        )


class CrossEntropyLoss(nn.CrossEntropyLoss):
    """`torch.nn.CrossEntropyLoss` with class numbers as targets and reduction "mean".

    Input (C), (N, C) or (N, C, d1, …); target (), (N) or (N, d1, …) of 0 … C − 1 or `ignore_index`.

    Raises (in forward):
        ValueError, IndexError: shapes that do not fit, a target out of bounds.
        Refused: another reduction, probabilities as targets, another device or type.
        ReproError: no target counts; PyTorch gives a NaN.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The mean negative log-likelihood, over the rows that count in their order."""
        logits = numbers(input, "input")
        if not self._fits(logits, target):
            pytorch_s_error(super().forward, input, target)
        _mean_alone(self)
        if target.is_floating_point():
            raise Refused("CrossEntropyLoss with probabilities as targets is not defined by the contract; give class numbers")
        if logits.dim() != 2:
            logits = logits.reshape(1, -1) if logits.dim() == 1 else logits.movedim(1, -1).reshape(-1, logits.shape[1])
        targets = integers(target.to(torch.int64), "target").reshape(-1)
        counted = targets[targets != self.ignore_index]
        if counted.numel() and not (0 <= int(counted.min()) and int(counted.max()) < logits.shape[1]):
            pytorch_s_error(super().forward, input, target)
        weight = None if self.weight is None else numbers(self.weight, "weight")
        if weight is not None and not bool((weight >= 0).all()):
            raise Refused("CrossEntropyLoss with a negative weight is not defined by the contract")

        def call(value: Tensor, gradient: Tensor | None) -> None:
            calls.cross_entropy(
                engine().handle, *logits.shape, *place(logits), *place(weight), *place(targets), self.ignore_index,
                self.label_smoothing, value.data_ptr(), *place(gradient),
            )  # fmt: skip

        return _Loss.apply(call, logits)


    def _fits(self, logits: Tensor, target: Tensor) -> bool:
        """Whether shapes, types and options go together, as PyTorch has it."""
        if not isinstance(target, Tensor) or logits.dim() == 0 or not 0 <= self.label_smoothing <= 1:
            return False
        classes = logits.shape[0 if logits.dim() == 1 else 1]
        if self.weight is not None and self.weight.shape != (classes,):
            return False
        if target.is_floating_point():
            return target.shape == logits.shape and self.ignore_index < 0
        rows = logits.shape[:1][: logits.dim() - 1] + logits.shape[2:]
        return target.dtype in (torch.int64, torch.uint8) and target.shape == rows


class BCEWithLogitsLoss(nn.BCEWithLogitsLoss):
    """`torch.nn.BCEWithLogitsLoss` with reduction "mean"; input and target of one shape.

    Raises (in forward):
        ValueError: shapes that differ.
        Refused: another reduction, `weight`, a `pos_weight` of other than 1 or the last axis's size, another type.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The mean binary cross-entropy over all elements in row-major order."""
        if isinstance(input, Tensor) and isinstance(target, Tensor) and target.shape != input.shape:
            pytorch_s_error(super().forward, input, target)
        _mean_alone(self)
        if self.weight is not None:
            raise Refused("BCEWithLogitsLoss with weight is not defined by the contract; use pos_weight, or leave it out")
        logits, targets = numbers(input, "input"), numbers(target, "target")
        width = logits.shape[-1] if logits.dim() else 1
        weight = None if self.pos_weight is None else numbers(self.pos_weight, "pos_weight")
        if weight is not None and weight.numel() not in (1, width):
            raise Refused(f"a pos_weight of shape {list(weight.shape)} is not defined by the contract; give 1 or {width}")

        def call(value: Tensor, gradient: Tensor | None) -> None:
            calls.binary_cross_entropy(
                engine().handle, logits.numel() // max(1, width), width, *place(logits), *place(targets),
                *place(weight), value.data_ptr(), *place(gradient),
            )  # fmt: skip

        return _Loss.apply(call, logits)


__all__ = ["CrossEntropyLoss", "BCEWithLogitsLoss"]
