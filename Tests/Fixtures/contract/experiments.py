"""Sections 11 and 13: models and runs; each run yields the stages of section 12 in order."""

import math

import numpy as np

from . import layers, streams
from .data import DATA, PADDING, Refused
from .digests import Stage
from .numerics import F32
from .optimisers import SGD, Adam, AdamW, clip, scheduled
from .recurrent import Recurrent, merge, merge_backward
from .streams import Stream, key_of

# Parameters.


def initial(seed, specifications):
    """`specifications`: (full name, shape, k in binary64, padding row or None). Returns parameters and their streams."""
    params, used, keys = {}, [], {}
    for name, shape, k, padding in specifications:
        key = key_of(name)
        if key in keys:
            raise ValueError(f"{name} and {keys[key]} have one key")
        keys[key] = name
        stream = Stream(seed, streams.PARAMETER, key)
        value = stream.uniform(-k, k, shape)
        if padding is not None:
            value[padding] = 0
        params[name] = value
        used.append(stream)
    return params, used


def recurrent_specifications(cell, module):
    k = 1 / math.sqrt(module.hidden)
    return [(f"{cell}.{name}", shape, k, None) for name, shape in module.shapes().items()]


def prefixed(params, prefix):
    return {name[len(prefix) :]: value for name, value in params.items() if name.startswith(prefix)}


# Training.


