"""Sections 10 and 13: what an experiment reads or makes, numbered and split.

Each function of `DATA` takes the seed and an experiment's options and returns a `Data`.
"""

import math
import pathlib
import re
from dataclasses import dataclass, field

import numpy as np

from . import files, streams
from .files import Refused
from .numerics import F32, running_sum
from .streams import Stream

PADDING, UNKNOWN = 0, 1
#: As JSON writes one.
NUMBER = re.compile(rb"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Split:
    """`inputs`: an array per sequence, tokens I64 [T] or features F32 [T, I]; `targets`: an integer, a binary32 or an array
    each; `affixes`: an array I64 [T, columns] each, or None."""

    def __init__(self, inputs, targets, affixes=None):
        self.inputs, self.targets, self.affixes = inputs, targets, affixes
        self.lengths = np.array([len(x) for x in inputs], np.int64)

    def __len__(self):
        return len(self.inputs)

    def take(self, order):
        affixes = self.affixes and [self.affixes[i] for i in order]
        return Split([self.inputs[i] for i in order], [self.targets[i] for i in order], affixes)

    def flat_inputs(self):
        return np.concatenate(self.inputs)

    def flat_targets(self):
        if np.ndim(self.targets[0]) == 0:
            return np.array(self.targets, F32 if isinstance(self.targets[0], F32) else np.int64)
        return np.concatenate(self.targets)

    def tensors(self, prefix):
        affixes = [(f"{prefix}.affixes", np.concatenate(self.affixes))] if self.affixes else []
        return [
            (f"{prefix}.inputs", self.flat_inputs()),
            *affixes,
            (f"{prefix}.lengths", self.lengths),
            (f"{prefix}.targets", self.flat_targets()),
        ]


@dataclass
class Data:
    """`words` is the vocabulary, None for features; `features` is 0 for tokens; `streams` are those drawn from."""

    splits: dict
    words: dict | None
    classes: int
    features: int = 0
    streams: list = field(default_factory=list)
    files: dict = field(default_factory=dict)
    labels: list = field(default_factory=list)
    affixes: list = field(default_factory=list)

    def tensors(self):
        """The leaves of the stage `data`."""
        result = []
        for name, split in self.splits.items():
            contents = self.files.get(name, [])
            for number, content in enumerate(contents):
                end = f".{number}" if len(contents) > 1 else ""
                result.append((f"{name}.file{end}", np.frombuffer(content, np.uint8)))
            result += split.tensors(name)
        return result


# Text. Tokens and labels are bytes.


def vocabulary(token_lists, least=1, most=None):
    counts = {}
    for tokens in token_lists:
        for token in tokens:
            counts[token] = counts.get(token, 0) + 1
    known = [token for token in counts if counts[token] >= least]
    order = sorted(known, key=lambda token: (-counts[token], token))[:most]
    return {token: 2 + index for index, token in enumerate(order)}


def affix(token, size, last):
    """The first or last letters of a token, all of it where it has no more. A letter is a character of UTF-8."""
    text = token.decode("utf-8", "surrogateescape")
    return (text[-size:] if last else text[:size]).encode("utf-8", "surrogateescape")


def affix_columns(raw, words, sizes):
    """The numbers of affixes per column, prefix and suffix of each size in turn, and for each split an array per sequence."""
    kinds = [(size, last) for size in sizes for last in (False, True)]
    known = [{} for _ in kinds]
    for token in words:
        for names, kind in zip(known, kinds):
            names.setdefault(affix(token, *kind), 2 + len(names))
    columns = {}
    for split, sequences in raw.items():
        rows = lambda tokens: [[names.get(affix(t, *kind), UNKNOWN) for t in tokens] for names, kind in zip(known, kinds)]
        columns[split] = [np.array(rows(tokens), np.int64).T for tokens, _ in sequences]
    return known, columns


def number(label):
    """A label of regression as binary32."""
    if not NUMBER.fullmatch(label):
        raise Refused(f"'{label.decode('utf-8', 'replace')}' is no number")
    with np.errstate(over="ignore"):
        value = F32(float(label))
    if not np.isfinite(value):
        raise Refused("a number too large")
    return value


def classes(labels):
    return {label: index for index, label in enumerate(sorted(set(labels)))}


def number_of(label, names, where, unseen="error"):
    if label not in names and unseen == "wrong":
        return -1
    if label not in names:
        raise Refused(f"{where}: the training split lacks the label '{label.decode('utf-8', 'replace')}'")
    return names[label]


def encode(raw, tagging, where, options=None):
    """`raw`: split name to a list of (tokens, label or labels). Returns the fields of a `Data` that are decided by it."""
    options = options or {}
    unseen = options.get("unseenLabels", "error")
    words = vocabulary(
        (tokens for tokens, _ in raw["train"]), options.get("minimumCount", 1), options.get("maximumVocabulary")
    )
    regression = options.get("task") == "regression"
    names = {} if regression else classes(label for _, y in raw["train"] for label in (y if tagging else [y]))
    if unseen == "skip":
        known = lambda y: all(label in names for label in (y if tagging else [y]))
        raw = {split: [(x, y) for x, y in sequences if known(y)] for split, sequences in raw.items()}
    known, columns = affix_columns(raw, words, options.get("affixes", []))
    result = {}
    for split, sequences in raw.items():
        inputs = [np.array([words.get(token, UNKNOWN) for token in tokens], np.int64) for tokens, _ in sequences]
        target = lambda label: number_of(label, names, f"{where}, split {split}", unseen)
        if regression:
            targets = [number(y) for _, y in sequences]
        elif tagging:
            targets = [np.array([target(label) for label in y], np.int64) for _, y in sequences]
        else:
            targets = [target(y) for _, y in sequences]
        if not regression and not any(np.any(np.asarray(target) >= 0) for target in targets):
            raise Refused(f"{where}, split {split}: no label that training has")
        result[split] = Split(inputs, targets, columns[split] if known else None)
    count = 1 if regression else len(names)
    return dict(splits=result, words=words, classes=count, labels=list(names), affixes=[len(n) for n in known])


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
            b"subtracted" if at + 1 < len(text) and worth[text[at + 1]] > worth[letter] else b"added"
            for at, letter in enumerate(text)
        ]
        sequences.append(([letter.encode() for letter in text], labels))
    stream = Stream(seed, streams.SPLIT, 0)
    order = stream.permutation(len(sequences))
    n = len(sequences)
    one, two = 8 * n // 10, 8 * n // 10 + n // 10
    parts = {"train": order[:one], "validation": order[one:two], "test": order[two:]}
    raw = {name: [sequences[i] for i in part] for name, part in parts.items()}
    return Data(**encode(raw, True, f"seed {seed}", options), streams=[stream])


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
            raw[split].append(([bytes([ord("a") + letter]) for letter in letters], str(label).encode()))
    return Data(**encode(raw, False, f"seed {seed}", options), streams=[stream])


