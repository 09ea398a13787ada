"""Adam and AdamW: PyTorch's optimisers, stepped by the library."""

from __future__ import annotations

import torch

from .._native import calls
from .._native.engines import engine
from .lists import Inputs, InPlace, gradients, refuse_options


class _Adam:
    @torch.no_grad()
    def step(self, closure=None):
        """One step, element by element, every operation rounded. Returns what the closure returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            refuse_options(
                self, group, {"amsgrad": False, "maximize": False, "capturable": False, "differentiable": False}
            )
            by_step: dict[int, list] = {}
            for parameter in gradients(group):
                state = self.state[parameter]
                if not state:
                    state["step"] = torch.tensor(0.0, dtype=torch.float32)
                    state["exp_avg"] = torch.zeros_like(parameter, memory_format=torch.contiguous_format)
                    state["exp_avg_sq"] = torch.zeros_like(parameter, memory_format=torch.contiguous_format)
                state["step"] += 1
                by_step.setdefault(int(state["step"]), []).append(parameter)
            for step, members in by_step.items():
                self._advance(group, step, members)
        return loss

    def _advance(self, group, step: int, members) -> None:
        parameters = InPlace(members, "a parameter")
        reads = Inputs([p.grad for p in members], "a gradient")
        first = InPlace([self.state[p]["exp_avg"] for p in members], "exp_avg")
        second = InPlace([self.state[p]["exp_avg_sq"] for p in members], "exp_avg_sq")
        beta1, beta2 = (float(beta) for beta in group["betas"])
        decoupled = group.get("decoupled_weight_decay", isinstance(self, torch.optim.AdamW))
        calls.adam_step(
            engine().handle, float(group["lr"]), beta1, beta2, float(group["eps"]), float(group["weight_decay"]),
            int(decoupled), step, len(members), parameters.address, reads.address, first.address, second.address,
        )  # fmt: skip
        for changed in (parameters, first, second):
            changed.done()


class Adam(_Adam, torch.optim.Adam):
    """`torch.optim.Adam` under the numerical contract.

    Raises (in step):
        Refused: amsgrad, maximize, capturable or differentiable; a parameter of another device or type.
    """


class AdamW(_Adam, torch.optim.AdamW):
    """`torch.optim.AdamW` under the numerical contract.

    Raises (in step):
        Refused: amsgrad, maximize, capturable or differentiable; a parameter of another device or type.
    """


__all__ = ["Adam", "AdamW"]
