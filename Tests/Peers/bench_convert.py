#!/usr/bin/env python3
"""PyTorch's modules and the converted ones in one process, in turns: least times, and PyTorch's over ours.

    bench_convert.py [--threads N] [--rounds N] [--only TEXT] [--trec FOLDER]

Over the shapes of bench_peers.py, both directions: inference, and forward with backward to parameters and input; then
packed sequences whose lengths are spread over 1 … T. With --trec, a folder with train.tsv, an epoch of a text classifier
(embedding 100, packed Bi-LSTM 128, Adam, batch 32). Needs repro_torch, installed or on PYTHONPATH.
"""

import argparse
import collections
import copy
import pathlib
import time

import torch
from bench_peers import SHAPES
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

import repro_torch


def least(body, seconds):
    """The least time of a call, over calls that take so long together."""
    body()
    best, total = float("inf"), 0.0
    while total < seconds:
        start = time.perf_counter()
        body()
        taken = time.perf_counter() - start
        best, total = min(best, taken), total + taken
    return best


def turns(rounds, one, other, seconds=0.1):
    """The least times of two programs that take turns."""
    times = [[], []]
    for _ in range(rounds):
        for place, body in enumerate((one, other)):
            times[place].append(least(body, seconds))
    return [min(each) for each in times]


def show(name, theirs, ours):
    print(f"{name:52} {1e3 * theirs:10.4f} {1e3 * ours:10.4f} ms {theirs / ours:7.2f} x", flush=True)


def modules(cell, size, hidden, layers):
    torch.manual_seed(0)
    module = {"lstm": nn.LSTM, "gru": nn.GRU}[cell](size, hidden, layers, batch_first=True, bidirectional=True)
    own = copy.deepcopy(module)
    repro_torch.convert(own, seed=None)
    return module, own


def infer(module, input):
    with torch.inference_mode():
        module(input)


def train(module, x, lengths):
    input = x if lengths is None else pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    output = module(input)[0]
    rows = output if lengths is None else output.data
    rows.backward(torch.ones_like(rows))


def shapes(arguments):
    for cell, batch, steps, size, hidden, layers in SHAPES:
        name = f"{cell} {batch} x {steps} x {size} -> {hidden}, {layers}"
        if arguments.only and arguments.only not in name:
            continue
        pair = modules(cell, size, hidden, layers)
        x = torch.rand(batch, steps, size)
        show(f"{name} inference", *turns(arguments.rounds, *(lambda m=m: infer(m, x) for m in pair)))
        read = x.clone().requires_grad_()
        show(f"{name} training", *turns(arguments.rounds, *(lambda m=m: train(m, read, None) for m in pair)))
        if batch > 1:
            lengths = torch.linspace(1, steps, batch).long()
            show(f"{name} packed 1 … {steps}", *turns(arguments.rounds, *(lambda m=m: train(m, read, lengths) for m in pair)))


class Classifier(nn.Module):
    def __init__(self, vocabulary, classes):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 100, padding_idx=0)
        self.lstm = nn.LSTM(100, 128, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(256, classes)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.lstm(packed)
        return self.linear(torch.cat([hidden[-2], hidden[-1]], 1))


def trec(folder, rounds):
    lines = (pathlib.Path(folder) / "train.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    texts = [line.split("\t", 1)[1].split() for line in lines]
    labels = sorted({line.split("\t", 1)[0] for line in lines})
    numbers = {token: place for place, token in enumerate(collections.Counter(sum(texts, [])), 2)}
    tokens = [torch.tensor([numbers[token] for token in text]) for text in texts]
    targets = torch.tensor([labels.index(line.split("\t", 1)[0]) for line in lines])

    def epoch(converted):
        torch.manual_seed(0)
        model, loss = Classifier(2 + len(numbers), len(labels)), nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        if converted:
            repro_torch.convert(nn.ModuleDict({"model": model, "loss": loss}), seed=None)
            repro_torch.convert(optimizer)
        start = time.perf_counter()
        for first in range(0, len(tokens), 32):
            chosen = tokens[first : first + 32]
            logits = model(pad_sequence(chosen, batch_first=True), torch.tensor([len(each) for each in chosen]))
            optimizer.zero_grad()
            loss(logits, targets[first : first + 32]).backward()
            optimizer.step()
        return time.perf_counter() - start

    pairs = [(epoch(False), epoch(True)) for _ in range(rounds)]
    show("an epoch of TREC", *(min(times) for times in zip(*pairs)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="shapes whose line has this text")
    parser.add_argument("--trec", help="a folder with TREC's train.tsv")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"PyTorch {torch.__version__}, {arguments.threads} threads, kernels {repro_torch.Engine().kernels}: PyTorch, converted")
    shapes(arguments)
    if arguments.trec:
        trec(arguments.trec, arguments.rounds)


if __name__ == "__main__":
    main()
