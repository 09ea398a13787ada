"""Sections 4 and 7: LSTM, GRU and RNN, forward and backward.

Tensors of steps are B × T × features here, whatever the lengths. Within a direction everything is kept in
walking order: step n of sequence b is position n forward, and position length − 1 − n in reverse.
"""

import numpy as np

from .numerics import F32, ONE, affine, fma, running_sum, sigmoid, tanh

GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}


class Recurrent:
    def __init__(self, cell, inputs, hidden, layers=1, bidirectional=False, bias=True, projection=0, dropout=0.0):
        if projection and cell != "lstm":
            raise ValueError("only an LSTM has a projection")
        self.cell, self.inputs, self.hidden, self.layers = cell, inputs, hidden, layers
        self.directions = 2 if bidirectional else 1
        self.bias, self.projection, self.dropout = bias, projection, dropout
        self.state = projection or hidden

    @property
    def features(self):
        return self.directions * self.state

    @staticmethod
    def suffix(layer, direction):
        return f"l{layer}" + ("_reverse" if direction else "")

    def shapes(self):
        """Names and shapes of the parameters, in their order."""
        rows = GATES[self.cell] * self.hidden
        result = {}
        for k in range(self.layers):
            for d in range(self.directions):
                end = self.suffix(k, d)
                result[f"weight_ih_{end}"] = (rows, self.inputs if k == 0 else self.features)
                result[f"weight_hh_{end}"] = (rows, self.state)
                if self.bias:
                    result[f"bias_ih_{end}"] = (rows,)
                    result[f"bias_hh_{end}"] = (rows,)
                if self.projection:
                    result[f"weight_hr_{end}"] = (self.projection, self.hidden)
        return result

    # Forward.

    def forward(self, params, x, lengths, h_0=None, c_0=None, stream=None):
        """Returns output, h_n, c_n (None but for LSTM), and what backward needs. `stream` is dropout's, in training."""
        lengths = np.asarray(lengths, np.int64)
        batch, steps = x.shape[:2]
        if lengths.min() < 1 or lengths.max() > steps:
            raise ValueError("a length is out of range")
        count = self.layers * self.directions
        h_0 = np.zeros((count, batch, self.state), F32) if h_0 is None else h_0
        c_0 = np.zeros((count, batch, self.hidden), F32) if c_0 is None else c_0
        h_n, c_n = np.empty_like(h_0), np.empty_like(c_0)
        inside = np.arange(steps)[None, :] < lengths[:, None]
        walks = [
            np.where(inside, np.arange(steps)[None, :], 0),
            np.where(inside, lengths[:, None] - 1 - np.arange(steps)[None, :], 0),
        ]
        rows = np.arange(batch)[:, None]
        caches, masks = [], []
        below = np.where(inside[..., None], x, F32(0))
        for k in range(self.layers):
            output = np.zeros((batch, steps, self.features), F32)
            for d in range(self.directions):
                at = k * self.directions + d
                cache = self._walk(params, self.suffix(k, d), below[rows, walks[d]], lengths, h_0[at], c_0[at])
                h_n[at] = cache["h_n"]
                if self.cell == "lstm":
                    c_n[at] = cache["c_n"]
                half = output[:, :, d * self.state : (d + 1) * self.state]
                half[inside] = cache["h"][rows, walks[d]][inside]
                caches.append(cache)
            if stream is not None and self.dropout > 0 and k < self.layers - 1:
                u = stream.unit((int(lengths.sum()), self.features))
                with np.errstate(divide="ignore"):
                    scale = F32(np.float64(1) / (np.float64(1) - np.float64(self.dropout)))
                kept = np.zeros(output.shape, bool)
                kept[inside] = u >= F32(self.dropout)
                with np.errstate(invalid="ignore"):
                    output = np.where(kept, output * scale, F32(0))
                masks.append((kept, scale))
            else:
                masks.append(None)
            below = output
        memory = dict(params=params, lengths=lengths, inside=inside, walks=walks, caches=caches, masks=masks, shape=x.shape)
        return output, h_n, (c_n if self.cell == "lstm" else None), memory

    def _walk(self, params, end, x, lengths, h, c):
        """One direction of one layer; `x` in walking order."""
        batch, steps = x.shape[:2]
        H, S, cell = self.hidden, self.state, self.cell
        W_ih, W_hh = params[f"weight_ih_{end}"], params[f"weight_hh_{end}"]
        if self.bias:
            b_ih, b_hh = params[f"bias_ih_{end}"], params[f"bias_hh_{end}"]
        else:
            b_ih = b_hh = np.zeros(W_ih.shape[0], F32)
        start = b_ih + b_hh
        if cell == "gru":
            start[2 * H :] = b_ih[2 * H :]
        ax = affine(x.reshape(batch * steps, -1), W_ih, start).reshape(batch, steps, -1)
        names = {
            "lstm": dict(i=H, f=H, g=H, o=H, t=H, m=H, c_prev=H),
            "gru": dict(r=H, z=H, n=H, gh=H),
        }.get(cell, {})
        cache = {name: np.zeros((batch, steps, size), F32) for name, size in names.items()}
        cache.update(x=x, h=np.zeros((batch, steps, S), F32), h_prev=np.zeros((batch, steps, S), F32))
        h, c = h.copy(), c.copy()
        for n in range(int(lengths.max())):
            live = np.flatnonzero(lengths > n)
            old = h[live]
            cache["h_prev"][live, n] = old
            step = {}
            if cell == "lstm":
                a = affine(old, W_hh, ax[live, n])
                i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H : 2 * H]), sigmoid(a[:, 3 * H :])
                g = tanh(a[:, 2 * H : 3 * H])
                before = c[live]
                after = fma(f, before, i * g)
                t = tanh(after)
                m = o * t
                c[live] = after
                new = affine(m, params[f"weight_hr_{end}"], F32(0)) if self.projection else m
                step = dict(i=i, f=f, g=g, o=o, t=t, m=m, c_prev=before)
            elif cell == "gru":
                a = affine(old, W_hh[: 2 * H], ax[live, n, : 2 * H])
                r, z = sigmoid(a[:, :H]), sigmoid(a[:, H:])
                gx = ax[live, n, 2 * H :]
                gh = affine(old, W_hh[2 * H :], b_hh[2 * H :])
                nn = tanh(fma(r, gh, gx))
                new = fma(z, old - nn, nn)
                step = dict(r=r, z=z, n=nn, gh=gh)
            else:
                a = affine(old, W_hh, ax[live, n])
                new = tanh(a) if cell == "rnn_tanh" else np.where(a > 0, a, F32(0))
            for name, value in step.items():
                cache[name][live, n] = value
            cache["h"][live, n] = new
            h[live] = new
        cache["h_n"], cache["c_n"] = h, c
        return cache

    # Backward.

    def backward(self, memory, dout=None, dh_n=None, dc_n=None, shards=1):
        """Returns the parameters' gradients, and those of the input, h_0 and c_0."""
        lengths, inside, walks = memory["lengths"], memory["inside"], memory["walks"]
        params = memory["params"]
        batch, steps = memory["shape"][:2]
        count = self.layers * self.directions
        rows = np.arange(batch)[:, None]
        above = np.zeros((batch, steps, self.features), F32) if dout is None else dout
        dh_n = np.zeros((count, batch, self.state), F32) if dh_n is None else dh_n
        dc_n = np.zeros((count, batch, self.hidden), F32) if dc_n is None else dc_n
        dh_0, dc_0 = np.zeros_like(dh_n), np.zeros_like(dc_n)
        grads = {}
        for k in reversed(range(self.layers)):
            if memory["masks"][k] is not None:
                kept, scale = memory["masks"][k]
                with np.errstate(invalid="ignore"):
                    above = np.where(kept, above * scale, F32(0))
            size = self.inputs if k == 0 else self.features
            dx = np.zeros((int(lengths.sum()), size), F32)
            for d in range(self.directions):
                at, end = k * self.directions + d, self.suffix(k, d)
                cache = memory["caches"][at]
                part = above[:, :, d * self.state : (d + 1) * self.state][rows, walks[d]]
                deltas = self._unwalk(params, end, cache, part, lengths, dh_n[at], dc_n[at])
                dh_0[at], dc_0[at] = deltas["h_0"], deltas["c_0"]
                # Back into the order of time; the same permutation undoes itself.
                timed = {name: deltas[name][rows, walks[d]] for name in ("ih", "hh", "h")}
                timed["x"], timed["h_prev"] = cache["x"][rows, walks[d]], cache["h_prev"][rows, walks[d]]
                if self.projection:
                    timed["m"] = cache["m"][rows, walks[d]]
                for name, value in self._parameters(timed, inside, end, shards).items():
                    grads[name] = value
                dx = rows_chain(timed["ih"][inside], params[f"weight_ih_{end}"], dx)
            above = np.zeros((batch, steps, size), F32)
            above[inside] = dx
        return {name: grads[name] for name in self.shapes()}, above, dh_0, (dc_0 if self.cell == "lstm" else None)

    def _unwalk(self, params, end, cache, dout, lengths, dh_n, dc_n):
        """The gradients of the pre-activations of one direction, in walking order: as the input's weights see them
        (`ih`), as the state's see them (`hh`), and the gradient of every h' (`h`)."""
        batch, steps = dout.shape[:2]
        H, S, cell = self.hidden, self.state, self.cell
        W_hh = params[f"weight_hh_{end}"]
        ih = np.zeros((batch, steps, W_hh.shape[0]), F32)
        hh = np.zeros_like(ih)
        dhs = np.zeros((batch, steps, S), F32)
        carry = dc_n.copy()
        first = np.zeros((batch, S), F32)
        for n in range(int(lengths.max()) - 1, -2, -1):
            # n = −1 stands for the initial state, whose gradient is `r` itself.
            live = np.flatnonzero(lengths > max(n, 0))
            ends = lengths[live] - 1 == n
            more = live[~ends]
            r = np.zeros((more.size, S), F32)
            if more.size:
                r = rows_chain(hh[more, n + 1], W_hh, r)
                if cell == "gru":
                    r = fma(dhs[more, n + 1], cache["z"][more, n + 1], r)
            if n < 0:
                first = r
                break
            added = dh_n[live]
            added[~ends] = r
            dh = dout[live, n] + added
            dhs[live, n] = dh
            get = {name: value[live, n] for name, value in cache.items() if value.ndim == 3}
            if cell == "lstm":
                i, f, g, o, t, c = (get[name] for name in ("i", "f", "g", "o", "t", "c_prev"))
                if self.projection:
                    W_hr = params[f"weight_hr_{end}"]
                    dh = rows_chain(dh, W_hr, np.zeros((live.size, H), F32))
                dc = fma(dh * o, fma(-t, t, ONE), carry[live])
                delta = np.concatenate(
                    [
                        (dc * g * i) * (ONE - i),
                        (dc * c * f) * (ONE - f),
                        (dc * i) * fma(-g, g, ONE),
                        (dh * t * o) * (ONE - o),
                    ],
                    axis=1,
                )
                carry[live] = dc * f
                ih[live, n] = hh[live, n] = delta
            elif cell == "gru":
                r, z, nn, gh, h = (get[name] for name in ("r", "z", "n", "gh", "h_prev"))
                dn = (dh * (ONE - z)) * fma(-nn, nn, ONE)
                dr = (dn * gh * r) * (ONE - r)
                dz = (dh * (h - nn) * z) * (ONE - z)
                ih[live, n] = np.concatenate([dr, dz, dn], axis=1)
                hh[live, n] = np.concatenate([dr, dz, dn * r], axis=1)
            else:
                h = get["h"]
                delta = dh * fma(-h, h, ONE) if cell == "rnn_tanh" else np.where(h > 0, dh, F32(0))
                ih[live, n] = hh[live, n] = delta
        return dict(ih=ih, hh=hh, h=dhs, h_0=first, c_0=carry)

    def _parameters(self, timed, inside, end, shards):
        """The gradients of one direction's parameters: a chain per shard, the shards added in order."""
        batch = inside.shape[0]
        total = {}
        for s in range(shards):
            part = slice(s * batch // shards, (s + 1) * batch // shards)
            mask = inside[part]
            ih, hh = timed["ih"][part][mask], timed["hh"][part][mask]
            x, h_prev = timed["x"][part][mask], timed["h_prev"][part][mask]
            result = {
                f"weight_ih_{end}": outer_chain(ih, x),
                f"weight_hh_{end}": outer_chain(hh, h_prev),
            }
            if self.bias:
                result[f"bias_ih_{end}"] = running_sum(ih)
                result[f"bias_hh_{end}"] = running_sum(hh)
            if self.projection:
                result[f"weight_hr_{end}"] = outer_chain(timed["h"][part][mask], timed["m"][part][mask])
            total = result if s == 0 else {name: total[name] + result[name] for name in result}
        return total


def rows_chain(delta, W, acc):
    """`acc[k]` continued over the rows of `W` in ascending order: `fma(δ[row], W[row, k], acc)`."""
    for row in range(W.shape[0]):
        acc = fma(delta[:, row, None], W[None, row, :], acc)
    return acc


def outer_chain(delta, x):
    """`dW[r, k]`: one chain from +0 over the positions of `fma(δ[r], x[k], acc)`."""
    acc = np.zeros((delta.shape[1], x.shape[1]), F32)
    for p in range(delta.shape[0]):
        acc = fma(delta[p, :, None], x[p, None, :], acc)
    return acc


def merge(kind, F, V):
    """The final states of the last layer; `V` is None with one direction."""
    if V is None:
        return F
    if kind == "concat":
        return np.concatenate([F, V], axis=1)
    if kind == "sum":
        return F + V
    if kind == "mean":
        return (F + V) * F32(0.5)
    return F * V


def merge_backward(kind, F, V, d):
    if V is None:
        return d, None
    if kind == "concat":
        return d[:, : F.shape[1]], d[:, F.shape[1] :]
    if kind == "sum":
        return d, d
    if kind == "mean":
        return d * F32(0.5), d * F32(0.5)
    return d * V, d * F
