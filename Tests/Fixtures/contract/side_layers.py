"""The layers beside the recurrent ones (sections 5 and 7), and losses with weights (section 6)."""

import numpy as np

from . import numerics
from .layers import log_softmax
from .numerics import F32, ONE, fma, running_sum


def log_softmax_backward(d, y):
    S = running_sum(d.T)[:, None]
    return d - numerics.exp(y) * S


def sigmoid_backward(d, y):
    return (d * y) * (ONE - y)


def dropout(x, probability, stream):
    """The output, and what the gradient is multiplied by: None where nothing is drawn."""
    if probability == 0:
        return x, None
    kept = stream.unit(x.shape) >= F32(probability)
    with np.errstate(divide="ignore"):
        scale = F32(np.float64(1) / (np.float64(1) - np.float64(probability)))
    return dropout_backward(x, (kept, scale)), (kept, scale)


def dropout_backward(d, mask):
    if mask is None:
        return d
    kept, scale = mask
    with np.errstate(invalid="ignore"):
        return np.where(kept, d * scale, F32(0))


class LayerNorm:
    """Over the last axis; rows are the other axes, in row-major order."""

    def __init__(self, x, weight, bias, epsilon):
        self.shape, self.weight, self.bias = x.shape, weight, bias
        self.n = F32(x.shape[-1])
        rows = x.reshape(-1, x.shape[-1])
        m = running_sum(rows.T) / self.n
        e = rows - m[:, None]
        v = numerics.chain(e, e, np.zeros(len(rows), F32)) / self.n
        self.s = np.sqrt(v + F32(epsilon))
        self.h = e / self.s[:, None]

    def output(self):
        y = self.h
        if self.weight is not None:
            y = fma(self.h, self.weight[None], F32(0) if self.bias is None else self.bias[None])
        return y.reshape(self.shape)

    def backward(self, d):
        """Gradients of input, weight and bias, by name."""
        d = d.reshape(self.h.shape)
        g = d if self.weight is None else d * self.weight[None]
        A = (running_sum(g.T) / self.n)[:, None]
        B = (numerics.chain(g, self.h, np.zeros(len(g), F32)) / self.n)[:, None]
        result = {"input": (fma(-self.h, B, g - A) / self.s[:, None]).reshape(self.shape)}
        if self.weight is not None:
            result["weight"] = numerics.chain(d.T, self.h.T, np.zeros(d.shape[1], F32))
        if self.bias is not None:
            result["bias"] = running_sum(d)
        return result


def _counted(targets, classes, weight, ignored):
    """The counted rows, their targets and weights, and `n`."""
    rows = np.flatnonzero(targets != ignored)
    t = targets[rows]
    w = np.ones(classes, F32)[t] if weight is None else weight[t]
    n = F32(len(rows)) if weight is None else running_sum(w)
    if n == 0:
        raise ArithmeticError("nothing counts")
    return rows, t, w, n


def nll(y, targets, weight, ignored):
    """From log-probabilities: the loss and their gradient."""
    rows, t, w, n = _counted(targets, y.shape[1], weight, ignored)
    d = np.zeros_like(y)
    d[rows, t] = -w / n
    return running_sum(w * -y[rows, t]) / n, d


def cross_entropy(logits, targets, weight, ignored):
    """From logits: the loss and their gradient."""
    rows, t, w, n = _counted(targets, logits.shape[1], weight, ignored)
    y = log_softmax(logits)
    e = np.zeros_like(y)
    e[np.arange(len(targets)), targets] = 1
    d = np.zeros_like(y)
    d[rows] = ((numerics.exp(y[rows]) - e[rows]) * w[:, None]) / n
    return running_sum(w * -y[rows, t]) / n, d


def binary_cross_entropy(x, t, positive=None):
    """Over all elements of a tensor of logits: the loss and their gradient."""
    n = F32(x.size)
    tail = numerics.log1p(numerics.exp(-np.abs(x)))
    if positive is None:
        terms = (np.where(x > 0, x, F32(0)) - x * t) + tail
        d = (numerics.sigmoid(x) - t) / n
    else:
        scale = (positive - ONE) * t + ONE
        terms = (ONE - t) * x + scale * (tail + np.where(x < 0, -x, F32(0)))
        d = ((ONE - t) - scale * numerics.sigmoid(-x)) / n
    return running_sum(terms.reshape(-1)) / n, d
