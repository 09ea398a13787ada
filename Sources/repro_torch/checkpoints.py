"""Checkpoints of `repro run`, for a loop in PyTorch that goes on from one."""

from __future__ import annotations

import ctypes
import json
import os
import pathlib

import torch
from torch import Tensor, nn

from ._native import calls
from ._native.engines import engine
from .digests import _leaf
from .runs import read_tensors

_CONTRACT = "2"


class Checkpoint:
    """What stood after a step of a run: a file of its folder `checkpoints`.

    A loop that goes on from it, with the `Streams` of the run's seed at `step`, takes the very steps that the run takes. Of
    an epoch that is under way, the first `batch` batches of its order were taken.

    Attributes:
        experiment, seed: of the run.
        step: how many steps were taken.
        epoch: the epoch that the next step belongs to, from 0.
        batch: how many batches of that epoch were taken.
        parameters: by PyTorch's names.
        optimizer: `exp_avg`, `exp_avg_sq` or `momentum_buffer`, each by the names of parameters.
        losses: of each step so far.
        digest: over all of it, as the file states it.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        """
        Raises:
            OSError: the file cannot be read.
            ValueError: it is no checkpoint of this contract, or its contents are not those of its digest.
        """
        tensors, metadata = read_tensors(path), _metadata(path)
        try:
            if not metadata["format"].startswith("repro.checkpoint.") or metadata["contract"] != _CONTRACT:
                raise ValueError(f"format {metadata['format']!r}, contract {metadata['contract']!r}")
            self.digest: str = metadata.pop("digest")
            found = _digest(tensors, metadata)
            if found != self.digest:
                raise ValueError(f"its digest is {found}, and it states {self.digest}")
            self.experiment: str = metadata["experiment"]
            self.seed = int(metadata["seed"])
            self.step, self.epoch, self.batch = tensors["position"].tolist()[:3]
            names = json.loads(metadata["parameters"])
            self.parameters: dict[str, Tensor] = {name: tensors[f"parameter.{name}"] for name in names}
            self.optimizer: dict[str, dict[str, Tensor]] = {}
            for full in json.loads(metadata["optimizer"]):
                kind, _, name = full.partition(".")
                self.optimizer.setdefault(kind, {})[name] = tensors[f"optimizer.{full}"]
            self.losses: Tensor = tensors["losses"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path}: no checkpoint of a run: it lacks {error}") from error
        except ValueError as error:
            raise ValueError(f"{path}: no checkpoint that can be gone on from here: {error}") from error

    def restore(self, model: nn.Module, optimizer: torch.optim.Optimizer | None = None) -> None:
        """Gives a model the parameters, and its optimiser the state, that stood at the checkpoint.

        Args:
            model: its parameters have the names and shapes of the checkpoint's, in any order.
            optimizer: SGD, Adam or AdamW over parameters of the model, as the experiment has it.

        Raises:
            RuntimeError: what `load_state_dict` raises, for other names or shapes.
            ValueError: the optimiser is of another kind, or has parameters of another model. Nothing was changed then.
        """
        names = {id(parameter): name for name, parameter in model.named_parameters()}
        members = [p for group in optimizer.param_groups for p in group["params"]] if optimizer else []
        strangers = [p for p in members if names.get(id(p)) not in self.parameters]
        if strangers:
            raise ValueError(f"the optimiser has {len(strangers)} parameters that the checkpoint does not name")
        if optimizer is not None:
            adam = isinstance(optimizer, (torch.optim.Adam, torch.optim.AdamW))
            moves = any(group.get("momentum", 0) for group in optimizer.param_groups)
            wanted = {"exp_avg", "exp_avg_sq"} if adam else {"momentum_buffer"} if moves else set()
            if wanted != set(self.optimizer):
                found = ", ".join(sorted(self.optimizer)) or "no state"
                raise ValueError(f"the checkpoint's optimiser has {found}, and {type(optimizer).__name__} needs {sorted(wanted)}")
        model.load_state_dict(self.parameters)
        for parameter in members:
            state = {kind: tensors[names[id(parameter)]].clone() for kind, tensors in self.optimizer.items()}
            if "exp_avg" in state:
                state["step"] = torch.tensor(float(self.step), dtype=torch.float32)
            optimizer.state[parameter] = state if self.step else {}


def _metadata(path: str | os.PathLike) -> dict[str, str]:
    """The strings of a file that `read_tensors` has read."""
    with pathlib.Path(path).open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return dict(header.get("__metadata__", {}))


def _digest(tensors: dict[str, Tensor], metadata: dict[str, str]) -> str:
    """A node over the metadata and every tensor, by the bytes of their names."""
    ordered = {key: metadata[key] for key in sorted(metadata, key=str.encode)}
    head = json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()
    leaves = [_leaf("metadata", torch.frombuffer(bytearray(head), dtype=torch.uint8))]
    leaves += [_leaf(name, tensors[name]) for name in sorted(tensors, key=str.encode)]
    children, name = ctypes.create_string_buffer(b"".join(leaves)), ctypes.create_string_buffer(b"checkpoint")
    result = (ctypes.c_uint8 * 32)()
    calls.node_digest(
        engine().handle, ctypes.addressof(name), ctypes.addressof(children), len(leaves), ctypes.addressof(result)
    )
    return bytes(result).hex()


__all__ = ["Checkpoint"]
