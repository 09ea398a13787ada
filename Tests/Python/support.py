"""What several tests need: bits, bounds, and processes of their own."""

import os
import subprocess
import sys

import torch


def bits(tensor):
    """The patterns of a binary32 tensor, which tell +0 from −0."""
    return tensor.detach().contiguous().view(torch.int32)


def same_bits(one, other):
    """Whether shapes and all patterns are equal."""
    return one.shape == other.shape and torch.equal(bits(one), bits(other))


def assert_same_bits(one, other, what=""):
    """Says where the first element stands whose bits differ."""
    assert one.shape == other.shape, f"{what}: {tuple(one.shape)} and {tuple(other.shape)}"
    apart = (bits(one) != bits(other)).reshape(-1).nonzero()
    if len(apart):
        place = int(apart[0])
        a, b = (int(bits(t).reshape(-1)[place]) & 0xFFFFFFFF for t in (one, other))
        raise AssertionError(f"{what}: {len(apart)} elements differ, the first at {place}: {a:08x} and {b:08x}")


def assert_within(value, exact, single, what="", magnitude=0.0):
    """Our greatest error against binary64 within 4 times PyTorch's own in binary32, or 4 units of rounding of the greatest
    element, or of `magnitude`, where PyTorch was lucky: the bounds of Tests/ReproNNTests/Recurrent/TorchTests.swift."""
    assert value.shape == exact.shape, what
    if exact.numel() == 0:
        return
    own = float((value.detach().double() - exact.detach()).abs().max())
    theirs = float((single.detach().double() - exact.detach()).abs().max())
    unit = max(theirs, 2.0**-24 * max(magnitude, float(exact.detach().abs().max())))
    assert own <= 4.0 * unit, f"{what}: our error {own}, PyTorch's {theirs}, {own / unit if unit else own} units"


def python(code, **environment):
    """The output of a Python program in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
