"""Sections 5 and 6, with their gradients from section 7."""

import numpy as np

from . import numerics
from .numerics import F32, affine, running_sum
from .recurrent import outer_chain, rows_chain


def linear(x, weight, bias=None):
    return affine(x, weight, F32(0) if bias is None else bias)


def linear_backward(d, x, weight, slices):
    """`slices` are the rows of each shard."""
    dx = rows_chain(d, weight, np.zeros(x.shape, F32))
    dW = db = None
    for part in slices:
        w, b = outer_chain(d[part], x[part]), running_sum(d[part])
        dW, db = (w, b) if dW is None else (dW + w, db + b)
    return dx, dW, db


def embedding_backward(tokens, d, shape, padding, slices):
    total = None
    for part in slices:
        grad = np.zeros(shape, F32)
        for token, row in zip(tokens[part], d[part]):
            grad[token] = grad[token] + row
        if padding is not None:
            grad[padding] = 0
        total = grad if total is None else total + grad
    return total


def log_softmax(x):
    m = x[np.arange(x.shape[0]), np.argmax(x, axis=1)][:, None]
    e = numerics.exp(x - m)
    s = running_sum(e.T)
    return (x - m) - numerics.log(s)[:, None]


def nll(logits, targets, gradient=True):
    """The mean loss of log-softmax, and the gradient of the logits."""
    n = F32(len(targets))
    y = log_softmax(logits)
    rows = np.arange(len(targets))
    loss = running_sum(-y[rows, targets]) / n
    if not gradient:
        return loss, None
    e = np.zeros_like(y)
    e[rows, targets] = 1
    return loss, (numerics.exp(y) - e) / n


def smoothed(logits, targets, weights=None, smoothing=0.0):
    """NLL with weights of the classes and label smoothing, and the gradient of the logits. `weights` are binary32."""
    rows = np.arange(len(targets))
    w = np.ones(logits.shape[1], F32) if weights is None else weights
    n = F32(len(targets)) if weights is None else running_sum(w[targets])
    y = log_softmax(logits)
    terms = w[targets] * -y[rows, targets]
    q = np.zeros_like(y)
    q[rows, targets] = w[targets]
    Q = w[targets]
    if smoothing:
        a, b = F32(1 - smoothing), F32(smoothing / logits.shape[1])
        terms = a * terms + b * running_sum((w[None] * -y).T)
        q = np.repeat((b * w)[None], len(targets), axis=0)
        q[rows, targets] = q[rows, targets] + a * w[targets]
        Q = running_sum(q.T)
        d = (numerics.exp(y) * Q[:, None] - q) / n
    else:
        e = np.zeros_like(y)
        e[rows, targets] = 1
        d = ((numerics.exp(y) - e) * Q[:, None]) / n
    return running_sum(terms) / n, d


def mean_squared_error(outputs, targets):
    """Of a column of outputs: the loss, and their gradient."""
    n = F32(len(targets))
    e = outputs[:, 0] - targets
    return running_sum(e * e) / n, ((e + e) / n)[:, None]


def binary_cross_entropy(logits, targets, gradient=True):
    n = F32(len(targets))
    x, t = logits[:, 0], targets.astype(F32)
    terms = (np.where(x > 0, x, F32(0)) - x * t) + numerics.log1p(numerics.exp(-np.abs(x)))
    loss = running_sum(terms) / n
    if not gradient:
        return loss, None
    return loss, ((numerics.sigmoid(x) - t) / n)[:, None]


def predict(logits, head):
    if head == "sigmoid":
        return (logits[:, 0] > 0).astype(np.int64)
    return np.argmax(logits, axis=1).astype(np.int64)
