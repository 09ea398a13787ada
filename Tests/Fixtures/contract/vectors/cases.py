"""Standalone cases: recurrent layers forward and backward, merging, the other layers, losses and optimisers.

Inputs are drawn, not stored: tensor NAME of case N of list LIST is `U(−1, 1) × scale`, each operation rounded, its
elements in row-major order, from the stream (1, CRC-32 of "LIST/N/NAME") of seed 42 (section 9 of the contract).
"""

import itertools

import numpy as np

from .. import layers, numerics, optimisers, streams
from ..digests import Leaf, streams_digest
from ..numerics import F32
from ..recurrent import Recurrent, merge, merge_backward
from ..streams import Stream, key_of

SEED = 42


def draw(where, name, shape, scale=1.0):
    values = Stream(SEED, streams.DATA, key_of(f"{where}/{name}")).uniform(-1, 1, shape)
    with np.errstate(under="ignore"):
        return values * F32(scale)


def _case(cell, inputs, hidden, batch, steps, **options):
    result = dict(
        cell=cell, inputs=inputs, hidden=hidden, layers=1, directions=1, bias=True, projection=0, dropout=0.0,
        batch=batch, steps=steps, lengths=None, initial=False, gradients=["output", "h_n", "c_n"], shards=1,
        input="uniform", scales=dict(parameters=1.0, gradients=1.0),
    )  # fmt: skip
    for name, value in options.items():
        if name not in result:
            raise KeyError(name)
        if name == "scales":
            value = {**result["scales"], **value}
        result[name] = value
    if result["lengths"] is None:
        result["lengths"] = [steps] * batch
    if cell != "lstm":
        result["gradients"] = [g for g in result["gradients"] if g != "c_n"]
    return result


def recurrent_cases():
    cases = []
    add = lambda *arguments, **options: cases.append(_case(*arguments, **options))
    cells = ("lstm", "gru", "rnn_tanh", "rnn_relu")
    for cell in cells:
        # The smallest; one direction; both with unequal lengths; two layers with everything; no bias.
        add(cell, 1, 1, 1, 1)
        add(cell, 3, 5, 2, 4, initial=True)
        add(cell, 4, 3, 4, 5, directions=2, lengths=[5, 1, 3, 4], initial=True)
        add(cell, 5, 4, 3, 4, layers=2, directions=2, lengths=[2, 4, 3], initial=True, shards=2)
        add(cell, 2, 3, 2, 3, layers=2, bias=False, initial=True)
        # Wider than any vector register, and not a multiple of one.
        add(cell, 17, 19, 3, 6, directions=2, lengths=[6, 2, 5], scales=dict(parameters=0.25))
        # Only final states have gradients, and only outputs.
        add(cell, 3, 4, 3, 3, directions=2, lengths=[1, 3, 2], gradients=["h_n"])
        add(cell, 3, 4, 3, 3, layers=2, gradients=["output"], initial=True)
        add(cell, 3, 4, 4, 5, layers=3, directions=2, dropout=0.3, lengths=[3, 5, 1, 2], shards=3)
    # Projections.
    add("lstm", 3, 5, 2, 4, projection=2, initial=True)
    add("lstm", 4, 6, 3, 4, projection=3, layers=2, directions=2, lengths=[4, 1, 2], initial=True, shards=2)
    add("lstm", 9, 18, 3, 5, projection=17, directions=2, bias=False, scales=dict(parameters=0.25))
    # Signs of zero, saturation, subnormal gradients, shards without a sequence, everything dropped.
    add("lstm", 3, 4, 2, 3, input="negative zero", bias=False, directions=2)
    add("gru", 3, 4, 2, 3, input="negative zero", bias=False, directions=2)
    add("lstm", 4, 5, 3, 4, scales=dict(parameters=32.0), initial=True)
    add("gru", 4, 5, 3, 4, scales=dict(parameters=32.0), initial=True)
    add("lstm", 4, 5, 3, 4, scales=dict(gradients=2.0**-133), directions=2)
    add("gru", 4, 5, 3, 4, scales=dict(gradients=2.0**-133), directions=2)
    add("lstm", 3, 3, 2, 3, shards=5, lengths=[3, 2])
    add("lstm", 3, 4, 2, 3, layers=2, dropout=1.0)
    # A state of more than 64 units, a batch of 33 sequences.
    add("lstm", 5, 66, 2, 3, scales=dict(parameters=0.125))
    add("gru", 5, 7, 33, 4, directions=2, lengths=[1 + (7 * b) % 4 for b in range(33)])
    return cases


