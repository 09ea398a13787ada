"""A plain PyTorch loop over repro_torch ends in the very parameters of `repro run --config` on the same text.

Embedding, packed Bi-LSTM with dropout between its layers, dropout, linear, cross-entropy, Adam, clipping. REPRO_COMMAND
names the command (else the last build's); REPRO_TREC a folder with TREC's train.tsv for the test over real text.
"""

import collections
import json
import os
import pathlib
import subprocess

import pytest
import repro_torch
import torch
from support import assert_same_bits
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

SEED = 42
MODEL = {"embedding": 12, "hidden": 9, "layers": 2, "dropout": 0.3, "readoutDropout": 0.25}
TRAINING = {"learningRate": 0.01, "batchSize": 16, "epochs": 2, "clipNorm": 0.5}


class Classifier(nn.Module):
    def __init__(self, vocabulary, classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, MODEL["embedding"], padding_idx=0)
        self.lstm = nn.LSTM(
            MODEL["embedding"], MODEL["hidden"], MODEL["layers"], batch_first=True, bidirectional=True,
            dropout=MODEL["dropout"],
        )  # fmt: skip
        self.dropout = nn.Dropout(MODEL["readoutDropout"])
        self.linear = nn.Linear(2 * MODEL["hidden"], classes)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.lstm(packed)
        return self.linear(self.dropout(torch.cat([hidden[-2], hidden[-1]], 1)))


def numbered(lines):
    """Tokens and classes as the contract's section 10 numbers them."""
    examples = [(line.split("\t", 1)[0], line.split("\t", 1)[1].split()) for line in lines]
    counts = collections.Counter(token for _, tokens in examples for token in tokens)
    order = sorted(counts, key=lambda token: (-counts[token], token.encode()))
    numbers = {token: place + 2 for place, token in enumerate(order)}
    classes = {label: place for place, label in enumerate(sorted({label for label, _ in examples}, key=str.encode))}
    tokens = [torch.tensor([numbers[token] for token in tokens]) for _, tokens in examples]
    return tokens, torch.tensor([classes[label] for label, _ in examples]), 2 + len(numbers), len(classes)


def train(lines, optimizer=torch.optim.Adam, start=None, checkpoint=None, **options):
    """The model as it is trained, the loss of every step, and the gradients of the last.

    With a checkpoint of `repro run`, training goes on from there.
    """
    tokens, targets, vocabulary, classes = numbered(lines)
    model = Classifier(vocabulary, classes)
    repro_torch.convert(model, seed=SEED)
    if start is not None:
        model.load_state_dict(start)
    streams = repro_torch.Streams(SEED)
    model.lstm.draws, model.dropout.draws = streams.between_layers, streams.readout
    optimizer = optimizer(model.parameters(), lr=TRAINING["learningRate"], **options)
    repro_torch.convert(optimizer)
    loss, losses = repro_torch.CrossEntropyLoss(), []
    begun = (0, 0)
    if checkpoint is not None:
        checkpoint.restore(model, optimizer)
        streams.step, begun = checkpoint.step, (checkpoint.epoch, checkpoint.batch)
    for epoch in range(begun[0], TRAINING["epochs"]):
        order = streams.epoch_order(epoch, len(tokens))
        for first in range(0, len(order), TRAINING["batchSize"]):
            if (epoch, first // TRAINING["batchSize"]) < begun:
                continue
            batch = order[first : first + TRAINING["batchSize"]]
            chosen = [tokens[i] for i in batch]
            logits = model(pad_sequence(chosen, batch_first=True), torch.tensor([len(t) for t in chosen]))
            optimizer.zero_grad()
            losses.append(loss(logits, targets[batch]))
            losses[-1].backward()
            repro_torch.clip_grad_norm_(model.parameters(), TRAINING["clipNorm"])
            optimizer.step()
            streams.step += 1
    return model, torch.stack(losses), [parameter.grad for parameter in model.parameters()]


def parameters(trained):
    return dict(trained[0].named_parameters())


def command(root):
    built = [root / ".build" / kind / "repro" for kind in ("release", "debug")]
    named = os.environ.get("REPRO_COMMAND")
    path = pathlib.Path(named) if named else next((path for path in built if path.exists()), None)
    if path is None:
        pytest.skip("no repro: build it, or name it in REPRO_COMMAND")
    return path


def drawn_text():
    """80 lines of labelled words whose lengths differ, some words rare."""
    stream, lines = repro_torch.Stream(7, (1, 0)), []
    words = [f"word{n}" for n in range(60)]
    for number in range(80):
        length = 1 + stream.permutation(11)[0]
        chosen = [words[min(int(u * u * 60), 59)] for u in stream.uniform((length,)).tolist()]
        lines.append(f"{'abc'[number % 3]}\t{' '.join(chosen)}")
    return lines


def run(command, folder, lines, training, model={}, data={}, options=()):
    (folder / "train.tsv").write_text("\n".join(lines) + "\n")
    (folder / "test.tsv").write_text(lines[0] + "\n")
    config = {
        "name": "loop", "task": "classification", "digest": "epoch",
        "data": {"format": "tsv", "train": "train.tsv", "test": "test.tsv", **data},
        "model": {"cell": "lstm", "bidirectional": True, "pooling": "concat", "head": "softmax", **MODEL, **model},
        "training": {**TRAINING, **training},
    }  # fmt: skip
    (folder / "loop.json").write_text(json.dumps(config))
    arguments = [command, "run", "--config", folder / "loop.json", "--seed", str(SEED), "--output", folder / "run", "--quiet", *options]
    result = subprocess.run(arguments, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return repro_torch.read_tensors(folder / "run" / "model.safetensors")


def compare(expected, found):
    assert list(found) == [name for name in found if name in expected] and len(found) == len(expected)
    for name, value in found.items():
        assert_same_bits(value, expected[name], name)


@pytest.mark.parametrize(
    "training, optimizer, options",
    [
        ({"optimizer": "adam"}, torch.optim.Adam, {}),
        ({"optimizer": "adamw", "weightDecay": 0.01}, torch.optim.AdamW, {"weight_decay": 0.01}),
        ({"optimizer": "sgd", "momentum": 0.9}, torch.optim.SGD, {"momentum": 0.9}),
    ],
    ids=["adam", "adamw", "sgd"],
)
def test_a_loop_over_drawn_text(root, tmp_path, training, optimizer, options):
    lines = drawn_text()
    compare(run(command(root), tmp_path, lines, training), parameters(train(lines, optimizer, **options)))


@pytest.mark.parametrize("kernels", ["reference", "portable", "avx2", "avx512", "neon"])
def test_every_kernel(root, tmp_path, kernels):
    try:
        repro_torch.configure(kernels=kernels, threads=2)
    except repro_torch.ReproError as error:
        pytest.skip(str(error))
    try:
        found = parameters(train(drawn_text()))
    finally:
        repro_torch.configure()
    compare(run(command(root), tmp_path, drawn_text(), {"optimizer": "adam"}), found)


def test_a_loop_over_trec(root, tmp_path):
    folder = os.environ.get("REPRO_TREC")
    if not folder:
        pytest.skip("REPRO_TREC names no folder with TREC's train.tsv")
    lines = (pathlib.Path(folder) / "train.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    lines = lines[: int(os.environ.get("COUNT", "600"))]
    compare(run(command(root), tmp_path, lines, {"optimizer": "adam"}), parameters(train(lines)))
