"""Reads PyTorch's PackedSequence for the library, which keeps sequences of one length in the batch's order."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor


@dataclasses.dataclass(frozen=True)
class Packing:
    """What a packed sequence's rows are."""

    #: Valid steps of each sequence, in the order of the batch.
    lengths: Tensor
    #: The packed row of each of the library's rows; None where they are the same.
    rows: Tensor | None

    @property
    def packed_rows(self) -> Tensor | None:
        """The library's row of each packed row."""
        return None if self.rows is None else torch.argsort(self.rows)


def packing(batch_sizes: Tensor, sorted_indices: Tensor | None) -> Packing:
    """The lengths, and where the rows are not in the library's order, how they have to be moved.

    Args:
        batch_sizes: sequences running at each step, descending.
        sorted_indices: the batch's sequence at each rank; None where that is the rank itself.
    """
    sizes = batch_sizes.tolist()
    by_rank = [0] * sizes[0]
    for step, running in enumerate(sizes):
        if running < 1 or (step and running > sizes[step - 1]):
            raise RuntimeError(f"batch_sizes should be positive and descend, but are {sizes}")
        by_rank[running - 1] = step + 1
    for rank in range(len(by_rank) - 2, -1, -1):
        by_rank[rank] = max(by_rank[rank], by_rank[rank + 1])
    order = list(range(len(by_rank))) if sorted_indices is None else sorted_indices.tolist()
    if sorted(order) != list(range(len(by_rank))):
        raise RuntimeError(f"sorted_indices should be an order of {len(by_rank)} sequences, but are {order}")
    lengths = [0] * len(order)
    for rank, sequence in enumerate(order):
        lengths[sequence] = by_rank[rank]
    stable = sorted(range(len(order)), key=lambda sequence: -lengths[sequence])
    rows = None
    if stable != order:
        rank_of = {sequence: rank for rank, sequence in enumerate(order)}
        ranks = [rank_of[sequence] for sequence in stable]
        found, first = [], 0
        for running in sizes:
            # Sequences of one length end together, so that each step has the same ranks in either order.
            found += [first + rank for rank in ranks[:running]]
            first += running
        rows = torch.tensor(found)
    return Packing(torch.tensor(lengths), rows)
