"""A check of the meaning: the layers in binary64, by the formulas of PyTorch's documentation, and their derivatives.

The derivatives are complex steps, f(x + ih v) = f(x) + ih f'(x) v + O(h²), so nothing of a backward rule is in them.
"""

import numpy as np

from .. import data, experiments
from . import cases, shipped

H = 1e-40


class Worst:
    """The largest of differences, each of which is held to the tolerance by itself: one that is no number fails too."""

    def __init__(self, tolerance):
        self.tolerance, self.value, self.count = tolerance, 0.0, 0

    def add(self, difference, what):
        assert difference < self.tolerance, (what, difference)
        self.value = max(self.value, difference)

    def add_direction(self, wanted, gradient, direction, what):
        """A derivative along a direction beside the gradient's product with it."""
        got = gradient.astype(np.float64)
        self.add(abs(wanted - np.sum(got * direction)) / (1 + np.sqrt(np.sum(got * got))), what)
        self.count += 1

    def __str__(self):
        return f"{self.count} directions, largest relative difference {self.value:.2e};"


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _cell(cell, p, end, x, h, c, H):
    zero = np.zeros(p[f"weight_ih_{end}"].shape[0])
    b_ih, b_hh = p.get(f"bias_ih_{end}", zero), p.get(f"bias_hh_{end}", zero)
    a, b = p[f"weight_ih_{end}"] @ x + b_ih, p[f"weight_hh_{end}"] @ h + b_hh
    if cell == "lstm":
        i, f, g, o = np.split(a + b, 4)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        if f"weight_hr_{end}" in p:
            h = p[f"weight_hr_{end}"] @ h
        return h, c
    if cell == "gru":
        r, z = _sigmoid(a[:H] + b[:H]), _sigmoid(a[H : 2 * H] + b[H : 2 * H])
        n = np.tanh(a[2 * H :] + r * b[2 * H :])
        return (1 - z) * n + z * h, c
    s = a + b
    return (np.tanh(s) if cell == "rnn_tanh" else np.where(s.real > 0, s, 0)), c


def recurrent(module, p, x, lengths, h_0, c_0, masks):
    """`masks`: per layer None, or what each element of the output is multiplied by."""
    batch, steps = x.shape[:2]
    D, S = module.directions, module.state
    h_n, c_n = h_0.astype(complex), c_0.astype(complex)
    below = x
    for k in range(module.layers):
        output = np.zeros((batch, steps, D * S), complex)
        for d in range(D):
            for b, length in enumerate(lengths):
                h, c = h_0[k * D + d, b], c_0[k * D + d, b]
                for t in range(length)[:: -1 if d else 1]:
                    h, c = _cell(module.cell, p, module.suffix(k, d), below[b, t], h, c, module.hidden)
                    output[b, t, d * S : (d + 1) * S] = h
                h_n[k * D + d, b], c_n[k * D + d, b] = h, c
        if masks[k] is not None:
            output = output * masks[k]
        below = output
    return output, h_n, c_n


def check_recurrent(tolerance=2e-5):
    rng = np.random.Generator(np.random.PCG64(3))
    worst = Worst(tolerance)
    for number, case in enumerate(cases.recurrent_cases()):
        if case["scales"]["gradients"] != 1:
            continue
        module, params, x, h_0, c_0, incoming = cases.recurrent_inputs(f"recurrent/{number}", case)
        results = dict(cases.recurrent_results(number, case)[0])
        stream = cases.Stream(cases.SEED, cases.streams.DROPOUT, number)
        memory = module.forward(params, x, case["lengths"], h_0, c_0, stream)[3]
        masks = []
        for mask in memory["masks"]:
            masks.append(None if mask is None else np.where(mask[0], float(mask[1]) if mask[0].any() else 0.0, 0.0))
        states = case["layers"] * case["directions"], case["batch"]
        h_0 = np.zeros((*states, module.state)) if h_0 is None else h_0
        c_0 = np.zeros((*states, module.hidden)) if c_0 is None else c_0
        tensors = {**params, "input": x, "h_0": h_0, "c_0": c_0}
        tensors = {name: value.astype(np.float64) for name, value in tensors.items()}

        def run(values):
            p = {name: value for name, value in values.items() if name in params}
            return recurrent(module, p, values["input"], case["lengths"], values["h_0"], values["c_0"], masks)

        values = dict(zip(("output", "h_n", "c_n"), run(tensors)))
        for name, value in values.items():
            if name in results:
                size = max(1, np.max(np.abs(value.real)))
                worst.add(np.max(np.abs(value.real - results[name])) / size, f"recurrent/{number} {name}")
        for name, value in tensors.items():
            if f"grad.{name}" not in results:
                continue
            for _ in range(3):
                v = rng.standard_normal(value.shape)
                moved = dict(zip(("output", "h_n", "c_n"), run({**tensors, name: value + 1j * H * v})))
                want = sum(np.sum(moved[of].imag / H * d.astype(np.float64)) for of, d in incoming.items())
                worst.add_direction(want, results[f"grad.{name}"], v, f"recurrent/{number} grad.{name}")
    return str(worst)


def check_training(tolerance=1e-5):
    """The gradients of a whole step, from the loss to the embedding, for every shipped training experiment."""
    rng = np.random.Generator(np.random.PCG64(4))
    worst = Worst(tolerance)
    variants = [
        ("classifier", {}),
        ("classifier", dict(merging="sum", cell="gru", layers=2, shards=3)),
        ("classifier", dict(merging="mean", cell="rnn_tanh")),
        ("classifier", dict(merging="product", projection=5)),
        ("sigmoid-classifier", {}),
        ("roman", dict(hidden=6, shards=2)),
    ]
    for name, changes in variants:
        training = experiments.Training(shipped.options_of(name, changes), 1)
        batch = training.splits["train"].take(range(9))
        targets = batch.flat_targets()
        logits, memory = training.forward(batch)
        loss, d = training.loss(logits, targets)
        grads = training.backward(batch, memory, d)
        params = {n: v.astype(np.float64) for n, v in training.params.items()}
        module, inside = training.module, memory["inside"]
        states = module.layers * module.directions, len(batch)

        def run(p):
            flat = batch.flat_inputs()
            flat = p["embedding.weight"][flat] if training.words is not None else flat
            x = np.zeros((*inside.shape, flat.shape[1]), complex)
            x[inside] = flat
            output, h_n, _ = recurrent(
                module, experiments.prefixed(p, training.prefix), x, batch.lengths,
                np.zeros((*states, module.state)), np.zeros((*states, module.hidden)), [None] * module.layers,
            )  # fmt: skip
            last = h_n[-module.directions :]
            if training.tagging:
                y = output[inside]
            elif module.directions == 1:
                y = last[0]
            else:
                F, V = last
                y = {"concat": np.concatenate([F, V], axis=1), "sum": F + V, "mean": (F + V) / 2, "product": F * V}[
                    training.merging
                ]
            z = y @ p["linear.weight"].T + p["linear.bias"]
            if z.shape[1] == 1:
                q = _sigmoid(z[:, 0])
                return -np.mean(np.log(np.where(targets == 1, q, 1 - q)))
            return -np.mean(z[np.arange(len(z)), targets] - np.log(np.sum(np.exp(z), axis=1)))

        worst.add(abs(run(params).real - float(loss)), f"{name} {changes}: the loss")
        for n, value in params.items():
            v = rng.standard_normal(value.shape)
            if n == "embedding.weight":
                v[data.PADDING] = 0
            want = run({**params, n: value + 1j * H * v}).imag / H
            worst.add_direction(want, grads[n], v, f"{name} {changes}: {n}")
    return str(worst)
