"""What a recurrent pass needs to know of its module and of the axes of its rows, worked out once for each kind of pass.

Notation: T steps, B sequences, P positions, I inputs, H hidden units, S the size of the state, L layers, D directions, G gates.
"""

from __future__ import annotations

import ctypes
import functools
import math
import struct
from typing import NamedTuple

from .._native import calls

_GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


class Plan(NamedTuple):
    """A kind of pass: everything but its tensors, its lengths and its engine."""

    #: `repro_recurrent`; its dropout is 0 outside training.
    module: ctypes.Array
    #: Where that stands.
    address: int
    #: STEPS_FIRST, BATCH_FIRST or PACKED.
    layout: int
    steps: int
    batch: int
    #: Shapes of output, h_n and, of an LSTM, c_n.
    results: tuple[tuple[int, ...], ...]
    result_counts: tuple[int, ...]
    #: Shapes of the parameters, in PyTorch's order, and how many elements each has.
    parameters: tuple[tuple[int, ...], ...]
    counts: tuple[int, ...]
    #: Packs address and count of every parameter.
    pack: struct.Struct


@functools.lru_cache(maxsize=256)
def plan(
    mode: str,
    inputs: int,
    hidden: int,
    layers: int,
    bias: bool,
    bidirectional: bool,
    projection: int,
    dropout: float,
    layout: int,
    steps: int,
    batch: int,
    leading: tuple[int, ...],
    blocks: tuple[int, ...],
) -> Plan:
    """
    Args:
        leading: the axes of the output before its features.
        blocks: the axes of states between L·D and their features.
    """
    fields = struct.pack("@7qd", calls.CELLS[mode], inputs, hidden, layers, bias, bidirectional, projection, dropout)
    module = ctypes.create_string_buffer(fields, len(fields))
    directions, size, rows = 2 if bidirectional else 1, projection or hidden, _GATES[mode] * hidden
    states = ((layers * directions, *blocks, size),)
    if mode == "LSTM":
        states += ((layers * directions, *blocks, hidden),)
    shapes: list[tuple[int, ...]] = []
    for layer in range(layers):
        for _ in range(directions):
            shapes += [(rows, directions * size if layer else inputs), (rows, size)]
            shapes += [(rows,), (rows,)] if bias else []
            shapes += [(projection, hidden)] if projection else []
    results = ((*leading, directions * size), *states)
    return Plan(
        module, ctypes.addressof(module), layout, steps, batch, results, tuple(map(math.prod, results)),
        tuple(shapes), tuple(map(math.prod, shapes)), struct.Struct(f"@{2 * len(shapes)}Q"),
    )  # fmt: skip
