"""LSTM, GRU and RNN: PyTorch's modules, computed by the library.

Each takes the arguments of its PyTorch class, has its parameters, state_dict and errors, and gives the bits of the
numerical contract whatever the threads, the instruction set and the processor. Shapes are PyTorch's: input
(T, B, I), (B, T, I) with batch_first, (T, I), or a PackedSequence; output of D·S features; h_n (L·D, B, S), c_n
(L·D, B, H).

Raises (in forward):
    ValueError, RuntimeError: what PyTorch raises, for shapes that do not fit.
    Refused: another device or type than binary32 on the CPU; dropout in training without `draws`.
    ReproError: the thread's floating-point environment was changed.
"""

from __future__ import annotations

import ctypes

import torch
from torch import float32, nn
from torch.nn.utils.rnn import PackedSequence

from .._native.calls import BATCH_FIRST, PACKED, STEPS_FIRST
from .._native.library import KeptWeights, Refused
from .._native.tensors import numbers
from ..draws import Source
from .packed import packing
from .recurrent_pass import Weights, run
from .recurrent_plan import Plan, plan

_NO_STATES = (None, None)


class _Recurrent:
    """What the three modules have in common: the pass, and what their options come to."""

    #: Where dropout draws from in training; None where that is not known.
    draws: Source | None = None

    #: Where the library keeps the weights laid out; made by the first pass.
    _kept: KeptWeights | None = None

    def forward(self, input, hx=None):
        """Runs over a batch, one sequence, or a PackedSequence, as PyTorch's module does."""
        packed = isinstance(input, PackedSequence)
        rows, batch_sizes, order, _ = input if packed else (input, None, None, None)
        states = self._states(hx)
        lengths = None
        if packed:
            self._check(rows, states, batch_sizes, order)
            found = packing(batch_sizes, order)
            if found.rows is not None:
                rows = rows.index_select(0, found.rows)
            layout, steps, batch, lengths = PACKED, len(batch_sizes), len(found.lengths), found.lengths
            leading, blocks = (rows.shape[0],), (batch,)
        else:
            layout, steps, batch = self._axes(rows, states)
            leading = rows.shape[:-1]
            blocks = () if len(leading) == 1 else (batch,)
        rows = numbers(rows, "input")
        drops = self.training and self.dropout > 0 and self.num_layers > 1
        kind = plan(
            self.mode, self.input_size, self.hidden_size, self.num_layers, self.bias, self.bidirectional,
            self.proj_size, self.dropout if drops else 0.0, layout, steps, batch, leading, blocks,
        )  # fmt: skip
        initial = (*(numbers(s, "hx") for s in states), *_NO_STATES[len(states) :]) if states else _NO_STATES
        results = run(kind, rows, initial, lengths, self._weights(kind), self._stream() if drops else None)
        output = results[0]
        if packed:
            if found.rows is not None:
                output = output.index_select(0, found.packed_rows)
            output = PackedSequence(output, *input[1:])
        return output, results[1] if self.mode != "LSTM" else (results[1], results[2])

    def _weights(self, kind: Plan) -> Weights:
        """The parameters in PyTorch's order, whatever gives them: the module, a parametrization, functional_call.

        Each is looked at anew in every pass. What is kept laid out is the library's, and it compares every byte.
        """
        own, names = self._parameters, self._flat_weights_names
        tensors, found = [], []
        for name, shape, count in zip(names, kind.parameters, kind.counts):
            try:
                tensor = own[name]
                # What numbers() asks; a tensor without strides has no data_ptr.
                fits = tensor.dtype is float32 and tensor.is_cpu and tensor.is_contiguous() and not tensor.is_neg()
                address = tensor.data_ptr() if fits else 0
            except Exception:
                tensor, fits = getattr(self, name), False
            if not fits:
                tensor = numbers(tensor, name)
                address = tensor.data_ptr()
            if tensor.shape != shape:
                raise RuntimeError(f"{name} has shape {list(tensor.shape)}, expected {list(shape)}")
            tensors.append(tensor)
            found += (address, count)
        if len(names) != len(kind.counts):
            raise RuntimeError(f"the module has {len(names)} parameters, and its options make {len(kind.counts)}")
        if self._kept is None:
            self._kept = KeptWeights()
        return Weights(tensors, ctypes.create_string_buffer(kind.pack.pack(*found), 16 * len(tensors)), self._kept.value)

    def _states(self, hx) -> tuple[Tensor, ...]:
        """The initial states, in the order of the batch."""
        if hx is None:
            return ()
        return tuple(hx) if self.mode == "LSTM" else (hx,)

    def _check(self, rows, states, batch_sizes, order=None) -> None:
        """PyTorch's own checks, of rows (T, B, I) or (P, I) and states (L·D, B, S)."""
        self._update_flat_weights()
        if not states:
            self.check_input(rows, batch_sizes)
        else:
            if order is not None:
                states = tuple(state.index_select(1, order) for state in states)
            self.check_forward_args(rows, states if self.mode == "LSTM" else states[0], batch_sizes)

    def _axes(self, rows, states) -> tuple[int, int, int]:
        """Layout, steps and sequences of a tensor; the messages are PyTorch's."""
        shape = rows.shape
        # What fits, as most calls do, needs no words.
        if len(shape) == 3 and not states and shape[2] == self.input_size and rows.dtype is float32:
            steps, batch = (shape[1], shape[0]) if self.batch_first else (shape[0], shape[1])
            if steps > 0:
                return BATCH_FIRST if self.batch_first else STEPS_FIRST, steps, batch
        name = "RNN" if self.mode.startswith("RNN") else self.mode
        if rows.dim() not in (2, 3):
            end = "tensor instead" if name == "RNN" else "instead"
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {rows.dim()}D {end}")
        batched = rows.dim() == 3
        if states and any(state.dim() != rows.dim() for state in states):
            kind, dims = ("batched 3-D", 3) if batched else ("unbatched 2-D", 2)
            if self.mode == "LSTM":
                found = ", ".join(f"{state.dim()}-D" for state in states)
                raise RuntimeError(f"For {kind} input, hx and cx should also be {dims}-D but got ({found}) tensors")
            raise RuntimeError(f"For {kind} input, hx should also be {dims}-D but got {states[0].dim()}-D tensor")
        axis = 0 if self.batch_first else 1
        if states or rows.shape[-1] != self.input_size or rows.dtype is not float32:
            self._check(
                rows if batched else rows.unsqueeze(axis),
                states if batched else tuple(state.unsqueeze(1) for state in states), None,
            )  # fmt: skip
        steps = rows.size(1 - axis) if batched else rows.size(0)
        batch = rows.size(axis) if batched else 1
        if steps == 0:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        return BATCH_FIRST if batched and self.batch_first else STEPS_FIRST, steps, batch

    def _stream(self):
        if self.draws is None:
            raise Refused(
                f"{type(self).__name__} drops elements in training and has no stream to draw from: "
                "set its `draws`, as repro_torch.convert(model, seed=…) does"
            )
        return self.draws.next()


class LSTM(_Recurrent, nn.LSTM):
    """`torch.nn.LSTM` under the numerical contract, projections included."""


class GRU(_Recurrent, nn.GRU):
    """`torch.nn.GRU` under the numerical contract."""


class RNN(_Recurrent, nn.RNN):
    """`torch.nn.RNN` under the numerical contract, with tanh or relu."""


__all__ = ["LSTM", "GRU", "RNN"]
