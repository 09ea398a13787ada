"""Linear, Embedding, LayerNorm and Dropout: PyTorch's modules, computed by the library."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .._native import calls
from .._native.engines import engine
from .._native.library import Handle, Refused
from .._native.tensors import integers, numbers, place, pytorch_s_error
from ..draws import Source
from .once import once


def _gradient(tensor: Tensor, needed: bool) -> Tensor | None:
    return torch.empty_like(tensor, memory_format=torch.contiguous_format) if needed else None


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weight, bias):
        ctx.save_for_backward(input, weight)
        outputs, inputs = weight.shape
        rows = input.numel() // inputs
        output = torch.empty((*input.shape[:-1], outputs), dtype=torch.float32)
        calls.linear_forward(
            engine().handle, rows, inputs, outputs, *place(input), *place(weight), *place(bias), *place(output)
        )
        return output

    @staticmethod
    @once
    def backward(ctx, gradient):
        input, weight = ctx.saved_tensors
        # A copy that numbers() makes has to live until the call is over.
        gradient = numbers(gradient, "a gradient")
        outputs, inputs = weight.shape
        needs = ctx.needs_input_grad
        results = (_gradient(input, needs[0]), _gradient(weight, needs[1]), weight.new_empty(outputs) if needs[2] else None)
        calls.linear_backward(
            engine().handle, input.numel() // inputs, inputs, outputs, *place(gradient),
            *place(input), *place(weight), *(field for result in results for field in place(result)),
        )  # fmt: skip
        return results


class Linear(nn.Linear):
    """`torch.nn.Linear`: input (…, in_features), output (…, out_features).

    Raises (in forward):
        RuntimeError: other features than the weight's.
        Refused: another device or type than binary32 on the CPU.
    """

    def forward(self, input: Tensor) -> Tensor:
        """`input @ weight.T + bias`, each element one chain that starts at its bias."""
        rows, weight = numbers(input, "input"), numbers(self.weight, "weight")
        if input.dim() == 0 or input.shape[-1] != weight.shape[1]:
            pytorch_s_error(super().forward, input)
        return _Linear.apply(rows, weight, None if self.bias is None else numbers(self.bias, "bias"))


class _Embedding(torch.autograd.Function):
    @staticmethod
    def forward(ctx, tokens, weight, padding):
        ctx.tokens, ctx.padding, ctx.shape = tokens, padding, weight.shape
        output = torch.empty((*tokens.shape, weight.shape[1]), dtype=torch.float32)
        calls.embedding_forward(*weight.shape, *place(weight), *place(tokens), *place(output))
        return output

    @staticmethod
    @once
    def backward(ctx, gradient):
        gradient = numbers(gradient, "a gradient")
        result = torch.empty(ctx.shape, dtype=torch.float32)
        calls.embedding_backward(*ctx.shape, ctx.padding, *place(gradient), *place(ctx.tokens), *place(result))
        return None, result, None


class Embedding(nn.Embedding):
    """`torch.nn.Embedding`: tokens of any shape, output (…, embedding_dim).

    Raises (in forward):
        IndexError: a token outside the table.
        Refused: `max_norm`, `scale_grad_by_freq` and `sparse`, which the contract does not cover; another device.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Rows of the table; in the backward pass each receives the sum of its tokens' gradients in row-major order."""
        for option in ("max_norm", "scale_grad_by_freq", "sparse"):
            if getattr(self, option):
                raise Refused(f"Embedding with {option} has no bit-exact definition here; leave it out")
        if isinstance(input, Tensor) and input.dtype not in (torch.int64, torch.int32):
            pytorch_s_error(super().forward, input)
        tokens, weight = integers(input, "input"), numbers(self.weight, "weight")
        if tokens.numel() and not (0 <= int(tokens.min()) and int(tokens.max()) < weight.shape[0]):
            pytorch_s_error(super().forward, input)
        return _Embedding.apply(tokens, weight, -1 if self.padding_idx is None else self.padding_idx)


class _LayerNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weight, bias, width, epsilon):
        ctx.tape, ctx.shape, ctx.has = Handle(), input.shape, (weight is not None, bias is not None)
        ctx.width = width
        output = torch.empty_like(input)
        calls.layer_norm_forward(
            input.numel() // width, width, epsilon, *place(input), *place(weight), *place(bias), *place(output),
            ctx.tape.address,
        )  # fmt: skip
        return output

    @staticmethod
    @once
    def backward(ctx, gradient):
        gradient, needs = numbers(gradient, "a gradient"), ctx.needs_input_grad
        results = [torch.empty(ctx.shape, dtype=torch.float32) if needs[0] else None]
        results += [
            torch.empty(ctx.width, dtype=torch.float32) if has and needed else None
            for has, needed in zip(ctx.has, needs[1:])
        ]
        fields = (field for result in results for field in place(result))
        calls.layer_norm_backward(ctx.tape.value, *place(gradient), *fields)
        return (*results, None, None)


class LayerNorm(nn.LayerNorm):
    """`torch.nn.LayerNorm`: input (…, normalized_shape), output of the same shape.

    Raises (in forward):
        RuntimeError: an input that does not end in normalized_shape.
        Refused: another device or type than binary32 on the CPU.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Each row less its mean, over its deviation, scaled and shifted."""
        shape = tuple(self.normalized_shape)
        rows = numbers(input, "input")
        if tuple(rows.shape[-len(shape) :]) != shape:
            pytorch_s_error(super().forward, input)
        width = 1
        for size in shape:
            width *= size
        weight = None if self.weight is None else numbers(self.weight, "weight").reshape(-1)
        bias = None if self.bias is None else numbers(self.bias, "bias").reshape(-1)
        return _LayerNorm.apply(rows, weight, bias, width, self.eps)


class _Dropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, probability, stream):
        ctx.tape = Handle()
        output = torch.empty_like(input)
        calls.dropout_forward(probability, stream.address, *place(input), *place(output), ctx.tape.address)
        return output

    @staticmethod
    @once
    def backward(ctx, gradient):
        gradient = numbers(gradient, "a gradient")
        result = torch.empty_like(gradient)
        calls.dropout_backward(ctx.tape.value, *place(gradient), *place(result))
        return result, None, None


class Dropout(nn.Dropout):
    """`torch.nn.Dropout`, with a stream of its own: one uniform number for each element in row-major order.

    Raises (in forward):
        Refused: in training without `draws`; another device or type than binary32 on the CPU.
    """

    #: Where it draws from in training; None where that is not known.
    draws: Source | None = None

    def forward(self, input: Tensor) -> Tensor:
        """The input; in training each element kept and scaled by 1 ÷ (1 − p), or +0."""
        if not self.training or self.p == 0:
            return input
        if self.draws is None:
            raise Refused(
                "Dropout has no stream to draw from: set its `draws`, as repro_torch.convert(model, seed=…) does"
            )
        output = _Dropout.apply(numbers(input, "input"), self.p, self.draws.next())
        return input.copy_(output) if self.inplace else output


__all__ = ["Linear", "Embedding", "LayerNorm", "Dropout"]
