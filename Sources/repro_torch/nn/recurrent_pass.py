"""A recurrent module's passes through the library, with gradients for autograd.

Notation: T steps, B sequences, P positions, I inputs, H hidden units, S the size of the state, L layers, D directions.
"""

from __future__ import annotations

import ctypes
from typing import NamedTuple

import torch
from torch import Tensor, empty_like

from .._native import calls
from .._native.engines import Engine, engine
from .._native.library import Handle
from .._native.streams import Stream
from .._native.tensors import ABSENT, numbers, place, places
from .once import once
from .recurrent_plan import Plan


class Weights(NamedTuple):
    """A module's parameters as a pass reads them."""

    tensors: list[Tensor]
    #: Address and count of each, and where that stands.
    places: ctypes.Array
    #: The place where the library keeps them laid out; 0 for none.
    kept: int


def forward(
    plan: Plan,
    own: Engine,
    input: Tensor,
    initial: tuple[Tensor | None, Tensor | None],
    lengths: Tensor | None,
    weights: Weights,
    stream: Stream | None,
    tape: Handle | None,
) -> list[Tensor]:
    """Output, h_n and, of an LSTM, c_n, of checked tensors."""
    results, written = [], []
    for size, count in zip(plan.results, plan.result_counts):
        result = torch.empty(*size)
        # Another default type or device than PyTorch's own is not meant here.
        if result.dtype is not torch.float32 or not result.is_cpu:
            result = input.new_empty(size)
        results.append(result)
        written += (result.data_ptr(), count)
    hidden, cell = initial
    calls.recurrent_forward(
        own.handle, weights.kept, plan.address, ctypes.addressof(weights.places), len(weights.tensors),
        plan.layout, plan.steps, plan.batch,
        *(ABSENT if lengths is None else place(lengths)), input.data_ptr(), input.numel(),
        *(ABSENT if hidden is None else place(hidden)), *(ABSENT if cell is None else place(cell)),
        *written, *(ABSENT if len(results) == 2 else ()),
        0 if stream is None else stream.address, 0 if tape is None else tape.address,
    )  # fmt: skip
    return results


def _gradients(ctx, *gradients):
    own, saved = engine(), ctx.saved_tensors
    if not ctx.tape.value or own.kernels != ctx.kernels:
        input, hidden, cell, *parameters = saved
        stream = ctx.stream.copy() if ctx.stream is not None else None
        ctx.tape, ctx.kernels = Handle(), own.kernels
        weights = Weights(parameters, places(parameters)[0], 0)
        forward(ctx.plan, own, input, (hidden, cell), ctx.lengths, weights, stream, ctx.tape)
    given: list[int] = []
    kept = []
    for gradient in gradients:
        # What numbers() returns stays until the call is over.
        dense = None if gradient is None else numbers(gradient, "a gradient")
        kept.append(dense)
        given += ABSENT if dense is None else (dense.data_ptr(), dense.numel())
    given += (0,) * (6 - len(given))
    results, written, needs = [None, None, None, None], [], ctx.needs_input_grad
    for tensor, needed in zip(saved[:3], needs[4:7]):
        # The saved tensors are row-major, and so are tensors like them.
        result = empty_like(tensor) if needed and tensor is not None else None
        results.append(result)
        written += ABSENT if result is None else (result.data_ptr(), result.numel())
    listed = []
    for tensor, count, needed in zip(saved[3:], ctx.plan.counts, needs[7:]):
        if needed:
            result = empty_like(tensor)
            results.append(result)
            listed += (result.data_ptr(), count)
        else:
            results.append(None)
            listed += ABSENT
    places_of_results = ctypes.create_string_buffer(ctx.plan.pack.pack(*listed), 8 * len(listed))
    calls.recurrent_backward(
        own.handle, ctx.tape.value, *given, ctypes.addressof(places_of_results), len(listed) // 2, *written,
    )  # fmt: skip
    ctx.tape.used_up()
    return tuple(results)


class RecurrentPass(torch.autograd.Function):
    """A pass in training. A tape serves one backward pass; a second one goes forward again first, to the same bits."""

    @staticmethod
    def forward(ctx, plan: Plan, lengths, stream: Stream | None, weights: Weights, input, hidden, cell, *parameters):  # noqa: D102
        ctx.set_materialize_grads(False)
        ctx.plan, ctx.lengths, ctx.stream = plan, lengths, stream.copy() if stream is not None else None
        ctx.save_for_backward(input, hidden, cell, *parameters)
        own = engine()
        ctx.tape, ctx.kernels = Handle(), own.kernels
        return tuple(forward(plan, own, input, (hidden, cell), lengths, weights, stream, ctx.tape))

    backward = staticmethod(once(_gradients))


def _applied(*arguments):
    """`RecurrentPass.apply`, without the search for wrappers of torch.func where no transform of it is active."""
    if _transformed():
        return RecurrentPass.apply(*arguments)
    return _apply(*arguments)


_transformed = getattr(torch._C, "_are_functorch_transforms_active", lambda: True)
_apply = super(torch.autograd.Function, RecurrentPass).apply


class EmptyPass(torch.autograd.Function):
    """A pass over no sequence: empty results, and gradients of +0."""

    @staticmethod
    def forward(ctx, plan: Plan, *tensors):  # noqa: D102
        ctx.save_for_backward(*tensors)
        return tuple(torch.empty(size, dtype=torch.float32) for size in plan.results)

    @staticmethod
    @once
    def backward(ctx, *gradients):  # noqa: D102
        return (None, *(None if t is None else torch.zeros_like(t) for t in ctx.saved_tensors))


def run(
    plan: Plan,
    input: Tensor,
    initial: tuple[Tensor | None, Tensor | None],
    lengths: Tensor | None,
    weights: Weights,
    stream: Stream | None,
) -> list[Tensor] | tuple[Tensor, ...]:
    """A pass in training or for inference, as autograd asks for it."""
    tensors = weights.tensors
    if plan.batch == 0:
        return EmptyPass.apply(plan, input, *initial, *tensors)
    if torch.is_grad_enabled() and (
        tensors[0].requires_grad or any(t is not None and t.requires_grad for t in (input, *tensors, *initial))
    ):
        return _applied(plan, lengths, stream, weights, input, *initial, *tensors)
    # Dropout belongs to training, and so to a tape, which goes at once where nobody will want a gradient.
    tape = Handle() if stream is not None else None
    return forward(plan, engine(), input, initial, lengths, weights, stream, tape)
