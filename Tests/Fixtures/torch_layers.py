#!/usr/bin/env python3
"""What PyTorch makes of activations, regularisation and normalisation layers, losses and modules: Tests/ReproNNTests/Vectors/torch-layers.json.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0+cpu numpy --extra-index-url https://download.pytorch.org/whl/cpu
    .venv/bin/python Tests/Fixtures/torch_layers.py --output Tests/ReproNNTests/Vectors/torch-layers.json

What a layer reads are binary32 numbers, written as decimals that read back as the same. PyTorch computes in binary64 from
exactly these: the results, and the gradients of sum(d * result). Then it computes the same in binary32, and the greatest
distance between the two is kept a result (`error`). `schedules` are rates that PyTorch's schedulers set, in binary64.

A case: `layer`, `options`, `read` and `results`, the last two lists of {name, shape, values} in the order of use.
"""

import argparse
import json
import platform
import sys

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

generator = torch.Generator().manual_seed(20260229)


def uniform(*shape, scale=1.0):
    return (2 * torch.rand(shape, generator=generator) - 1) * scale


def described(name, tensor, **more):
    values = [float(v) for v in tensor.detach().flatten().tolist()]
    return dict(name=name, shape=list(tensor.shape), values=values, **more)


def case(layer, options, read, compute):
    """`compute` maps a dict of tensors to a dict of results; gradients are those of all but `d.NAME` and the constants."""
    names = [k for k in read if not k.startswith("d.") and k not in options.get("constant", [])]

    def results(dtype):
        tensors = {k: v.to(dtype).clone().requires_grad_(k in names) for k, v in read.items()}
        found = compute(tensors)
        scalar = sum((tensors["d." + k] * v).sum() if "d." + k in tensors else v.sum() for k, v in found.items())
        gradients = torch.autograd.grad(scalar, [tensors[k] for k in names], allow_unused=True)
        for name, gradient in zip(names, gradients):
            if gradient is not None:
                found["grad." + name] = gradient
        return found

    exact, rounded = results(torch.float64), results(torch.float32)
    return dict(
        layer=layer, options=options, read=[described(k, v) for k, v in read.items()],
        results=[described(k, v, error=float((rounded[k].double() - v).detach().abs().max())) for k, v in exact.items()],
    )  # fmt: skip


def layers():
    for rows, classes, scale in ((1, 1, 1), (3, 5, 4), (7, 40, 20)):
        yield case(
            "log_softmax", {}, {"input": uniform(rows, classes, scale=scale), "d.output": uniform(rows, classes)},
            lambda t: {"output": F.log_softmax(t["input"], 1)})  # fmt: skip
        yield case(
            "sigmoid", {}, {"input": uniform(rows, classes, scale=scale), "d.output": uniform(rows, classes)},
            lambda t: {"output": torch.sigmoid(t["input"])})  # fmt: skip
    for layer, function in (("nll", F.nll_loss), ("cross_entropy", F.cross_entropy)):
        for targets, ignore, weighted in (
            ([2, 0, 1, 1], -100, False), ([2, 0, 1, 1], -100, True), ([2, -100, 1, -100], -100, False),
            ([1, 0, 1, 3, 2, 1], 1, True), ([0], -1, True),
        ):  # fmt: skip
            read = {"input": uniform(len(targets), 4, scale=3)}
            if layer == "nll":
                read["input"] = F.log_softmax(read["input"], 1)
            if weighted:
                read["weight"] = uniform(4).abs()
            yield case(
                layer, dict(targets=targets, ignore_index=ignore, constant=["weight"]), read,
                lambda t, targets=targets, ignore=ignore, function=function: {
                    "loss": function(t["input"], torch.tensor(targets), t.get("weight"), ignore_index=ignore)
                })  # fmt: skip
    for shape, weights in (((5,), 0), ((3, 4), 0), ((3, 4), 4), ((6, 2), 1)):
        read = {"input": uniform(*shape, scale=6), "targets": torch.rand(shape, generator=generator).round()}
        if shape == (6, 2):
            read["targets"] = torch.rand(shape, generator=generator)
        if weights:
            read["pos_weight"] = uniform(weights).abs() * 3
        yield case(
            "bce_with_logits", dict(constant=["targets", "pos_weight"]), read,
            lambda t: {
                "loss": F.binary_cross_entropy_with_logits(
                    t["input"], t["targets"], pos_weight=t.get("pos_weight"))
            })  # fmt: skip
    for shape, eps, affine in (
        ((4, 5), 1e-5, "wb"), ((2, 3, 16), 1e-5, "wb"), ((3, 70), 1e-3, "w"), ((2, 3, 8), 1e-5, ""), ((3, 1), 1e-5, "wb"),
    ):  # fmt: skip
        width = shape[-1]
        read = {"input": uniform(*shape, scale=2) + 0.5, "d.output": uniform(*shape)}
        if "w" in affine:
            read["weight"] = uniform(width) + 1
        if "b" in affine:
            read["bias"] = uniform(width)
        yield case(
            "layer_norm", dict(eps=eps), read,
            lambda t, width=width, eps=eps: {
                "output": F.layer_norm(t["input"], (width,), t.get("weight"), t.get("bias"), eps)
            })  # fmt: skip


