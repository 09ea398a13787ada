"""Draws an experiment from the whole option space of the experiments' file (Experiments.md), with small files for its data.

Most are carried out; a few are there to be refused, or to leave the finite numbers on the way.
"""

import csv
import io
import json
import math
import pathlib
import struct

import numpy as np

LABELS = ["b", "B", "a", "é", "日", "1", "10", "2", "NOUN", "x y"]
NUMBERS = ["0", "1", "-1", "0.1", "-2.5", "3e2", "1E-3", "1e-40", "7.25", "-0", "123456789"]
WORDS = ["a", "A", "b", "bb", "É", "é", "日本", "z", "Z", "0", "-", "the", "THE", "ß"]


def word_line(number, form, tag):
    return "\t".join([str(number), form, "_", tag, tag] + ["_"] * 5)


#: Sentences that the contract refuses; a lone surrogate stands for a byte that is not UTF-8.
REFUSED_SENTENCES = [
    "# a comment alone", word_line(2, "a", "X"), word_line("01", "a", "X"), word_line("1-", "a", "X"), word_line(1, "", "X"),
    word_line(1, "a", ""), word_line(1, "a", "_"), word_line(1, "\udcff", "X"), word_line(1, "a", "X") + "\t_", "1\ta",
]  # fmt: skip
REFUSED_LINES = ["a line without a tab", "\ta", " \ta", "x\t \t", "x\t\udcff"]


