"""A recurrent module's passes through the library, with gradients for autograd.

Notation: T steps, B sequences, P positions, I inputs, H hidden units, S the size of the state, L layers, D directions.
"""

from __future__ import annotations

import ctypes
import functools
import struct
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from .._native import calls
from .._native.engines import Engine, engine
from .._native.library import Handle
from .._native.streams import Stream
from .._native.tensors import ABSENT, numbers, place, places


class Shape(NamedTuple):
    """What a pass runs over: the module's structure and the axes of its rows."""

    #: `repro_recurrent`; its dropout is 0 outside training.
    module: ctypes.Array
    #: STEPS_FIRST, BATCH_FIRST or PACKED.
    layout: int
    steps: int
    batch: int
    #: Valid steps of each sequence; None for all.
    lengths: Tensor | None
    #: Shapes of output, h_n and, of an LSTM, c_n.
    results: tuple[tuple[int, ...], ...]


@functools.lru_cache(maxsize=256)
def module_structure(
    mode: str, inputs: int, hidden: int, layers: int, bias: bool, bidirectional: bool, projection: int, dropout: float
) -> ctypes.Array:
    """`repro_recurrent` of a module's options."""
    fields = struct.pack("@7qd", calls.CELLS[mode], inputs, hidden, layers, bias, bidirectional, projection, dropout)
    return ctypes.create_string_buffer(fields, len(fields))


def forward(
    shape: Shape,
    own: Engine,
    input: Tensor,
    initial: tuple[Tensor | None, Tensor | None],
    parameters: list[Tensor],
    stream: Stream | None,
    tape: Handle | None,
) -> list[Tensor]:
    """Output, h_n and, of an LSTM, c_n, of checked tensors."""
    results = [input.new_empty(size) for size in shape.results]
    array, parameter_list = places(parameters)
    lengths, hidden, cell = shape.lengths, initial[0], initial[1]
    output, final = results[0], results[1]
    calls.recurrent_forward(
        own.handle, ctypes.addressof(shape.module), parameter_list, len(parameters),
        shape.layout, shape.steps, shape.batch,
        *(ABSENT if lengths is None else place(lengths)), input.data_ptr(), input.numel(),
        *(ABSENT if hidden is None else place(hidden)), *(ABSENT if cell is None else place(cell)),
        output.data_ptr(), output.numel(), final.data_ptr(), final.numel(),
        *(place(results[2]) if len(results) > 2 else ABSENT),
        0 if stream is None else stream.address, 0 if tape is None else tape.address,
    )  # fmt: skip
    return results


class RecurrentPass(torch.autograd.Function):
    """A pass in training. A tape serves one backward pass; a second one goes forward again first, to the same bits."""

    @staticmethod
    def forward(ctx, shape: Shape, stream: Stream | None, input, hidden, cell, *parameters):  # noqa: D102
        ctx.set_materialize_grads(False)
        ctx.shape, ctx.stream = shape, stream.copy() if stream is not None else None
        ctx.save_for_backward(input, hidden, cell, *parameters)
        own = engine()
        ctx.tape, ctx.kernels = Handle(), own.kernels
        return tuple(forward(shape, own, input, (hidden, cell), list(parameters), stream, ctx.tape))

    @staticmethod
    @once_differentiable
    def backward(ctx, *gradients):  # noqa: D102
        input, hidden, cell, *parameters = ctx.saved_tensors
        shape, own = ctx.shape, engine()
        if not ctx.tape.value or own.kernels != ctx.kernels:
            stream = ctx.stream.copy() if ctx.stream is not None else None
            ctx.tape, ctx.kernels = Handle(), own.kernels
            forward(shape, own, input, (hidden, cell), parameters, stream, ctx.tape)
        given = [None if g is None else numbers(g, "a gradient") for g in gradients]
        given += [None] * (3 - len(given))
        wanted = ctx.needs_input_grad[2:]
        results = [
            torch.empty_like(tensor, memory_format=torch.contiguous_format) if needed and tensor is not None else None
            for tensor, needed in zip((input, hidden, cell, *parameters), wanted)
        ]
        array, parameter_list = places(results[3:])
        calls.recurrent_backward(
            own.handle, ctx.tape.value, *place(given[0]), *place(given[1]), *place(given[2]),
            parameter_list, len(parameters), *place(results[0]), *place(results[1]), *place(results[2]),
        )  # fmt: skip
        ctx.tape.used_up()
        return (None, None, *results)


class EmptyPass(torch.autograd.Function):
    """A pass over no sequence: empty results, and gradients of +0."""

    @staticmethod
    def forward(ctx, shape: Shape, *tensors):  # noqa: D102
        ctx.save_for_backward(*tensors)
        return tuple(torch.empty(size, dtype=torch.float32) for size in shape.results)

    @staticmethod
    @once_differentiable
    def backward(ctx, *gradients):  # noqa: D102
        return (None, *(None if t is None else torch.zeros_like(t) for t in ctx.saved_tensors))


def run(
    shape: Shape,
    input: Tensor,
    initial: tuple[Tensor | None, Tensor | None],
    parameters: list[Tensor],
    stream: Stream | None,
) -> tuple[Tensor, ...]:
    """A pass in training or for inference, as autograd asks for it."""
    if shape.batch == 0:
        return EmptyPass.apply(shape, input, *initial, *parameters)
    if torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in (input, *initial, *parameters)):
        return RecurrentPass.apply(shape, stream, input, *initial, *parameters)
    # Dropout belongs to training, and so to a tape, which goes at once where nobody will want a gradient.
    tape = Handle() if stream is not None else None
    return tuple(forward(shape, engine(), input, initial, parameters, stream, tape))