def recurrent_inputs(where, case):
    """The module, its parameters, and the other tensors of a case."""
    module = Recurrent(
        case["cell"], case["inputs"], case["hidden"], case["layers"], case["directions"] == 2,
        case["bias"], case["projection"], case["dropout"],
    )  # fmt: skip
    scales = case["scales"]
    params = {name: draw(where, name, shape, scales["parameters"]) for name, shape in module.shapes().items()}
    count, batch = case["layers"] * case["directions"], case["batch"]
    shapes = {
        "input": (batch, case["steps"], case["inputs"]),
        "output": (batch, case["steps"], module.features),
        "h": (count, batch, module.state),
        "c": (count, batch, case["hidden"]),
    }
    x = draw(where, "input", shapes["input"])
    if case["input"] == "negative zero":
        x = np.full(shapes["input"], -0.0, F32)
    h_0 = c_0 = None
    if case["initial"]:
        h_0 = draw(where, "h_0", shapes["h"])
        c_0 = draw(where, "c_0", shapes["c"]) if case["cell"] == "lstm" else None
    incoming = {}
    for name, shape in (("output", shapes["output"]), ("h_n", shapes["h"]), ("c_n", shapes["c"])):
        if name in case["gradients"]:
            incoming[name] = draw(where, f"d.{name}", shape, scales["gradients"])
    return module, params, x, h_0, c_0, incoming


def recurrent_results(number, case):
    module, params, x, h_0, c_0, incoming = recurrent_inputs(f"recurrent/{number}", case)
    stream = Stream(SEED, streams.DROPOUT, number)
    output, h_n, c_n, memory = module.forward(params, x, case["lengths"], h_0, c_0, stream)
    grads, dx, dh_0, dc_0 = module.backward(
        memory, incoming.get("output"), incoming.get("h_n"), incoming.get("c_n"), case["shards"]
    )
    results = [("output", output), ("h_n", h_n), ("c_n", c_n)]
    results += [("grad.input", dx), ("grad.h_0", dh_0), ("grad.c_0", dc_0)]
    results += [(f"grad.{name}", g) for name, g in grads.items()]
    used = [stream] if any(mask is not None for mask in memory["masks"]) else []
    return [(name, value) for name, value in results if value is not None], used


def recurrent_vectors():
    result = []
    for number, case in enumerate(recurrent_cases()):
        tensors, used = recurrent_results(number, case)
        leaves = [Leaf(name, value).json() for name, value in tensors]
        result.append(dict(case=number, **case, streams=streams_digest(used).hex(), results=leaves))
    return result


def merging_vectors():
    result = []
    for number, kind in enumerate(("concat", "sum", "mean", "product")):
        where = f"merging/{number}"
        F, V = draw(where, "F", (3, 5)), draw(where, "V", (3, 5))
        d = draw(where, "d", (3, 10 if kind == "concat" else 5))
        dF, dV = merge_backward(kind, F, V, d)
        leaves = [("result", merge(kind, F, V)), ("grad.F", dF), ("grad.V", dV)]
        result.append(dict(case=number, merging=kind, results=[Leaf(*leaf).json() for leaf in leaves]))
    return result