def balance_data(seed, options):
    stream = Stream(seed, streams.DATA, 0)
    low, high = options["lengths"]
    inputs, labels = {}, {}
    for split in ("train", "test"):
        inputs[split], labels[split] = [], []
        for _ in range(options[split]):
            length = low + stream.pick(high - low + 1)
            x = stream.uniform(-1, 1, (length, options["features"]))
            inputs[split].append(x)
            labels[split].append(b"1" if running_sum(x[:, 0]) > 0 else b"0")
    names = classes(labels["train"])
    splits = {s: Split(x, [number_of(y, names, f"seed {seed}, split {s}") for y in labels[s]]) for s, x in inputs.items()}
    return Data(splits, None, len(names), options["features"], [stream])


# Files: `options["files"]` has a list of paths per split.


def contents_of(options):
    return {split: [pathlib.Path(path).read_bytes() for path in paths] for split, paths in options["files"].items()}


def divide(sequences, options, stream):
    """The examples of one file as splits, by the shares in `options["shares"]`."""
    shares = options["shares"]
    groups = [list(range(len(sequences)))]
    if options.get("stratified"):
        if options["task"] != "classification":
            raise Refused("sequences of a tagging or a regression have no class")
        groups = [[i for i, (_, y) in enumerate(sequences) if y == label] for label in sorted({y for _, y in sequences})]
    parts = dict(train=[], validation=[], test=[])
    for group in groups:
        order = [group[i] for i in stream.permutation(len(group))]
        most = len(group) - 1 if options.get("stratified") else len(group)
        share = lambda name: math.floor(len(group) * shares.get(name, 0.0) + 0.5)
        one = min(share("test"), most)
        two = min(one + share("validation"), most)
        parts["test"] += order[:one]
        parts["validation"] += order[one:two]
        parts["train"] += order[two:]
    parts = {name: part for name, part in parts.items() if name == "train" or name in shares}
    if not all(parts.values()):
        raise Refused("a split without an example")
    return {name: [sequences[i] for i in sorted(part)] for name, part in parts.items()}


def text_data(parse):
    def data(seed, options):
        tagging = options["task"] == "tagging"
        contents, raw, used = contents_of(options), {}, []
        for split, (content,) in contents.items():
            raw[split] = parse(content, dict(options, level="words") if tagging else options)
            if options.get("lowercase"):
                # Bytes' own lower() concerns A–Z alone.
                raw[split] = [([token.lower() for token in tokens], label) for tokens, label in raw[split]]
            most = options.get("maxLength")
            raw[split] = [(x[:most], y[:most] if tagging else y) for x, y in raw[split]]
        if options.get("shares"):
            used = [Stream(seed, streams.SPLIT, 0)]
            raw.update(divide(raw["train"], options, used[0]))
            raw = {split: raw[split] for split in ("train", "validation", "test") if split in raw}
        return Data(**encode(raw, tagging, "a file", options), streams=used, files=contents)

    return data


def tensor_data(parse):
    def data(seed, options):
        contents, splits = contents_of(options), {}
        for split, content in contents.items():
            arrays = parse(content)
            splits[split] = Split(*files.tensors(*arrays, options["task"] == "tagging", options.get("classes")))
        widths = {x.shape[1] for split in splits.values() for x in split.inputs}
        if len(widths) != 1:
            raise Refused("splits of different features")
        return Data(splits, None, options.get("classes", 1), widths.pop(), files=contents)

    return data


DATA = {
    "roman": roman_data, "ends": ends_data, "balance": balance_data, "tsv": text_data(files.tsv),
    "csv": text_data(files.csv_file), "jsonl": text_data(files.json_lines), "columns": text_data(files.columns_file),
    "conllu": text_data(files.conllu), "npy": tensor_data(files.npy), "safetensors": tensor_data(files.safetensors),
}  # fmt: skip
