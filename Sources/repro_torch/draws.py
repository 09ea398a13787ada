"""Where modules draw from: streams by the name of a parameter, of a module, or of an experiment's purpose.

A module that drops elements has `draws`, which gives it a stream for each pass in training. `convert(model, seed=…)`
sets `Draws` of the module's name; a loop that reproduces `repro run` sets those of `Streams`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from ._native.streams import Stream, name_key

#: What a stream is for (the numerical contract, section 9): the first word of its key.
PARAMETERS, EPOCH_ORDER, DROPOUT, EMBEDDED, READOUT = 0, 2, 3, 5, 6


class Source(Protocol):
    """What a module's `draws` has to be."""

    def next(self) -> Stream:
        """The stream of the pass that begins."""
        ...


class Draws:
    """A stream for each pass of a module in training: key (3, CRC-32 of its name, number of the pass)."""

    def __init__(self, seed: int, name: str = "") -> None:
        self.seed, self.name = seed, name
        #: Passes so far.
        self.passes = 0

    def next(self) -> Stream:
        """The stream of the pass that begins."""
        stream = Stream(self.seed, (DROPOUT, name_key(self.name), self.passes))
        self.passes += 1
        return stream


class _OfStep:
    def __init__(self, streams: Streams, domain: int) -> None:
        self._streams, self._domain = streams, domain

    def next(self) -> Stream:
        return Stream(self._streams.seed, (self._domain, self._streams.step))


class Streams:
    """The streams of an experiment, as `repro run` draws from them.

    `step` counts the optimiser's steps from 0 and is the loop's to advance. `lstm.draws = streams.between_layers` makes
    a module drop what the experiment drops.
    """

    def __init__(self, seed: int) -> None:
        Stream(seed)
        self.seed = seed
        self.step = 0

    def parameter(self, name: str, shape: Sequence[int], bound: float) -> Tensor:
        """A parameter's initial numbers, U(−bound, bound), by its full name."""
        return Stream(self.seed, (PARAMETERS, name_key(name))).uniform(shape, -bound, bound)

    def epoch_order(self, epoch: int, count: int) -> list[int]:
        """The order of the training examples in an epoch, counted from 0."""
        return Stream(self.seed, (EPOCH_ORDER, epoch)).permutation(count)

    @property
    def between_layers(self) -> Source:
        """For a recurrent module: dropout between its layers."""
        return _OfStep(self, DROPOUT)

    @property
    def embedded(self) -> Source:
        """For a dropout layer over embedded rows, one row for each position in the order of sequences."""
        return _OfStep(self, EMBEDDED)

    @property
    def readout(self) -> Source:
        """For a dropout layer over what the linear layer reads."""
        return _OfStep(self, READOUT)
