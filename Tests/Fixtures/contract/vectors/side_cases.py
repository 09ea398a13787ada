"""Standalone cases of the layers beside the recurrent ones, of losses with weights and of schedules.

`unit` is drawn as `draw` is, but `u` itself: U(0, 1).
"""

import struct

import numpy as np

from .. import optimisers, side_layers, streams
from ..digests import Leaf, streams_digest
from ..numerics import sigmoid
from ..layers import log_softmax
from ..streams import Stream, key_of
from .cases import SEED, draw


def unit(where, name, shape):
    return Stream(SEED, streams.DATA, key_of(f"{where}/{name}")).unit(shape)


def picks(where, name, count, below):
    stream = Stream(SEED, streams.DATA, key_of(f"{where}/{name}"))
    return np.array([stream.pick(below) for _ in range(count)], np.int64)


def vectors(kind, options, results):
    """`results` takes a case's place, its number and options, and gives leaves."""
    found = []
    for number, option in enumerate(options):
        leaves, more = results(f"{kind}/{number}", number, **option)
        found.append(dict(case=number, **option, **more, results=[Leaf(*leaf).json() for leaf in leaves]))
    return found


def activation(where, number, function, rows, classes, scale):
    x, d = draw(where, "x", (rows, classes), scale), draw(where, "d", (rows, classes))
    if function == "log_softmax":
        y = log_softmax(x)
        return [("y", y), ("grad.x", side_layers.log_softmax_backward(d, y))], {}
    y = sigmoid(x)
    return [("y", y), ("grad.x", side_layers.sigmoid_backward(d, y))], {}


def dropout(where, number, shape, probability):
    stream = Stream(SEED, streams.DROPOUT, number)
    y, mask = side_layers.dropout(draw(where, "x", shape), probability, stream)
    used = streams_digest([stream] if mask is not None else []).hex()
    return [("y", y), ("grad.x", side_layers.dropout_backward(draw(where, "d", shape), mask))], dict(streams=used)


def layer_norm(where, number, shape, weight, bias, epsilon, scale):
    n = (shape[-1],)
    w, b = draw(where, "weight", n) if weight else None, draw(where, "bias", n) if bias else None
    layer = side_layers.LayerNorm(draw(where, "x", shape, scale), w, b, epsilon)
    gradients = layer.backward(draw(where, "d", shape))
    return [("y", layer.output())] + [(f"grad.{name}", g) for name, g in gradients.items()], {}


def weighted_loss(where, number, rows, classes, weight, ignored, scale):
    logits, targets = draw(where, "logits", (rows, classes), scale), picks(where, "targets", rows, classes)
    w = unit(where, "weight", (classes,)) if weight else None
    loss, d = side_layers.cross_entropy(logits, targets, w, ignored)
    again, dy = side_layers.nll(log_softmax(logits), targets, w, ignored)
    return [("loss", loss), ("grad.logits", d), ("nll", again), ("grad.log_probabilities", dy)], {}


def binary_loss(where, number, shape, positive, scale):
    logits, targets = draw(where, "logits", shape, scale), unit(where, "targets", shape)
    p = unit(where, "positive", (positive,)) if positive else None
    loss, d = side_layers.binary_cross_entropy(logits, targets, p)
    return [("loss", loss), ("grad.logits", d)], {}


def schedule_vectors():
    """Rates of the epochs from 0, as bit patterns of binary64."""
    result = []
    for number, (rate, schedule) in enumerate(
        [
            (0.01, dict(kind="step", every=1, factor=0.1)),
            (0.3, dict(kind="step", every=7, factor=0.7)),
            (0.01, dict(kind="exponential", factor=0.9)),
            (1.0, dict(kind="exponential", factor=1.1)),
            (0.1, dict(kind="linear", start=1 / 3, end=1.0, epochs=5)),
            (0.007, dict(kind="linear", start=0.9, end=0.05, epochs=13)),
        ]
    ):
        rates = [optimisers.scheduled(schedule, rate, epoch) for epoch in range(40)]
        bits = " ".join(struct.pack(">d", r).hex() for r in rates)
        result.append(dict(case=number, rate=rate, schedule=schedule, rates=bits))
    return result


def document():
    case = lambda **options: options
    return dict(
        activations=vectors("activations", [
            case(function=function, rows=rows, classes=classes, scale=scale)
            for function in ("log_softmax", "sigmoid")
            for rows, classes, scale in ((1, 1, 1.0), (5, 3, 4.0), (3, 37, 64.0))
        ], activation),
        dropout=vectors("dropout", [
            case(shape=[3], probability=0.0), case(shape=[7, 5], probability=0.3), case(shape=[2, 3, 11], probability=0.5),
            case(shape=[4, 4], probability=1.0),
        ], dropout),
        layer_norm=vectors("layer_norm", [
            case(shape=[1], weight=True, bias=True, epsilon=1e-5, scale=1.0),
            case(shape=[4, 3], weight=False, bias=False, epsilon=1e-5, scale=8.0),
            case(shape=[5, 17], weight=True, bias=False, epsilon=1e-3, scale=1.0),
            case(shape=[3, 4, 33], weight=True, bias=True, epsilon=1e-5, scale=2.0**-12),
            case(shape=[2, 70], weight=True, bias=True, epsilon=1e-12, scale=64.0),
            # So many rows that a rounding of the variance reaches a deviation.
            case(shape=[150, 9], weight=True, bias=True, epsilon=1e-5, scale=1.0),
        ], layer_norm),
        weighted_losses=vectors("weighted_losses", [
            case(rows=rows, classes=classes, weight=weight, ignored=ignored, scale=scale)
            for rows, classes, scale in ((4, 2, 1.0), (33, 5, 16.0))
            for weight in (False, True)
            for ignored in (-100, 1)
        ], weighted_loss),
        binary_losses=vectors("binary_losses", [
            case(shape=[1], positive=0, scale=1.0), case(shape=[6, 5], positive=0, scale=64.0),
            case(shape=[6, 5], positive=1, scale=64.0), case(shape=[3, 4, 7], positive=7, scale=8.0),
        ], binary_loss),
        schedules=schedule_vectors(),
    )  # fmt: skip