class Training:
    def __init__(self, options, seed):
        self.options, self.seed = options, seed
        self.data = DATA[options["data"]](seed, options)
        self.splits, self.words = self.data.splits, self.data.words
        self.tagging = options["task"] == "tagging"
        self.cell = options["cell"]
        self.prefix = ("rnn" if self.cell.startswith("rnn") else self.cell) + "."
        if (self.words is not None) != (options.get("embedding", 0) > 0):
            raise Refused("tokens need an embedding, and features have none")
        if options["head"] == "sigmoid" and self.data.classes != 2:
            raise Refused("a sigmoid head is for two classes")
        inputs = options["embedding"] if self.words is not None else self.data.features
        self.module = Recurrent(
            self.cell, inputs, options["hidden"], options.get("layers", 1), options["bidirectional"],
            options.get("bias", True), options.get("projection", 0), options.get("dropout", 0.0),
        )  # fmt: skip
        self.merging = "concat" if self.tagging else options.get("merging", "concat")
        width = self.module.features if self.merging == "concat" else self.module.state
        heads = 1 if options["head"] == "sigmoid" else self.data.classes
        specifications = []
        if self.words is not None:
            specifications.append(("embedding.weight", (2 + len(self.words), inputs), math.sqrt(3), PADDING))
        specifications += recurrent_specifications(self.prefix[:-1], self.module)
        k = 1 / math.sqrt(width)
        specifications += [("linear.weight", (heads, width), k, None), ("linear.bias", (heads,), k, None)]
        start = streams.torch_initial if options.get("init") == "torch" else initial
        self.params, self.init_streams = start(seed, specifications)
        kind = {"sgd": SGD, "adam": Adam, "adamw": AdamW}[options["optimiser"]]
        self.optimiser = kind(self.params, options["rate"], **options.get("optimiser_options", {}))

    def forward(self, split, stream=None):
        lengths = split.lengths
        flat = split.flat_inputs()
        if self.words is not None:
            flat = self.params["embedding.weight"][flat]
        inside = np.arange(lengths.max())[None, :] < lengths[:, None]
        x = np.zeros((*inside.shape, flat.shape[1]), F32)
        x[inside] = flat
        output, h_n, _, memory = self.module.forward(prefixed(self.params, self.prefix), x, lengths, stream=stream)
        F = V = None
        if self.tagging:
            features = output[inside]
        else:
            last = (self.module.layers - 1) * self.module.directions
            F, V = h_n[last], h_n[last + 1] if self.module.directions == 2 else None
            features = merge(self.merging, F, V)
        logits = layers.linear(features, self.params["linear.weight"], self.params["linear.bias"])
        return logits, dict(memory=memory, features=features, F=F, V=V, inside=inside)

    def loss(self, logits, targets, gradient=True):
        rule = layers.binary_cross_entropy if self.options["head"] == "sigmoid" else layers.nll
        return rule(logits, targets, gradient)

    def backward(self, split, memory, d):
        shards = self.options.get("shards", 1)
        batch = len(split)
        cuts = [s * batch // shards for s in range(shards + 1)]
        positions = np.concatenate([[0], np.cumsum(split.lengths)])
        by_position = [slice(positions[a], positions[b]) for a, b in zip(cuts, cuts[1:])]
        by_sequence = [slice(a, b) for a, b in zip(cuts, cuts[1:])]
        dx, dW, db = layers.linear_backward(
            d, memory["features"], self.params["linear.weight"], by_position if self.tagging else by_sequence
        )
        dout = dh_n = None
        if self.tagging:
            dout = np.zeros((*memory["inside"].shape, dx.shape[1]), F32)
            dout[memory["inside"]] = dx
        else:
            module = self.module
            dh_n = np.zeros((module.layers * module.directions, batch, module.state), F32)
            dF, dV = merge_backward(self.merging, memory["F"], memory["V"], dx)
            last = (module.layers - 1) * module.directions
            dh_n[last] = dF
            if dV is not None:
                dh_n[last + 1] = dV
        recurrent, dinput, _, _ = self.module.backward(memory["memory"], dout, dh_n, shards=shards)
        grads = {self.prefix + name: g for name, g in recurrent.items()}
        grads["linear.weight"], grads["linear.bias"] = dW, db
        if self.words is not None:
            shape = self.params["embedding.weight"].shape
            grads["embedding.weight"] = layers.embedding_backward(
                split.flat_inputs(), dinput[memory["inside"]], shape, PADDING, by_position
            )
        return {name: grads[name] for name in self.params}

    def stages(self):
        options = self.options
        everything = lambda: list(self.params.items()) + self.optimiser.state()
        yield Stage("init", everything(), self.init_streams)
        yield Stage("data", self.data.tensors(), self.data.streams)
        train = self.splits["train"]
        step = 0
        for epoch in range(options["epochs"]):
            if "schedule" in options:
                self.optimiser.lr = scheduled(options["schedule"], options["rate"], epoch)
            order_stream = Stream(self.seed, streams.EPOCH, epoch)
            order = order_stream.permutation(len(train))
            size = options["batch"]
            for start in range(0, len(train), size):
                used = [order_stream] if start == 0 else []
                dropout = None
                if self.module.dropout > 0 and self.module.layers > 1:
                    dropout = Stream(self.seed, streams.DROPOUT, step)
                    used.append(dropout)
                batch = train.take(order[start : start + size])
                targets = batch.flat_targets()
                logits, memory = self.forward(batch, dropout)
                loss, d = self.loss(logits, targets)
                grads = self.backward(batch, memory, d)
                clipped = clip(grads, options["clip"]) if "clip" in options else grads
                self.optimiser.step(self.params, clipped)
                tensors = batch.tensors("batch") + [("logits", logits), ("loss", loss)]
                detail = [(f"grad.{name}", g) for name, g in grads.items()] + list(self.params.items())
                deep = options.get("digest", "step") == "step"
                yield Stage(f"step {step:06d}", tensors + detail * deep, used, checked=[] if deep else detail)
                step += 1
            yield Stage(f"epoch {epoch:03d}", everything())
        tensors = []
        for name in ("validation", "test"):
            if name in self.splits:
                split = self.splits[name]
                targets = split.flat_targets()
                logits, _ = self.forward(split)
                # A label that training lacks has no loss.
                loss, _ = self.loss(logits[targets >= 0], targets[targets >= 0], gradient=False)
                correct = np.array(np.sum(layers.predict(logits, options["head"]) == targets), np.int64)
                tensors += [(f"{name}.logits", logits), (f"{name}.loss", loss), (f"{name}.correct", correct)]
        yield Stage("evaluation", tensors)
        yield Stage("final", everything())


# Inspection.

class Inspection:
    """`modules`: (cell, layers, hidden) each; the other options of a model are those of all modules."""

    def __init__(self, options, seed):
        self.options = options
        self.streams = []
        if options["data"] == "values":
            # Few decimals: the binary64 between does not change the nearest binary32.
            self.input = np.array(options["values"], np.float64).astype(F32)
        else:
            stream = Stream(seed, streams.DATA, 0)
            self.input = stream.uniform(0, 1, options["shape"])
            self.streams.append(stream)
        batch, steps, inputs = self.input.shape
        self.lengths = [np.array(v, np.int64) for v in options.get("lengths", [[steps] * batch])]
        self.modules = {
            cell.split("_")[0]: Recurrent(
                cell, inputs, hidden, count, options.get("bidirectional", True), options.get("bias", True),
                options.get("projection", 0),
            )
            for cell, count, hidden in options["modules"]
        }  # fmt: skip
        specifications = [s for name, module in self.modules.items() for s in recurrent_specifications(name, module)]
        start = streams.torch_initial if options.get("init") == "torch" else initial
        self.params, self.init_streams = start(seed, specifications)

    def stages(self):
        yield Stage("init", self.params.items(), self.init_streams)
        tensors = [("input", self.input)] + [(f"lengths.{i}", v) for i, v in enumerate(self.lengths)]
        yield Stage("data", tensors, self.streams)
        tensors = []
        for name, module in self.modules.items():
            for index, lengths in enumerate(self.lengths):
                prefix = f"{name}.{index}." if len(self.lengths) > 1 else f"{name}."
                output, h_n, c_n, _ = module.forward(prefixed(self.params, f"{name}."), self.input, lengths)
                result = [("output", output), ("h_n", h_n)]
                if c_n is not None:
                    result.append(("c_n", c_n))
                F, V = (h_n[-2], h_n[-1]) if module.directions == 2 else (h_n[-1], None)
                result += [(f"final.{kind}", merge(kind, F, V)) for kind in ("concat", "sum", "mean", "product")]
                rows, S = np.arange(len(lengths)), module.state
                gathered = np.concatenate([output[rows, lengths - 1, :S], output[:, 0, S:]], axis=1)
                result += [("last.gather", gathered), ("last.step", output[:, -1])]
                tensors += [(prefix + what, value) for what, value in result]
        yield Stage("evaluation", tensors)
        yield Stage("final", self.params.items())


def run(options, seed):
    """The stages of a run, one after another. Raises `Refused` and `NotFinite`."""
    return (Inspection if "modules" in options else Training)(options, seed).stages()