class Drawing:
    """`random` is a random.Random; `folder` receives the files."""

    def __init__(self, random, folder):
        self.random, self.folder = random, pathlib.Path(folder)

    def chance(self, p):
        return self.random.random() < p

    def pick(self, *values):
        return self.random.choice(values)

    def number(self, low, high):
        """Even over the exponents, with few digits or all of them."""
        value = math.exp(self.random.uniform(math.log(low), math.log(high)))
        return float(f"{value:.3g}") if self.chance(0.5) else value

    def some(self, p=0.5, **options):
        """Each option with probability `p`; the others stay at their defaults."""
        return {name: draw() for name, draw in options.items() if self.chance(p)}

    # The experiment.

    def experiment(self):
        r = self.random
        task = r.choices(("classification", "tagging", "regression", "inspection"), (5, 4, 2, 3))[0]
        if task == "inspection":
            data, tokens = self.inspected(), False
            model = self.model(task, tokens, 0)
        else:
            data, tokens, classes = self.data(task)
            model = self.model(task, tokens, classes)
        config = dict(name=f"drawn-{r.randrange(10**6)}", task=task, data=data, model=model)
        if task != "inspection":
            config["training"] = self.training(self.train_count)
            config["training"].update(self.additions(task, model, data, classes))
            config.update(self.some(digest=lambda: self.pick("step", "epoch")))
        config["seed"] = self.pick(0, 1, 42, 2**32 - 1, 2**32, 2**53 + 1, 2**64 - 1, r.randrange(2**64), r.randrange(2**64))
        return config

    def model(self, task, tokens, classes):
        r = self.random
        hidden = r.choices((r.randint(1, 6), r.randint(7, 20), r.randint(31, 40)), (8, 3, 1))[0]
        model = dict(hidden=hidden)
        cells = ["lstm", "gru", "rnn"]
        if task == "inspection" and self.chance(0.5):
            model["cells"] = r.sample(cells, r.randint(1, 3))
        else:
            model.update(self.some(0.8, cell=lambda: r.choice(cells)))
        if model.get("cells", [model.get("cell", "lstm")]) == ["lstm"] and hidden > 1 and self.chance(0.4):
            model["projection"] = r.randint(1, hidden - 1)
        model.update(
            self.some(
                bidirectional=lambda: self.chance(0.5), layers=lambda: r.choices((1, 2, 3, 4), (2, 4, 2, 1))[0],
                bias=lambda: self.chance(0.5), nonlinearity=lambda: self.pick("tanh", "relu", "relu"),
            )
        )  # fmt: skip
        if not tokens and self.chance(0.3):
            model["init"] = self.pick("torch", "torch", "repro")
        if task != "inspection":
            if tokens != self.chance(0.01):
                model["embedding"] = r.randint(1, 6)
            model.update(self.some(dropout=lambda: self.pick(0.0, 0.1, 0.5, 0.9, 1.0, 1e-50, r.random())))
            model.update(self.some(0.7, pooling=lambda: self.pick("concat", "sum", "mean", "product")))
            model.update(self.some(0.3, readoutDropout=lambda: self.pick(0.0, 0.2, 0.5, 1.0, 1e-50, r.random())))
            if "embedding" in model:
                model.update(self.some(0.3, embeddingDropout=lambda: self.pick(0.0, 0.2, 0.5, 1.0, r.random())))
                if self.chance(0.3):
                    model["affixes"] = sorted(r.sample((1, 2, 3, 4), r.randint(1, 2)))
                    model["affixEmbedding"] = r.randint(1, 4)
                if tokens and self.chance(0.2):
                    model["vectors"] = self.vectors(model["embedding"])
            if task == "classification" and self.chance(0.7 if classes == 2 else 0.03):
                model["head"] = "sigmoid"
        return model

    def training(self, count):
        r = self.random
        epochs = r.randint(1, 3)
        batch = r.randint(max(1, math.ceil(count * epochs / 10)), count + 3)
        rate = self.number(1e-4, 1) if self.chance(0.9) else self.number(1e2, 1e30)
        training = dict(optimizer=self.pick("sgd", "adam", "adamw"), learningRate=rate, batchSize=batch, epochs=epochs)
        below_one = lambda: self.pick(0.0, 0.5, 0.9, 0.999, r.random())
        training.update(
            self.some(
                0.4, momentum=lambda: self.pick(below_one(), below_one(), 1e-50), beta1=below_one, beta2=below_one,
                epsilon=lambda: self.pick(1e-8, 1e-3, 1e-60, self.number(1e-12, 1)),
                weightDecay=lambda: self.pick(0, 0.01, 0.5, 1e-50, self.number(1e-6, 1)),
                clipNorm=lambda: self.pick(None, 1e-30, 1, 100, self.number(1e-3, 10)), shards=lambda: r.randint(1, 5),
                microBatch=lambda: self.pick(None, 1, 2, 3), schedule=self.schedule,
            )
        )  # fmt: skip
        return training

    def additions(self, task, model, data, classes):
        """The training options beside those of `training`."""
        r = self.random
        validates = data.get("validation") is not None or data["format"] == "roman"
        found = self.some(
            0.25, warmup=lambda: r.randint(0, 6), lengthBuckets=lambda: r.choice((1, 2, 3, 100)),
            clipValue=lambda: self.pick(None, 1e-30, 0.01, self.number(1e-4, 1)),
        )  # fmt: skip
        if model.get("head", "softmax") == "softmax" and task != "regression":
            found.update(self.some(0.25, labelSmoothing=lambda: self.pick(0, 0.1, 1, 1e-50, r.random())))
            weights = lambda: [self.number(1e-2, 10) for _ in range(classes)]
            found.update(self.some(0.25, classWeights=lambda: self.pick(None, "balanced", weights())))
        if validates != self.chance(0.02) and self.chance(0.6):
            found["validate"] = "epoch"
            scores = ["loss", "mae", "rmse"] if task == "regression" else ["loss", "accuracy", "macroF1"]
            if self.chance(0.6):
                found["earlyStopping"] = dict(metric=r.choice(scores), patience=r.randint(1, 2))
        return found

    def vectors(self, width):
        """A file of vectors of some of the words and of others."""
        r = self.random
        value = lambda: repr(round(r.uniform(-1, 1), r.randint(1, 9)))
        words = r.sample(WORDS, r.randint(1, 6)) + ["nowhere", "a b"] + r.sample(WORDS, 1)
        lines = [" ".join([word] + [value() for _ in range(width)]) for word in words]
        if width > 1 and self.chance(0.3):
            lines.insert(0, f"{len(lines)} {width}")
        (self.folder / "vectors.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return dict(file="vectors.txt", **self.some(frozen=lambda: self.chance(0.5)))

    def schedule(self):
        kind = self.pick("step", "exponential", "linear", "cosine", None)
        factor = lambda: self.number(0.01, 1.5)
        if kind == "step":
            return dict(kind=kind, every=self.random.randint(1, 2), **self.some(factor=factor))
        if kind == "exponential":
            return dict(kind=kind, factor=factor())
        if kind == "cosine":
            return dict(kind=kind, epochs=self.random.randint(1, 4), **self.some(end=lambda: self.pick(0, 0.1, 1)))
        if kind == "linear":
            return dict(kind=kind, **self.some(start=factor, end=factor, epochs=lambda: self.random.randint(1, 3)))
        return None

    # Data. `train_count` is the number of training sequences afterwards.

    def inspected(self):
        r = self.random
        batch, steps, features = r.randint(1, 4), r.randint(1, 6), r.randint(1, 6)
        if self.chance(0.5):
            scale = self.pick(1, 1, 100, 1e-40, 1e38)
            value = lambda: round(r.uniform(-1, 1), r.randint(0, 7)) * scale
            data = dict(format="values", input=[[[value() for _ in range(features)] for _ in range(steps)] for _ in range(batch)])
        else:
            data = dict(format="uniform", batch=batch, steps=steps, features=features)
        if self.chance(0.6):
            data["lengths"] = [[r.randint(1, steps) for _ in range(batch)] for _ in range(r.randint(1, 3))]
        return data

    def data(self, task):
        """The options, whether they are tokens, and about how many classes there are."""
        r = self.random
        tagging = task == "tagging"
        if tagging:
            kind = r.choices(("conllu", "columns", "jsonl", "npy", "safetensors", "roman"), (30, 30, 15, 30, 30, 3))[0]
        elif task == "regression":
            kind = self.pick("tsv", "csv", "jsonl", "npy", "safetensors")
        else:
            kind = self.pick("tsv", "csv", "jsonl", "npy", "safetensors", "ends", "balance")
        if kind == "roman":
            self.train_count = 3199
            return dict(format=kind), True, 2
        if kind in ("ends", "balance"):
            low = r.randint(1, 4)
            self.train_count = r.choices((r.randint(1, 4), r.randint(5, 40)), (1, 5))[0]
            data = dict(
                format=kind, minimumLength=low, maximumLength=r.randint(low, low + 4), train=self.train_count,
                test=r.randint(1, 12 if self.chance(0.7) else 3),
            )  # fmt: skip
            if kind == "balance":
                return data | dict(features=r.randint(1, 5)), False, 2
            data.update(classes=r.choices((2, 3, r.randint(4, 10)), (6, 2, 1))[0], letters=r.randint(2, 5))
            return data, True, data["classes"]
        splits = ["train"] + [name for name in ("validation", "test") if self.chance(0.6)]
        counts = {split: r.randint(1, 14) for split in splits}
        self.train_count = counts["train"]
        if kind in ("tsv", "csv", "jsonl", "columns", "conllu"):
            return self.text(kind, task, counts)
        classes, features, scale = self.pick(2, 2, 3, 5), r.randint(1, 6), self.pick(1, 1, 1, 30, 1e-3, 1e-40)
        data = dict(format=kind) if task == "regression" else dict(format=kind, classes=classes)
        count_of = None if task == "regression" else classes
        for split, count in counts.items():
            data[split] = self.tensors(kind, split, tagging, count, features, count_of, scale)
        return data, False, classes

    def text(self, kind, task, counts):
        r, tagging = self.random, task == "tagging"
        labels = r.sample(LABELS, r.choices((1, 2, r.randint(3, 5)), (2, 5, 3))[0])
        if task == "regression":
            labels = r.sample(NUMBERS, r.randint(1, 8)) + ["one"] * self.chance(0.02)
        if kind == "columns":
            labels = [label.replace(" ", "_") for label in labels]
        data = dict(format=kind, **self.some(lowercase=lambda: self.chance(0.5)))
        data.update(
            self.some(
                0.3, maxLength=lambda: r.randint(1, 4), minimumCount=lambda: r.randint(1, 3),
                maximumVocabulary=lambda: r.randint(1, 8),
            )
        )  # fmt: skip
        if task != "regression":
            data.update(self.some(0.3, unseenLabels=lambda: self.pick("error", "skip", "wrong")))
        if kind in ("tsv", "csv", "jsonl"):
            data.update(self.some(0.4, level=lambda: self.pick("words", "characters", "bytes")))
        self.encoding = "utf-8"
        if self.chance(0.2):
            data["encoding"], self.encoding = "latin1", "latin-1"
        self.columns = {}
        if kind in ("tsv", "csv", "jsonl") and self.chance(0.5):
            self.columns = dict(text=self.pick("text", "a b", 'x"y'), label=self.pick("label", "class"))
            data.update(self.columns)
        if kind == "conllu" and self.chance(0.3):
            data.update(label=self.pick("XPOS", 5, -6), text=self.pick(2, "FORM"))
        drawn = self.chance(0.3)
        if drawn:
            counts = dict(train=sum(counts.values()) + 3)
            data.update(self.pick(dict(test=0.25), dict(test=0.2, validation=0.3), dict(validation=0.4)))
            if kind in ("tsv", "csv") and task != "regression" and self.chance(0.5):
                data["stratified"] = True
        self.train_count = counts["train"]
        for split, count in counts.items():
            # Only what training is sure to have, but for one time in forty, or where it may lack some.
            lenient = data.get("unseenLabels", "error") != "error"
            surely = labels if split == "train" or self.chance(0.5 if lenient else 0.025) else self.seen
            data[split] = f"{split}.{kind}"
            made = self.jsonl(count, surely, tagging) if kind == "jsonl" else getattr(self, dict(columns="columns_text").get(kind, kind))(count, surely)
            (self.folder / data[split]).write_bytes(made.encode(self.encoding, "replace" if self.encoding == "latin-1" else "surrogateescape"))
        return data, True, len(labels)

    def csv(self, count, labels):
        """By Python's own writer."""
        r = self.random
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator=self.pick("\n", "\r\n"), quoting=self.pick(csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
        names = [self.columns.get("text", "text"), self.columns.get("label", "label")]
        order = self.pick([0, 1], [1, 0])
        row = lambda text, label: writer.writerow([[text, label][place] for place in order])
        row(*names)
        for label in self.labels(count, labels):
            text = "".join(r.choice(WORDS) + self.pick(" ", ", ", "\n", ' "', "\r\n") for _ in range(r.randint(1, 6)))
            row(text, label)
        mark = "\ufeff" if self.encoding == "utf-8" and self.chance(0.2) else ""
        return mark + out.getvalue() + self.pick("", "", "x" if self.chance(0.05) else "")

    def jsonl(self, count, labels, tagging):
        r = self.random
        text, label = self.columns.get("text", "text"), self.columns.get("label", "label")
        ascii_alone = self.chance(0.5)
        lines = []
        if tagging:
            for number in range(count):
                tags = self.labels(r.randint(1, 6), labels)
                lines.append({"id": number, label: tags, text: [r.choice(WORDS + ["New York"]) for _ in tags]})
        else:
            for each in self.labels(count, labels):
                words = "".join(r.choice(WORDS) + self.pick(" ", "\n", '"', "\\", " 😀 ") for _ in range(r.randint(1, 6)))
                lines.append({text: words, label: int(each) if each.isascii() and each.isdigit() else each})
        end = self.pick("\n", "\r\n")
        return end.join(json.dumps(line, ensure_ascii=ascii_alone) for line in lines) + self.pick("", end, end + end)

    def columns_of(self, words, labels):
        space = self.pick(" ", "\t", "  ")
        return [f"{word}{space}_{space}{label}" for word, label in zip(words, labels)]

    def columns_text(self, count, labels):
        r = self.random
        text = ""
        for _ in range(count):
            tags = self.labels(r.randint(1, 6), labels)
            text += "\n".join(self.columns_of([r.choice(WORDS) for _ in tags], tags)) + self.pick("\n\n", "\n\n\n", "\n\r\n")
        return text

    def labels(self, count, labels):
        """Of training the labels that were drawn are kept, for the other splits."""
        drawn = [self.random.choice(labels) for _ in range(count)]
        self.seen = [label for label in labels if label in getattr(self, "seen", drawn) or label in drawn]
        return drawn

    def tsv(self, count, labels):
        r = self.random
        end = self.pick("\n", "\r\n")
        space = lambda: self.pick(" ", " ", "  ", "\t", "\v", " \f")
        lines = []
        if self.columns:
            lines.append("\t".join([self.columns["label"], self.columns["text"]]))
            space = lambda: self.pick(" ", "  ", "\v")
        for label in self.labels(count, labels):
            words = [r.choice(WORDS) for _ in range(r.randint(1, 6))]
            text = "".join(word + space() for word in words[:-1]) + words[-1]
            lines.append(f"{label}\t{self.pick('', '', ' ')}{text}{self.pick('', '', ' ')}")
        if self.chance(0.02):
            lines.append(self.pick(*REFUSED_LINES))
        return end.join(lines) + self.pick("", end, end, end + end)

    def conllu(self, count, labels):
        r = self.random
        end = self.pick("\n", "\r\n")
        text = ""
        for number in range(count):
            rows = [f"# sent_id = {number}"] if self.chance(0.5) else []
            length = r.randint(1, 6)
            if self.chance(0.3):
                rows.append("\t".join(["1-2", "don't"] + ["_"] * 8))
            for place, label in enumerate(self.labels(length, labels), 1):
                word = r.choice(WORDS + ["New York"])
                tag = label.replace(" ", "_")
                rows.append(word_line(place, word, tag))
                if self.chance(0.1):
                    rows.append("\t".join([f"{place}.1", "empty"] + ["_"] * 8))
            text += end.join(rows) + end + end
        if self.chance(0.04):
            text += self.pick(*REFUSED_SENTENCES) + end + end
        return text.removesuffix(end) if self.chance(0.3) else text

    def tensors(self, kind, split, tagging, count, features, classes, scale):
        r = self.random
        generator = np.random.Generator(np.random.PCG64(r.randrange(2**32)))
        steps = r.randint(1, 6)
        dtype = self.pick("F32", "F32", "F64", "F16") if kind == "npy" else self.pick("F32", "F64", "F16", "BF16")
        with np.errstate(all="ignore"):
            inputs = generator.uniform(-scale, scale, (count, steps, features)).astype({"F64": "<f8", "F16": "<f2"}.get(dtype, "<f4"))
        lengths = generator.integers(1, steps + 1, count)
        # What stands past a length is not read.
        past = np.arange(steps)[None] >= lengths[:, None]
        inputs[past] = self.pick(0, np.nan, 7)
        if self.chance(0.01):
            inputs[0, 0, 0] = np.inf
        if classes is None:
            targets = generator.normal(size=count).astype(self.pick("<f4", "<f8"))
        else:
            targets = generator.integers(0, classes, (count, steps) if tagging else count)
        integers = "<i4" if self.chance(0.3) else "<i8"
        arrays = dict(inputs=inputs, lengths=lengths.astype(integers), targets=targets if classes is None else targets.astype(integers))
        if kind == "npy":
            paths = {name: f"{split}.{name}.npy" for name in arrays}
            for name, array in arrays.items():
                np.save(self.folder / paths[name], array)
            return paths
        path = f"{split}.safetensors"
        (self.folder / path).write_bytes(safetensors(arrays, bfloat16=dtype == "BF16"))
        return path


def safetensors(arrays, bfloat16):
    """The bytes of a file; with `bfloat16` the floats are cut to their upper halves."""
    header, body = {}, io.BytesIO()
    for name, array in arrays.items():
        dtype = {"<f8": "F64", "<f4": "F32", "<f2": "F16", "<i4": "I32", "<i8": "I64"}[array.dtype.str]
        if bfloat16 and dtype == "F32":
            dtype, array = "BF16", (array.view(np.uint32) >> 16).astype("<u2")
        start = body.tell()
        body.write(array.tobytes())
        header[name] = dict(dtype=dtype, shape=list(array.shape), data_offsets=[start, body.tell()])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body.getvalue()
