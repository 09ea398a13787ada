#!/usr/bin/env python3
"""Eight threads, each with an engine of its own, do random work for so many minutes: no result differs, and no memory is lost.

    soak_threads.py [MINUTES [SEED]]

Each piece of work is drawn from a number: a module of any kind and shape, over rows or a packed sequence, its loss, gradients and
some steps of an optimiser. What it gives in one thread alone is known before; eight threads then take numbers at random, and
end and make engines in between. Exit code 1 for a result that differs, or where memory grows after the first tenth of the time.
"""

import ctypes
import os
import pathlib
import random
import sys
import threading
import time

import torch
from torch import nn

import repro_torch
from repro_torch._native.library import KeptWeights

THREADS, PIECES = 8, 256
#: What the allocator may hold more in the end than after the first tenth, in MiB: less than one piece of each thread.
GREATEST_GROWTH = 24


def piece(number):
    """The digest of a piece of work."""
    draws, stream = random.Random(number), repro_torch.Stream(number, (1, 0))
    batch, steps, size, hidden = (draws.randrange(1, most) for most in (6, 12, 20, 40))
    options = {"num_layers": draws.choice([1, 1, 2]), "bidirectional": draws.random() < 0.5, "batch_first": True}
    kind = draws.choice(["LSTM", "GRU", "RNN"])
    if kind == "LSTM" and hidden > 2 and draws.random() < 0.2:
        options["proj_size"] = hidden // 2
    model = nn.ModuleDict({
        "recurrent": getattr(repro_torch, kind)(size, hidden, dropout=0.3 if options["num_layers"] > 1 else 0.0, **options),
        "norm": repro_torch.LayerNorm(options.get("proj_size", hidden) * (1 + options["bidirectional"])),
    })  # fmt: skip
    repro_torch.convert(model, seed=number)
    optimizer = draws.choice([repro_torch.SGD, repro_torch.Adam, repro_torch.AdamW])(model.parameters(), lr=0.01)
    rows = stream.uniform((batch, steps, size), -1, 1).requires_grad_()
    lengths = torch.tensor([draws.randrange(1, steps + 1) for _ in range(batch)])
    packs, results = draws.random() < 0.5, []
    for _ in range(draws.randrange(1, 4)):
        input = nn.utils.rnn.pack_padded_sequence(rows, lengths, batch_first=True, enforce_sorted=False) if packs else rows
        output = model["recurrent"](input)[0]
        found = model["norm"](output.data if packs else output)
        optimizer.zero_grad()
        found.square().sum().backward()
        repro_torch.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        results.append(found.detach())
    with torch.no_grad():
        results += [model["recurrent"].eval()(rows)[0], rows.grad, *model.parameters()]
    return repro_torch.digest([result.contiguous() for result in results])


def resident():
    """MiB that the process holds, after the allocator was asked to give back what it can."""
    if hasattr(ctypes.CDLL(None), "malloc_trim"):
        ctypes.CDLL(None).malloc_trim(0)
    status = pathlib.Path("/proc/self/statm")
    if not status.exists():
        return None
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def handles():
    """How many handles the library has given out: each is one more than the last."""
    return KeptWeights().value


def main():
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    torch.set_num_threads(1)
    expected = [piece(number) for number in range(PIECES)]
    if len(set(expected)) != PIECES:
        sys.exit("two pieces of work give the same: the digest would not tell them apart")
    start, end = time.monotonic(), time.monotonic() + 60 * minutes
    done, wrong, first = [0] * THREADS, [], handles()

    def work(place):
        draws = random.Random(f"{seed} {place}")
        try:
            while time.monotonic() < end and not wrong:
                number = draws.randrange(PIECES)
                found = piece(number)
                if found != expected[number]:
                    wrong.append(f"thread {place}: piece {number} gave {found}, and alone {expected[number]}")
                if draws.random() < 0.02:
                    repro_torch.Engine(draws.choice(["auto", "portable", "reference"]), draws.randrange(1, 4))
                done[place] += 1
        except BaseException as error:
            wrong.append(f"thread {place}: {error!r}")

    threads = [threading.Thread(target=work, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    while time.monotonic() < start + 6 * minutes and not wrong:
        time.sleep(min(1.0, 0.6 * minutes))
    early = resident()
    for thread in threads:
        thread.join()
    late = resident()
    if early is not None and late - early > GREATEST_GROWTH:
        wrong.append(f"memory grew from {early:.0f} MiB after a tenth of the time to {late:.0f} MiB")
    for line in wrong:
        print(line, file=sys.stderr)
    memory = "" if early is None else f", {early:.0f} MiB after a tenth of the time and {late:.0f} MiB in the end"
    print(
        f"{THREADS} threads, {minutes:g} minutes: {sum(done)} pieces of work, {len(wrong)} wrong, {handles() - first} handles{memory}"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
