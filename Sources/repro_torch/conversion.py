"""convert: makes a model's modules, or an optimiser, those of this package, in place."""

from __future__ import annotations

import dataclasses
import math
from typing import overload

import torch
from torch import nn

from . import nn as own
from . import optim
from ._native.library import Refused
from ._native.streams import Stream, name_key
from .draws import PARAMETERS, Draws

_MODULES: dict[type, type] = {
    nn.LSTM: own.LSTM, nn.GRU: own.GRU, nn.RNN: own.RNN, nn.Linear: own.Linear, nn.Embedding: own.Embedding,
    nn.LayerNorm: own.LayerNorm, nn.Dropout: own.Dropout, nn.CrossEntropyLoss: own.CrossEntropyLoss,
    nn.BCEWithLogitsLoss: own.BCEWithLogitsLoss,
}  # fmt: skip
_OPTIMIZERS: dict[type, type] = {
    torch.optim.SGD: optim.SGD, torch.optim.Adam: optim.Adam, torch.optim.AdamW: optim.AdamW,
}  # fmt: skip

#: Modules that move numbers, compare them, or hold others: they have one result already.
_EXACT = (
    nn.Identity, nn.ReLU, nn.LeakyReLU, nn.Hardtanh, nn.ReLU6, nn.Threshold, nn.Flatten, nn.Unflatten, nn.Sequential,
    nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict, nn.PixelShuffle, nn.ChannelShuffle,
    nn.ConstantPad1d, nn.ConstantPad2d, nn.ZeroPad1d, nn.ZeroPad2d, nn.MaxPool1d, nn.MaxPool2d,
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Left:
    """A module that was left as it is, and why its results may vary."""

    name: str
    type: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Conversion:
    """What convert did: names of modules and parameters, in the model's order."""

    replaced: list[tuple[str, str]]
    drawn: list[str]
    left: list[Left]

    def __str__(self) -> str:
        lines = [f"{len(self.replaced)} modules converted, {len(self.drawn)} parameters drawn"]
        lines += [f"left {each.name or 'the model'} ({each.type}): {each.reason}" for each in self.left]
        return "\n".join(lines)


@overload
def convert(target: nn.Module, *, seed: int | None) -> Conversion: ...
@overload
def convert(target: torch.optim.Optimizer) -> Conversion: ...
def convert(target, *, seed=...):
    """Makes a model's modules, or an optimiser, those of this package: the same objects, of another class.

    Parameters, buffers, hooks and everything that refers to a module stay. With a seed each parameter of a converted
    module is drawn from the stream of its name in the model (recurrent U(±1 ÷ √hidden), linear U(±1 ÷ √fan_in),
    embedding U(±√3) with the padding row +0; a layer norm starts from ones and zeros), and dropout draws from streams of
    its module's name. With None parameters stay as they are, and dropout has nothing to draw from.

    What a model computes by functions, such as `torch.nn.functional.cross_entropy`, is not seen.

    Args:
        target: a model, or an optimiser of PyTorch's: SGD, Adam or AdamW.
        seed: of a model, 0 … 2^64 − 1, or None.

    Returns:
        What was converted, drawn and left alone. Nothing is converted where something is refused.

    Raises:
        TypeError: neither a model nor an optimiser, or a model without a word on the seed.
        ValueError: a seed out of its range; two parameters whose names have one key.
        Refused: a parameter of another device or type than binary32 on the CPU; an optimiser of another kind, or one
            that a scheduler has wrapped already.
    """
    if isinstance(target, torch.optim.Optimizer):
        if seed is not ...:
            raise TypeError("an optimiser draws nothing, and takes no seed")
        return _convert_optimizer(target)
    if not isinstance(target, nn.Module):
        raise TypeError(f"convert takes a model or an optimiser, not {type(target).__name__}")
    if seed is ...:
        raise TypeError("convert(model) needs seed=…, or seed=None to keep the parameters")
    return _convert_model(target, seed)


def _convert_model(model: nn.Module, seed: int | None) -> Conversion:
    known = tuple(_MODULES.values())
    found = [(name, m) for name, m in model.named_modules() if type(m) in _MODULES or isinstance(m, known)]
    for name, module in found:
        _verify(name, module)
    drawn = _draw(found, seed) if seed is not None else []
    replaced = []
    for name, module in found:
        if type(module) in _MODULES:
            module.__class__ = _MODULES[type(module)]
            replaced.append((name, type(module).__name__))
        if seed is not None and hasattr(module, "draws"):
            module.draws = Draws(seed, name)
    return Conversion(replaced, drawn, _left(model, [module for _, module in found]))


def _verify(name: str, module: nn.Module) -> None:
    for key, parameter in module.named_parameters(recurse=False):
        if parameter.device.type != "cpu" or parameter.dtype is not torch.float32:
            raise Refused(
                f"{name}.{key} is {parameter.dtype} on {parameter.device}: the contract is of binary32 on the CPU; "
                "use .float() and .cpu() before convert"
            )


def _bound(module: nn.Module) -> float | None:
    """k of U(−k, k), formed in binary64; None for a module whose parameters are not drawn."""
    if isinstance(module, nn.RNNBase):
        return 1 / math.sqrt(module.hidden_size)
    if isinstance(module, nn.Linear):
        return 1 / math.sqrt(module.in_features) if module.in_features else 0.0
    return math.sqrt(3) if isinstance(module, nn.Embedding) else None


@torch.no_grad()
def _draw(found: list[tuple[str, nn.Module]], seed: int) -> list[str]:
    Stream(seed)
    plan, keys, seen = [], {}, set()
    for prefix, module in found:
        for key, parameter in module.named_parameters(recurse=False):
            name = f"{prefix}.{key}" if prefix else key
            bound = _bound(module)
            if bound is None or id(parameter) in seen:
                continue
            other = keys.setdefault(name_key(name), name)
            if other != name:
                raise ValueError(f"{other!r} and {name!r} have the same CRC-32 and would start alike; rename one of them")
            seen.add(id(parameter))
            plan.append((name, module, parameter, bound))
    for name, module, parameter, bound in plan:
        stream = Stream(seed, (PARAMETERS, name_key(name)))
        parameter.copy_(stream.uniform(parameter.shape, -bound, bound))
        if isinstance(module, nn.Embedding) and module.padding_idx is not None:
            parameter[module.padding_idx].zero_()
    for _, module in found:
        if isinstance(module, nn.LayerNorm):
            module.reset_parameters()
    return [name for name, *_ in plan]


def _left(model: nn.Module, found: list[nn.Module]) -> list[Left]:
    done = {id(module) for module in found}
    left = []
    for name, module in model.named_modules():
        kind = type(module)
        if id(module) in done or kind in _EXACT:
            continue
        if isinstance(module, tuple(_MODULES)):
            reason = f"a subclass may compute otherwise than {next(k for k in _MODULES if isinstance(module, k)).__name__}"
        elif kind.__module__.startswith("torch.nn"):
            reason = "PyTorch computes it, in an order and with functions that depend on threads and instruction set"
        elif next(module.parameters(recurse=False), None) is not None:
            reason = "it has parameters of its own, which PyTorch drew and computes with"
        else:
            # A model's own class: what it computes by functions is not seen, as the documentation says.
            continue
        left.append(Left(name, kind.__name__, reason))
    return left


def _convert_optimizer(optimizer: torch.optim.Optimizer) -> Conversion:
    kind = type(optimizer)
    if kind in _OPTIMIZERS.values():
        return Conversion([], [], [])
    if kind not in _OPTIMIZERS:
        names = ", ".join(each.__name__ for each in _OPTIMIZERS)
        raise Refused(f"{kind.__name__} is not defined by the contract; use {names}, or keep PyTorch's and its variation")
    if "step" in optimizer.__dict__:
        raise Refused("a scheduler has wrapped this optimiser's step; convert the optimiser before the scheduler is made")
    optimizer.__class__ = _OPTIMIZERS[kind]
    optimizer._patch_step_function()
    return Conversion([("", type(optimizer).__name__)], [], [])
