"""Sections 10, 11 and 13: text, data, models and runs; each run yields the stages of section 12 in order."""

import math

import numpy as np

from . import layers, streams, torch_numbers
from .digests import Stage
from .numerics import F32, require_finite, running_sum
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
        params[name] = require_finite(name, value)
        used.append(stream)
    return params, used


def recurrent_specifications(cell, module):
    k = 1 / math.sqrt(module.hidden)
    return [(f"{cell}.{name}", shape, k, None) for name, shape in module.shapes().items()]


def prefixed(params, prefix):
    return {name[len(prefix) :]: value for name, value in params.items() if name.startswith(prefix)}


# Text.

PADDING, UNKNOWN = 0, 1


def vocabulary(token_lists):
    counts = {}
    for tokens in token_lists:
        for token in tokens:
            counts[token] = counts.get(token, 0) + 1
    order = sorted(counts, key=lambda token: (-counts[token], token.encode("utf-8")))
    return {token: 2 + index for index, token in enumerate(order)}


def classes(labels):
    return {label: index for index, label in enumerate(sorted(set(labels), key=lambda s: s.encode("utf-8")))}


class Split:
    """`inputs`: an array per sequence, tokens I64 [T] or features F32 [T, I]; `targets`: an integer or an array each."""

    def __init__(self, inputs, targets):
        self.inputs, self.targets = inputs, targets
        self.lengths = np.array([len(x) for x in inputs], np.int64)

    def __len__(self):
        return len(self.inputs)

    def take(self, order):
        return Split([self.inputs[i] for i in order], [self.targets[i] for i in order])

    def flat_inputs(self):
        return np.concatenate(self.inputs)

    def flat_targets(self):
        if np.ndim(self.targets[0]) == 0:
            return np.array(self.targets, np.int64)
        return np.concatenate(self.targets)

    def tensors(self, prefix):
        return [
            (f"{prefix}.inputs", self.flat_inputs()),
            (f"{prefix}.lengths", self.lengths),
            (f"{prefix}.targets", self.flat_targets()),
        ]


def encode(raw, tagging):
    """`raw`: split name to a list of (tokens, label or labels), text both. Returns splits, vocabulary and classes."""
    words = vocabulary(tokens for tokens, _ in raw["train"])
    names = classes(label for _, y in raw["train"] for label in (y if tagging else [y]))
    result = {}
    for split, sequences in raw.items():
        inputs = [np.array([words.get(token, UNKNOWN) for token in tokens], np.int64) for tokens, _ in sequences]
        if tagging:
            targets = [np.array([names[label] for label in y], np.int64) for _, y in sequences]
        else:
            targets = [names[y] for _, y in sequences]
        result[split] = Split(inputs, targets)
    return result, words, names


# Generated data.