def linear_vectors():
    result = []
    for number, (rows, inputs, outputs, bias, shards) in enumerate(
        [(1, 1, 1, True, 1), (5, 3, 4, True, 1), (5, 3, 4, False, 1), (7, 18, 19, True, 3), (33, 70, 2, True, 2)]
    ):
        where = f"linear/{number}"
        x, W = draw(where, "x", (rows, inputs)), draw(where, "weight", (outputs, inputs))
        b = draw(where, "bias", (outputs,)) if bias else None
        d = draw(where, "d", (rows, outputs))
        slices = [slice(s * rows // shards, (s + 1) * rows // shards) for s in range(shards)]
        dx, dW, db = layers.linear_backward(d, x, W, slices)
        leaves = [("y", layers.linear(x, W, b)), ("grad.x", dx), ("grad.weight", dW)]
        if bias:
            leaves.append(("grad.bias", db))
        head = dict(case=number, rows=rows, inputs=inputs, outputs=outputs, bias=bias, shards=shards)
        result.append(dict(**head, results=[Leaf(*leaf).json() for leaf in leaves]))
    return result


def embedding_vectors():
    result = []
    for number, (words, features, positions) in enumerate([(4, 3, 6), (7, 17, 40)]):
        where = f"embedding/{number}"
        stream = Stream(SEED, streams.DATA, key_of(f"{where}/tokens"))
        tokens = np.array([stream.pick(words) for _ in range(positions)], np.int64)
        d = draw(where, "d", (positions, features))
        grad = layers.embedding_backward(tokens, d, (words, features), 0, [slice(0, positions)])
        weight = draw(where, "weight", (words, features))
        leaves = [("tokens", tokens), ("rows", weight[tokens]), ("grad.weight", grad)]
        head = dict(case=number, vocabulary=words, features=features, positions=positions, padding=0)
        result.append(dict(**head, results=[Leaf(*leaf).json() for leaf in leaves]))
    return result


def loss_vectors():
    result = []
    kinds = [("nll", 1, 2, 1.0), ("nll", 7, 3, 8.0), ("nll", 33, 18, 64.0), ("bce", 1, 1, 1.0), ("bce", 40, 1, 128.0)]
    for number, (kind, rows, size, scale) in enumerate(kinds):
        where = f"losses/{number}"
        logits = draw(where, "logits", (rows, size), scale)
        stream = Stream(SEED, streams.DATA, key_of(f"{where}/targets"))
        targets = np.array([stream.pick(2 if kind == "bce" else size) for _ in range(rows)], np.int64)
        leaves = [("targets", targets)]
        if kind == "nll":
            leaves.append(("log_softmax", layers.log_softmax(logits)))
        loss, d = (layers.nll if kind == "nll" else layers.binary_cross_entropy)(logits, targets)
        leaves += [("loss", loss), ("grad.logits", d), ("prediction", layers.predict(logits, "sigmoid" if kind == "bce" else "softmax"))]
        head = dict(case=number, loss=kind, rows=rows, classes=size, scale=scale)
        result.append(dict(**head, results=[Leaf(*leaf).json() for leaf in leaves]))
    return result


OPTIMISERS = [
    ("sgd", dict(rate=0.1), None),
    ("sgd", dict(rate=0.1, decay=0.01), None),
    ("sgd", dict(rate=0.5, momentum=0.9), 1.0),
    ("sgd", dict(rate=0.05, momentum=0.9, decay=0.001), None),
    ("adam", dict(rate=0.01), None),
    ("adam", dict(rate=0.001, decay=0.1), 0.5),
    ("adam", dict(rate=0.01, beta1=0.8, beta2=0.99, epsilon=1e-4), None),
    ("adamw", dict(rate=0.01, decay=0.01), None),
    ("adamw", dict(rate=0.01), 100.0),
    ("adamw", dict(rate=0.002, decay=0.1, beta1=0.7), 0.1),
]


def optimiser_vectors():
    result = []
    names = {"rate": "lr", "decay": "weight_decay"}
    for number, (kind, options, maximum) in enumerate(OPTIMISERS):
        where = f"optimisers/{number}"
        shapes = {"a": (3, 50), "b": (7,), "c": (2, 2)}
        params = {name: draw(where, name, shape) for name, shape in shapes.items()}
        rule = {"sgd": optimisers.SGD, "adam": optimisers.Adam, "adamw": optimisers.AdamW}[kind]
        optimiser = rule(params, **{names.get(k, k): v for k, v in options.items()})
        leaves = []
        for step in range(4):
            grads = {name: draw(where, f"d.{step}.{name}", shape) for name, shape in shapes.items()}
            if maximum is not None:
                grads = optimisers.clip(grads, maximum)
            optimiser.step(params, grads)
            leaves += [(f"{step}.{name}", p) for name, p in params.items()]
        leaves += optimiser.state()
        head = dict(case=number, optimiser=kind, options=options, clip=maximum, steps=4)
        result.append(dict(**head, results=[Leaf(*leaf).json() for leaf in leaves]))
    return result


def function_vectors():
    """Bit patterns that are hard, special or at an edge of a range, and the functions of them."""
    edges = [
        0x00000000, 0x00000001, 0x00000002, 0x007FFFFF, 0x00800000, 0x33000000, 0x33000001, 0x33800000, 0x34000000,
        0x34800000, 0x39000000, 0x3A000000, 0x3B000000, 0x3DCCCCCD, 0x3F000000, 0x3F7FFFFF, 0x3F800000, 0x3F800001,
        0x40000000, 0x40490FDB, 0x40DFFFFF, 0x41102CB4, 0x41102CB5, 0x41200000, 0x4185E8C3, 0x41851592, 0x41851593,
        0x42AEAC4F, 0x42AEAC50, 0x42B17217, 0x42B17218, 0x42CFF1B4, 0x42CFF1B5, 0x42CE8ECF, 0x42CE8ED0, 0x42D00000,
        0x447A0000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000,
    ]  # fmt: skip
    patterns = list(itertools.chain.from_iterable((e, e | 0x80000000) for e in edges))
    stream = Stream(SEED, streams.DATA, key_of("functions/any"))
    patterns += [int(v) for v in stream.next32(400)]
    narrow = draw("functions", "narrow", (600,), 128.0).view(np.uint32)
    patterns += [int(v) for v in narrow]
    x = np.array(patterns, np.uint32).view(F32)
    hexadecimal = lambda v: " ".join(f"{int(b):08x}" for b in v.view(np.uint32))
    result = {"inputs": hexadecimal(x)}
    numerics.always_exact, before = True, numerics.always_exact
    for name in ("exp", "log", "log1p", "tanh", "sigmoid"):
        result[name] = hexadecimal(numerics._function(name, x))
    numerics.always_exact = before
    return result


def document():
    return dict(
        seed=SEED,
        recurrent=recurrent_vectors(),
        merging=merging_vectors(),
        linear=linear_vectors(),
        embedding=embedding_vectors(),
        losses=loss_vectors(),
        optimisers=optimiser_vectors(),
        functions=function_vectors(),
    )
