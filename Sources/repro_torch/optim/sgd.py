"""SGD: PyTorch's optimiser, stepped by the library."""

from __future__ import annotations

import torch

from .._native import calls
from .._native.engines import engine
from .lists import Inputs, InPlace, gradients, refuse_options


class SGD(torch.optim.SGD):
    """`torch.optim.SGD` with momentum and weight decay, under the numerical contract.

    Raises (in step):
        Refused: dampening, nesterov, maximize or differentiable; a parameter of another device or type.
    """

    @torch.no_grad()
    def step(self, closure=None):
        """One step, element by element, every operation rounded. Returns what the closure returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            refuse_options(self, group, {"dampening": 0, "nesterov": False, "maximize": False, "differentiable": False})
            momentum = float(group["momentum"])
            moves = torch.tensor(momentum, dtype=torch.float32).item() != 0
            found = gradients(group)
            fresh = [p for p in found if self.state[p].get("momentum_buffer") is None]
            if moves:
                for parameter in fresh:
                    self.state[parameter]["momentum_buffer"] = torch.empty_like(
                        parameter, memory_format=torch.contiguous_format
                    )
            others = [p for p in found if all(p is not q for q in fresh)]
            for first, members in ((1, fresh), (0, others)):
                if members:
                    self._advance(group, members, momentum, moves, first)
        return loss

    def _advance(self, group, members, momentum: float, moves: bool, first: int) -> None:
        parameters = InPlace(members, "a parameter")
        reads = Inputs([p.grad for p in members], "a gradient")
        buffers = InPlace([self.state[p]["momentum_buffer"] for p in members] if moves else [], "momentum_buffer")
        calls.sgd_step(
            engine().handle, float(group["lr"]), momentum, float(group["weight_decay"]), first, len(members),
            parameters.address, reads.address, buffers.address if moves else 0,
        )  # fmt: skip
        parameters.done()
        buffers.done()


__all__ = ["SGD"]