def numeral(n):
    text = ""
    for value, letters in [
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
        (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ]:  # fmt: skip
        while n >= value:
            text, n = text + letters, n - value
    return text


def roman_data(seed, options):
    worth = dict(I=1, V=5, X=10, L=50, C=100, D=500, M=1000)
    sequences = []
    for n in range(1, 4000):
        text = numeral(n)
        labels = [
            "subtracted" if at + 1 < len(text) and worth[text[at + 1]] > worth[letter] else "added"
            for at, letter in enumerate(text)
        ]
        sequences.append((list(text), labels))
    stream = Stream(seed, streams.SPLIT, 0)
    order = stream.permutation(len(sequences))
    n = len(sequences)
    one, two = 8 * n // 10, 8 * n // 10 + n // 10
    parts = {"train": order[:one], "validation": order[one:two], "test": order[two:]}
    raw = {name: [sequences[i] for i in part] for name, part in parts.items()}
    return *encode(raw, tagging=True), [stream]


def ends_data(seed, options):
    stream = Stream(seed, streams.DATA, 0)
    low, high = options["lengths"]
    raw = {}
    for split in ("train", "test"):
        raw[split] = []
        for _ in range(options[split]):
            length = low + stream.pick(high - low + 1)
            letters = [stream.pick(options["letters"]) for _ in range(length)]
            label = (letters[0] + letters[-1]) % options["classes"]
            raw[split].append(([chr(ord("a") + letter) for letter in letters], str(label)))
    return *encode(raw, tagging=False), [stream]


def balance_data(seed, options):
    stream = Stream(seed, streams.DATA, 0)
    low, high = options["lengths"]
    result, labels = {}, {}
    for split in ("train", "test"):
        inputs, labels[split] = [], []
        for _ in range(options[split]):
            length = low + stream.pick(high - low + 1)
            x = stream.uniform(-1, 1, (length, options["features"]))
            inputs.append(x)
            labels[split].append("1" if running_sum(x[:, 0]) > 0 else "0")
        result[split] = inputs
    names = classes(labels["train"])
    splits = {s: Split(result[s], [names[y] for y in labels[s]]) for s in result}
    return splits, None, names, [stream]


DATA = {"roman": roman_data, "ends": ends_data, "balance": balance_data}

# Training.


class Training:
    def __init__(self, options, seed):
        self.options, self.seed = options, seed
        self.splits, self.words, self.classes, self.data_streams = DATA[options["data"]](seed, options)
        self.tagging = options["task"] == "tagging"
        self.cell = options["cell"]
        self.prefix = ("rnn" if self.cell.startswith("rnn") else self.cell) + "."
        inputs = options["embedding"] if self.words is not None else options["features"]
        self.module = Recurrent(
            self.cell, inputs, options["hidden"], options.get("layers", 1), options["bidirectional"],
            options.get("bias", True), options.get("projection", 0), options.get("dropout", 0.0),
        )  # fmt: skip
        self.merging = "concat" if self.tagging else options.get("merging", "concat")
        width = self.module.features if self.merging == "concat" else self.module.state
        heads = 1 if options["head"] == "sigmoid" else len(self.classes)
        specifications = []
        if self.words is not None:
            specifications.append(("embedding.weight", (2 + len(self.words), inputs), math.sqrt(3), PADDING))
        specifications += recurrent_specifications(self.prefix[:-1], self.module)
        k = 1 / math.sqrt(width)
        specifications += [("linear.weight", (heads, width), k, None), ("linear.bias", (heads,), k, None)]
        start = torch_numbers.initial if options.get("init") == "torch" else initial
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
        require_finite("output", output)
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
        return {name: require_finite(name, grads[name]) for name in self.params}

    def stages(self):
        options = self.options
        everything = lambda: list(self.params.items()) + self.optimiser.state()
        yield Stage("init", everything(), self.init_streams)
        tensors = [t for name, split in self.splits.items() for t in split.tensors(name)]
        yield Stage("data", tensors, self.data_streams)
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
                require_finite("logits", logits)
                loss, d = self.loss(logits, targets)
                grads = self.backward(batch, memory, d)
                clipped = clip(grads, options["clip"]) if "clip" in options else grads
                self.optimiser.step(self.params, clipped)
                tensors = batch.tensors("batch") + [("logits", logits), ("loss", loss)]
                tensors += [(f"grad.{name}", g) for name, g in grads.items()]
                tensors += self.params.items()
                yield Stage(f"step {step:06d}", tensors, used)
                step += 1
            yield Stage(f"epoch {epoch:03d}", everything())
        tensors = []
        for name in ("validation", "test"):
            if name in self.splits:
                split = self.splits[name]
                targets = split.flat_targets()
                logits, _ = self.forward(split)
                loss, _ = self.loss(logits, targets, gradient=False)
                correct = np.array(np.sum(layers.predict(logits) == targets), np.int64)
                tensors += [(f"{name}.logits", logits), (f"{name}.loss", loss), (f"{name}.correct", correct)]
        yield Stage("evaluation", tensors)
        yield Stage("final", everything())


# Inspection.

VALUES = [
    [
        [0.1360, 0.4574, 0.4842, 0.6409, 0.1980],
        [0.0364, 0.4133, 0.0836, 0.2871, 0.3542],
        [0.7796, 0.7209, 0.1754, 0.0147, 0.6572],
        [0.1504, 0.1003, 0.6787, 0.1602, 0.6571],
    ]
]


class Inspection:
    def __init__(self, options, seed):
        self.options = options
        self.streams = []
        if options["data"] == "values":
            # Four decimals: the binary64 between does not change the nearest binary32.
            self.input = np.array(VALUES, np.float64).astype(F32)
        else:
            stream = Stream(seed, streams.DATA, 0)
            self.input = stream.uniform(0, 1, options["shape"])
            self.streams.append(stream)
        batch, steps, inputs = self.input.shape
        self.lengths = [np.array(v, np.int64) for v in options.get("lengths", [[steps] * batch])]
        self.modules = {
            name: Recurrent(name, inputs, hidden, count, bidirectional=True)
            for name, count, hidden in options["modules"]
        }
        specifications = [s for name, module in self.modules.items() for s in recurrent_specifications(name, module)]
        self.params, self.init_streams = initial(seed, specifications)

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
                F, V = h_n[-2], h_n[-1]
                result += [(f"final.{kind}", merge(kind, F, V)) for kind in ("concat", "sum", "mean", "product")]
                rows, S = np.arange(len(lengths)), module.state
                gathered = np.concatenate([output[rows, lengths - 1, :S], output[:, 0, S:]], axis=1)
                result += [("last.gather", gathered), ("last.step", output[:, -1])]
                tensors += [(prefix + what, value) for what, value in result]
        yield Stage("evaluation", tensors)
        yield Stage("final", self.params.items())


EXPERIMENTS = {
    "outputs": dict(data="values", modules=[("lstm", 1, 6)]),
    "layers": dict(data="uniform", shape=(1, 6, 3), modules=[("lstm", 2, 4)]),
    "last-states": dict(
        data="uniform", shape=(2, 3, 4), lengths=[[3, 3], [3, 2]], modules=[("gru", 1, 5), ("lstm", 1, 5)]
    ),
    "classifier": dict(
        task="classification", data="ends", classes=3, letters=6, lengths=(3, 8), train=512, test=128,
        embedding=12, cell="lstm", hidden=16, bidirectional=True, head="softmax",
        optimiser="adam", rate=0.01, batch=32, epochs=12,
    ),
    "roman": dict(
        task="tagging", data="roman", embedding=16, cell="lstm", hidden=32, bidirectional=True, head="softmax",
        optimiser="adam", rate=0.01, batch=64, epochs=6,
    ),
    "sigmoid-classifier": dict(
        task="classification", data="balance", features=2, lengths=(4, 9), train=512, test=128,
        cell="lstm", hidden=16, bidirectional=False, head="sigmoid",
        optimiser="sgd", rate=0.5, optimiser_options=dict(momentum=0.9), clip=1.0, batch=32, epochs=8,
    ),
}  # fmt: skip

#: Changes of the shipped experiments that reach the options they leave alone.
VARIANTS = [
    ("classifier", dict(cell="gru", merging="sum", layers=2, dropout=0.25, shards=3)),
    ("classifier", dict(cell="rnn_tanh", merging="mean", optimiser="adamw", optimiser_options=dict(weight_decay=0.05))),
    ("classifier", dict(cell="rnn_relu", merging="product", bias=False, optimiser_options=dict(weight_decay=0.01))),
    ("classifier", dict(projection=5, layers=2, dropout=0.5, clip=0.25, batch=30)),
    ("sigmoid-classifier", dict(cell="gru", bidirectional=True, optimiser_options={}, shards=4, batch=31)),
    ("sigmoid-classifier", dict(layers=3, dropout=0.1, optimiser_options=dict(momentum=0.5, weight_decay=0.02))),
    ("roman", dict(cell="gru", hidden=9, layers=2, dropout=0.2, shards=5, batch=13)),
    ("sigmoid-classifier", dict(init="torch", bidirectional=True, layers=2, batch=16)),
    ("sigmoid-classifier", dict(init="torch", cell="gru", head="softmax")),
    # A step an epoch, so that the rate changes from step to step.
    ("sigmoid-classifier", dict(schedule=dict(kind="step", every=2, factor=0.5), batch=512, epochs=5)),
    ("sigmoid-classifier", dict(schedule=dict(kind="exponential", factor=0.9), optimiser="adam", optimiser_options={}, batch=512, epochs=4)),
    (
        "sigmoid-classifier",
        dict(
            schedule=dict(kind="linear", start=0.25, end=1.0, epochs=3), optimiser="adamw",
            optimiser_options=dict(weight_decay=0.05), batch=512, epochs=5,
        ),
    ),
]


def run(name, seed, changes=None):
    options = {**EXPERIMENTS[name], **(changes or {})}
    return (Inspection if "modules" in options else Training)(options, seed).stages()
