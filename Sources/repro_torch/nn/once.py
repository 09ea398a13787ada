"""Gradients that refuse to be differentiated again."""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch

from .._native.library import Refused


class _Refusal(torch.autograd.Function):
    """Hands gradients on. Whoever differentiates them is told why that is not done, and never gets a part of the answer."""

    @staticmethod
    def forward(ctx, anchor, *gradients):  # noqa: D102
        ctx.set_materialize_grads(False)
        return tuple(gradient.view_as(gradient) for gradient in gradients)

    @staticmethod
    def backward(ctx, *gradients):  # noqa: D102
        raise Refused("second derivatives are not defined by the contract; leave this module unconverted to have them")


def once(function: Callable) -> Callable:
    """A backward pass whose gradients are constants to it, and an error to whoever differentiates them.

    Autograd's own `once_differentiable` refuses where the gradient of the output has a graph alone: a penalty on gradients
    would lose its part that goes through inputs and parameters, without a word.
    """

    @functools.wraps(function)
    def backward(ctx, *gradients):
        # Grad mode is on in a backward pass where a graph of it is wanted.
        if not torch.is_grad_enabled():
            return function(ctx, *gradients)
        with torch.no_grad():
            found = function(ctx, *gradients)
        results = list(found) if isinstance(found, tuple) else [found]
        places = [place for place, result in enumerate(results) if result is not None]
        anchor = torch.zeros((), requires_grad=True)
        for place, result in zip(places, _Refusal.apply(anchor, *(results[place] for place in places))):
            results[place] = result
        return tuple(results)

    return backward


__all__ = ["once"]
