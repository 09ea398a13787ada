"""Sections 11 and 13: models and runs; each run yields the stages of section 12 in order."""

import math

import numpy as np

from . import files, layers, scores, side_layers, streams
from .data import DATA, PADDING, Refused
from .digests import Stage
from .numerics import F32
from .optimisers import SGD, Adam, AdamW, clip, clip_values, scheduled, warmed
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
        if options.get("validate") and "validation" not in self.splits:
            raise Refused("nothing to validate")
        if options["head"] == "sigmoid" and self.data.classes != 2:
            raise Refused("a sigmoid head is for two classes")
        self.regression = options["task"] == "regression"
        inputs = options["embedding"] if self.words is not None else self.data.features
        words = inputs
        inputs += len(self.data.affixes) * options.get("affix_embedding", 0)
        self.columns = [f"{end}{size}" for size in options.get("affixes", []) for end in ("prefix", "suffix")]
        self.module = Recurrent(
            self.cell, inputs, options["hidden"], options.get("layers", 1), options["bidirectional"],
            options.get("bias", True), options.get("projection", 0), options.get("dropout", 0.0),
        )  # fmt: skip
        self.merging = "concat" if self.tagging else options.get("merging", "concat")
        width = self.module.features if self.merging == "concat" else self.module.state
        heads = 1 if options["head"] == "sigmoid" else self.data.classes
        specifications = []
        if self.words is not None:
            specifications.append(("embedding.weight", (2 + len(self.words), words), math.sqrt(3), PADDING))
            for name, count in zip(self.columns, self.data.affixes):
                shape = (2 + count, options["affix_embedding"])
                specifications.append((f"{name}.weight", shape, math.sqrt(3), PADDING))
        specifications += recurrent_specifications(self.prefix[:-1], self.module)
        k = 1 / math.sqrt(width)
        specifications += [("linear.weight", (heads, width), k, None), ("linear.bias", (heads,), k, None)]
        start = streams.torch_initial if options.get("init") == "torch" else initial
        self.params, self.init_streams = start(seed, specifications)
        self.start_from_files()
        self.weights = self.class_weights()
        kind = {"sgd": SGD, "adam": Adam, "adamw": AdamW}[options["optimiser"]]
        self.optimiser = kind(self.params, options["rate"], **options.get("optimiser_options", {}))
        self.optimiser.frozen = {"embedding.weight"} if options.get("frozen") else set()

    def start_from_files(self):
        """Parameters of a file, then vectors of words, take the place of what was drawn."""
        if "weights" in self.options:
            known = files.safetensors_by_name(self.options["weights"])
            for name, value in self.params.items():
                if name not in known or known[name].shape != value.shape or known[name].dtype != F32:
                    raise Refused(f"the weights lack {name}")
                self.params[name] = known[name]
        if "vectors" in self.options:
            table = self.params["embedding.weight"].copy()
            for token, row in files.vectors(self.options["vectors"], table.shape[1]).items():
                if token in self.words:
                    table[self.words[token]] = row
            self.params["embedding.weight"] = table

    def class_weights(self):
        given = self.options.get("class_weights")
        if given == "balanced":
            targets = self.splits["train"].flat_targets()
            counts = np.bincount(targets, minlength=self.data.classes)
            if np.min(counts) == 0:
                raise Refused("balanced weights need every class")
            return np.array([F32(len(targets) / (self.data.classes * int(n))) for n in counts])
        if isinstance(given, list) and len(given) != self.data.classes:
            raise Refused("as many weights as classes")
        return None if given is None else np.array([F32(w) for w in given])

    def masks(self, split, step):
        """What is dropped of the embedding and of the readout, and the streams that it was drawn from."""
        width = self.params["linear.weight"].shape[1]
        rows = int(split.lengths.sum()) if self.tagging else len(split)
        found, used = {}, []
        for name, domain, shape in (
            ("embedding_dropout", streams.EMBEDDING_DROPOUT, (int(split.lengths.sum()), self.module.inputs)),
            ("readout_dropout", streams.READOUT_DROPOUT, (rows, width)),
        ):
            if self.options.get(name, 0) > 0:
                used.append(Stream(self.seed, domain, step))
                _, found[name] = side_layers.dropout(np.zeros(shape, F32), self.options[name], used[-1])
        return found, used

    def forward(self, split, stream=None, masks={}):
        lengths = split.lengths
        flat = split.flat_inputs()
        if self.words is not None:
            flat = self.params["embedding.weight"][flat]
            for column, name in enumerate(self.columns):
                table = self.params[f"{name}.weight"]
                flat = np.concatenate([flat, table[np.concatenate(split.affixes)[:, column]]], axis=1)
        flat = side_layers.dropout_backward(flat, masks.get("embedding_dropout"))
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
        features = side_layers.dropout_backward(features, masks.get("readout_dropout"))
        logits = layers.linear(features, self.params["linear.weight"], self.params["linear.bias"])
        return logits, dict(memory=memory, features=features, F=F, V=V, inside=inside, masks=masks)

    def loss(self, logits, targets, gradient=True):
        if self.regression:
            return layers.mean_squared_error(logits, targets)
        smoothing = self.options.get("smoothing", 0)
        if gradient and (self.weights is not None or smoothing):
            return layers.smoothed(logits, targets, self.weights, smoothing)
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
        dx = side_layers.dropout_backward(dx, memory["masks"].get("readout_dropout"))
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
            d = side_layers.dropout_backward(dinput[memory["inside"]], memory["masks"].get("embedding_dropout"))
            tables = [("embedding.weight", split.flat_inputs())]
            if self.columns:
                affixes = np.concatenate(split.affixes)
                tables += [(f"{name}.weight", affixes[:, column]) for column, name in enumerate(self.columns)]
            first = 0
            for name, tokens in tables:
                shape = self.params[name].shape
                own = d[:, first : first + shape[1]]
                grads[name] = layers.embedding_backward(tokens, own, shape, PADDING, by_position)
                first += shape[1]
            if self.options.get("frozen"):
                grads["embedding.weight"] = np.zeros_like(grads["embedding.weight"])
        return {name: grads[name] for name in self.params}

    def stages(self):
        options = self.options
        everything = lambda: list(self.params.items()) + self.optimiser.state()
        yield Stage("init", everything(), self.init_streams)
        yield Stage("data", self.data.tensors(), self.data.streams)
        train = self.splits["train"]
        step, best, waited = 0, None, 0
        metric = options.get("stopping", {}).get("metric", "loss")
        for epoch in range(options["epochs"]):
            rate = scheduled(options["schedule"], options["rate"], epoch) if "schedule" in options else options["rate"]
            batches, first_streams = self.batches(train, epoch)
            for number, indices in enumerate(batches):
                self.optimiser.lr = warmed(rate, step, options["warmup"]) if "warmup" in options else rate
                yield self.step(train.take(indices), step, first_streams if number == 0 else [])
                step += 1
            yield Stage(f"epoch {epoch:03d}", everything())
            if options.get("validate"):
                tensors, values = self.evaluated("validation")
                yield Stage(f"validation {epoch:03d}", tensors)
                if "stopping" in options:
                    value, waited = values[metric](), waited + 1
                    sign = -1 if metric in ("loss", "mae", "rmse") else 1
                    if best is None or sign * value > sign * best[0]:
                        best, waited = (value, dict(self.params)), 0
                    if waited == options["stopping"]["patience"]:
                        break
        if best is not None:
            self.params.update(best[1])
        tensors = []
        for name in ("validation", "test"):
            if name in self.splits:
                tensors += self.evaluated(name)[0]
        yield Stage("evaluation", tensors)
        yield Stage("final", everything())

    def batches(self, train, epoch):
        """The sequences of each batch of an epoch, and the streams that their order was drawn from."""
        used = [Stream(self.seed, streams.EPOCH, epoch)]
        order, size = used[0].permutation(len(train)), self.options["batch"]
        if "buckets" not in self.options:
            return [order[start : start + size] for start in range(0, len(train), size)], used
        batches = []
        for start in range(0, len(train), size * self.options["buckets"]):
            # `sorted` keeps the order of equal lengths.
            pool = sorted(order[start : start + size * self.options["buckets"]], key=lambda i: train.lengths[i])
            batches += [pool[at : at + size] for at in range(0, len(pool), size)]
        used.append(Stream(self.seed, streams.BATCH_ORDER, epoch))
        return [batches[i] for i in used[1].permutation(len(batches))], used

    def step(self, batch, step, used):
        options = self.options
        masks, drawn = self.masks(batch, step)
        used, dropout = used + drawn, None
        if self.module.dropout > 0 and self.module.layers > 1:
            dropout = Stream(self.seed, streams.DROPOUT, step)
            used.append(dropout)
        logits, memory = self.forward(batch, dropout, masks)
        loss, d = self.loss(logits, batch.flat_targets())
        grads = self.backward(batch, memory, d)
        clipped = clip(grads, options["clip"]) if "clip" in options else grads
        clipped = clip_values(clipped, options["clip_value"]) if "clip_value" in options else clipped
        self.optimiser.step(self.params, clipped)
        tensors = batch.tensors("batch") + [("logits", logits), ("loss", loss)]
        detail = [(f"grad.{name}", g) for name, g in grads.items()] + list(self.params.items())
        deep = options.get("digest", "step") == "step"
        return Stage(f"step {step:06d}", tensors + detail * deep, used, checked=[] if deep else detail)

    def evaluated(self, name):
        """The leaves of a split, and its scores, each to be called for."""
        split = self.splits[name]
        targets = split.flat_targets()
        logits, _ = self.forward(split)
        # A label that training lacks has no loss.
        known = np.full(len(targets), True) if self.regression else targets >= 0
        loss, _ = self.loss(logits[known], targets[known], gradient=False)
        tensors = [(f"{name}.logits", logits), (f"{name}.loss", loss)]
        if self.regression:
            t, p = [float(x) for x in targets], [float(x) for x in logits[:, 0]]
            return tensors, dict(loss=lambda: float(loss), mae=lambda: scores.mae(t, p), rmse=lambda: scores.rmse(t, p))
        predictions = layers.predict(logits, self.options["head"])
        correct = np.array(np.sum(predictions == targets), np.int64)
        t, p = targets[known].tolist(), predictions[known].tolist()
        named = lambda numbers: [self.data.labels[n].decode("utf-8") for n in numbers]
        return tensors + [(f"{name}.correct", correct)], dict(
            loss=lambda: float(loss), accuracy=lambda: int(correct) / len(targets), macroF1=lambda: scores.macro_f1(t, p),
            spanF1=lambda: scores.span_f1(named(t), named(p), split.lengths.tolist()),
        )  # fmt: skip


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
