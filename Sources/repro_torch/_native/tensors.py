"""Checks tensors before the library reads or writes their memory."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import NoReturn

import torch
from torch import Tensor

from .library import Refused

ABSENT = (0, 0)


def numbers(tensor: Tensor, name: str) -> Tensor:
    """The tensor as binary32 numbers in the CPU's memory, row-major; itself where it is that already.

    Raises:
        TypeError: it is no tensor.
        Refused: another device, type or layout, whose results the contract does not fix.
    """
    try:
        if (
            tensor.dtype is torch.float32 and tensor.is_cpu and tensor.layout is torch.strided
            and tensor.is_contiguous() and not tensor.is_neg()
        ):  # fmt: skip
            return tensor
    except AttributeError:
        pass
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} should be a Tensor, not {type(tensor).__name__}")
    if not tensor.is_cpu:
        raise Refused(
            f"{name} is on {tensor.device}: the order of its sums there is the device's; move it with .cpu(), or leave "
            "this module unconverted"
        )
    if tensor.dtype is not torch.float32:
        raise Refused(f"{name} is {tensor.dtype}: the contract is of binary32 alone; convert it with .float()")
    if tensor.layout is not torch.strided:
        raise Refused(f"{name} is {tensor.layout}: only strided tensors have an order of elements; use .to_dense()")
    if tensor.is_neg():
        tensor = tensor.resolve_neg()
    return tensor.contiguous()


def integers(tensor: Tensor, name: str) -> Tensor:
    """The tensor as 64-bit integers in the CPU's memory, row-major.

    Raises:
        TypeError: it is no tensor of integers.
        Refused: another device.
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} should be a Tensor, not {type(tensor).__name__}")
    if tensor.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"{name} should hold int64 or int32, not {tensor.dtype}")
    if tensor.device.type != "cpu":
        raise Refused(f"{name} is on {tensor.device}; move it with .cpu()")
    return tensor.to(torch.int64).contiguous()


def place(tensor: Tensor | None) -> tuple[int, int]:
    """The address and the count of a tensor's elements, as a structure has them; zeros where there is none."""
    if tensor is None:
        return ABSENT
    return (tensor.data_ptr(), tensor.numel())


def places(tensors) -> tuple[ctypes.Array, int]:
    """An array of address and count of each tensor, and its own address, valid while the array lives."""
    flat: list[int] = []
    for tensor in tensors:
        flat += ABSENT if tensor is None else (tensor.data_ptr(), tensor.numel())
    array = ctypes.create_string_buffer(struct.pack(f"@{len(flat)}Q", *flat), max(1, 8 * len(flat)))
    return array, ctypes.addressof(array)


def pytorch_s_error(function: Callable, *arguments: object) -> NoReturn:
    """Raises what PyTorch raises for arguments that do not fit, in its own words.

    Raises:
        Refused: PyTorch takes them after all, and the contract does not say what they give.
    """
    function(*arguments)
    shapes = ", ".join(str(list(a.shape)) if isinstance(a, Tensor) else type(a).__name__ for a in arguments)
    raise Refused(f"arguments of shape {shapes} have no definition in the contract")