def modules():
    """The named modules as a caller has them: lengths, initial states, two layers, both directions."""
    for name, options, lengths in (
        ("LSTM", dict(proj_size=2), [3, 5, 1]), ("LSTM", dict(bias=False, batch_first=True), None),
        ("GRU", dict(batch_first=True), [5, 2, 4]), ("RNN", dict(nonlinearity="tanh"), [4, 5, 5]),
        ("RNN", dict(nonlinearity="relu", batch_first=True), None),
    ):  # fmt: skip
        options = dict(options, input_size=4, hidden_size=3, num_layers=2, bidirectional=True)
        template = getattr(nn, name)(**options)
        size = options.get("proj_size", 3)
        batch_first = options.get("batch_first", False)
        outer = (3, 5) if batch_first else (5, 3)
        read = {k: uniform(*v.shape, scale=0.6) for k, v in template.named_parameters()}
        read |= {"input": uniform(*outer, 4), "h_0": uniform(4, 3, size)}
        if name == "LSTM":
            read["c_0"] = uniform(4, 3, 3)
        read |= {"d.output": uniform(*outer, 2 * size), "d.h_n": uniform(4, 3, size)}
        if name == "LSTM":
            read["d.c_n"] = uniform(4, 3, 3)
        read["d.final"] = uniform(3, 2 * size)

        def compute(t, name=name, options=options, lengths=lengths, batch_first=batch_first, template=template):
            module = getattr(nn, name)(**options).to(t["input"].dtype)
            initial = (t["h_0"], t["c_0"]) if name == "LSTM" else t["h_0"]
            values = {k: t[k] for k, _ in template.named_parameters()}
            sequence = t["input"]
            if lengths:
                sequence = pack_padded_sequence(sequence, lengths, batch_first, enforce_sorted=False)
            output, states = torch.func.functional_call(module, values, (sequence, initial))
            if lengths:
                output, _ = pad_packed_sequence(output, batch_first, total_length=5)
            h_n = states[0] if name == "LSTM" else states
            found = {"output": output, "h_n": h_n}
            if name == "LSTM":
                found["c_n"] = states[1]
            found["final"] = torch.cat([h_n[-2], h_n[-1]], 1)
            return found

        yield case(name, dict(options, lengths=lengths), read, compute)


def later():
    """Losses that came later; drawn last, so that the draws of the others stay."""
    for targets, ignore, weighted, smoothing in (
        ([2, 0, 1, 1], -100, False, 0.1), ([2, 0, 1, 1], -100, True, 0.1), ([1, 0, 1, 3, 2, 1], 1, True, 0.5),
        ([3, 0, 2], -100, True, 1.0), ([0, 1, 2, 3, 0], -100, False, 0.9),
    ):  # fmt: skip
        read = {"input": uniform(len(targets), 4, scale=3)}
        if weighted:
            read["weight"] = uniform(4).abs()
        yield case(
            "cross_entropy", dict(targets=targets, ignore_index=ignore, label_smoothing=smoothing, constant=["weight"]), read,
            lambda t, targets=targets, ignore=ignore, smoothing=smoothing: {
                "loss": F.cross_entropy(
                    t["input"], torch.tensor(targets), t.get("weight"), ignore_index=ignore, label_smoothing=smoothing)
            })  # fmt: skip
    for shape, scale in (((1, 1), 1), ((7, 1), 3), ((33, 1), 20)):
        read = {"input": uniform(*shape, scale=scale), "targets": uniform(*shape, scale=scale)}
        yield case("mse", dict(constant=["targets"]), read, lambda t: {"loss": F.mse_loss(t["input"], t["targets"])})


def schedules():
    for kind, options in (
        ("step", dict(step_size=1, gamma=0.5)), ("step", dict(step_size=3)), ("exponential", dict(gamma=0.9)),
        ("linear", dict()), ("linear", dict(start_factor=1.0, end_factor=0.1, total_iters=7)),
        ("cosine", dict(T_max=11)), ("cosine", dict(T_max=20, eta_min=0.3 * 0.1)),
    ):  # fmt: skip
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
        scheduler = dict(
            step=torch.optim.lr_scheduler.StepLR, exponential=torch.optim.lr_scheduler.ExponentialLR,
            linear=torch.optim.lr_scheduler.LinearLR, cosine=torch.optim.lr_scheduler.CosineAnnealingLR)[kind](optimizer, **options)  # fmt: skip
        rates = []
        for _ in range(12):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        yield dict(kind=kind, options=options, rates=rates)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True)
    path = parser.parse_args().output
    torch.set_num_threads(1)
    cases = list(layers()) + list(modules()) + list(later())
    head = dict(
        command="python3 Tests/Fixtures/torch_layers.py --output Tests/ReproNNTests/Vectors/torch-layers.json",
        versions=dict(torch=torch.__version__, python=platform.python_version()))  # fmt: skip
    lines = ["{"]
    lines += [f'"{key}": {json.dumps(value)},' for key, value in head.items()]
    lines += ['"cases": [', ",\n".join(json.dumps(case) for case in cases), "],"]
    lines += ['"schedules": [', ",\n".join(json.dumps(case) for case in schedules()), "]", "}"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{len(cases)} cases", file=sys.stderr)


main()
