#!/usr/bin/env python3
"""What PyTorch makes of recurrent layers: Tests/ReproNNTests/Vectors/torch-matrix.safetensors.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0+cpu numpy --extra-index-url https://download.pytorch.org/whl/cpu
    .venv/bin/python Tests/Fixtures/torch_matrix.py --elements 40 \\
        --output Tests/ReproNNTests/Vectors/torch-matrix.safetensors

`make torch-matrix` compares every element of every configuration; what travels has `--elements` of each tensor.

What a configuration reads is drawn, not stored: tensor NAME of case N is `U(-1, 1) * scale`, each operation rounded to
binary32, row-major, from the stream (1, CRC-32 of the UTF-8 text "torch/N/NAME") of `seed`; scale is 1 ÷ √hidden for
parameters, else 1. PyTorch computes in binary64 from exactly these: output, h_n, c_n, and the gradients of
sum(d.output * output) + sum(d.h_n * h_n) + sum(d.c_n * c_n)  with respect to everything read. Then it computes the
same in binary32; per tensor the greatest distance between the two is kept, and the root of its mean square.

`__metadata__` opens with `command` and `versions`; `seed`; `cases` is a JSON list of each case's options, with
`results`: a list of [name, shape, PyTorch's greatest error in binary32, greatest magnitude, root mean square of
PyTorch's error]. Tensor `N` holds case N's
binary64 results one after another as bit patterns (I64, so that a reader of integers gets them whole): of a result of
`count` elements n = min(count, `elements`) of them, element ⌊i × count ÷ n⌋ for i in 0 … n−1. `lengths` is null where
every sequence runs to the end; otherwise the batch is packed, and the input past a length is there to be ignored.
"""

import argparse
import itertools
import json
import math
import os
import platform
import struct
import sys

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from contract.streams import DATA, F32, Stream, key_of

SEED = 42
CELLS = ("lstm", "gru", "rnn_tanh", "rnn_relu")


def cases():
    result = []

    def add(cell, inputs, hidden, batch, steps, **options):
        case = dict(
            cell=cell, inputs=inputs, hidden=hidden, batch=batch, steps=steps, layers=1, directions=1, bias=True,
            batch_first=False, projection=0, initial=False, lengths=None,
        )  # fmt: skip
        assert set(options) <= set(case), options
        case.update(options)
        result.append(case)

    for cell in CELLS:
        add(cell, 1, 1, 1, 1)
        add(cell, 3, 5, 2, 7)
        add(cell, 5, 4, 3, 6, directions=2, initial=True, batch_first=True)
        add(cell, 4, 7, 3, 5, layers=2, initial=True)
        add(cell, 2, 3, 4, 6, layers=2, directions=2, lengths=[6, 1, 4, 3], initial=True)
        add(cell, 6, 8, 5, 9, directions=2, lengths=[2, 9, 5, 9, 1], batch_first=True)
        add(cell, 8, 5, 2, 6, layers=2, bias=False, lengths=[4, 6])
        # A sequence without a batch.
        add(cell, 3, 6, None, 5, directions=2, initial=True)
    # Wider than a vector register, longer than a few steps.
    add("lstm", 11, 19, 3, 12, directions=2, lengths=[12, 7, 10])
    add("lstm", 17, 33, 2, 10, initial=True)
    add("gru", 13, 20, 3, 12, directions=2, lengths=[5, 12, 9])
    add("gru", 7, 40, 2, 8, initial=True)
    add("rnn_tanh", 40, 17, 4, 25, directions=2, lengths=[25, 3, 17, 11])
    add("rnn_relu", 9, 37, 3, 8)
    # Projections.
    add("lstm", 3, 5, 2, 6, projection=2, initial=True)
    add("lstm", 4, 6, 3, 5, projection=3, layers=2, directions=2, lengths=[3, 5, 1], initial=True)
    add("lstm", 5, 18, 3, 7, projection=17, bias=False, directions=2, batch_first=True)
    # Many sequences, many steps.
    add("lstm", 2, 4, 40, 3, directions=2, lengths=[1 + (5 * b) % 3 for b in range(40)])
    add("lstm", 3, 6, 2, 40, directions=2)
    add("gru", 3, 6, 2, 40, lengths=[33, 40])

    # Every combination of cell, layers, directions, lengths and initial states; the other options are drawn.
    stream = Stream(SEED, DATA, key_of("torch/cases"))
    pick = lambda low, high: low + stream.pick(high - low + 1)

    def drawn(cell, layers, directions, lengths, initial, unbatched=False, projected=False, biased=True):
        batch, steps = pick(1, 12), pick(1, 24)
        if lengths is not None:
            batch = max(batch, 3)
            chosen = [pick(1, steps) for _ in range(batch)]
            lengths = sorted(chosen, reverse=True) if lengths == "sorted" else chosen
        hidden = pick(2 if projected else 1, 70)
        add(
            cell, pick(1, 70), hidden, None if unbatched else batch, steps, layers=layers, directions=directions,
            bias=pick(0, 3) > 0 and biased, batch_first=pick(0, 1) == 1, initial=initial, lengths=lengths,
            projection=pick(1, hidden - 1) if projected else 0,
        )  # fmt: skip

    lengths = (None, "sorted", "unsorted")
    for combination in itertools.product(CELLS, (1, 2, 3), (1, 2), lengths, (False, True)):
        drawn(*combination)
    for layers, directions, kind in itertools.product((1, 2, 3), (1, 2), lengths):
        drawn("lstm", layers, directions, kind, pick(0, 1) == 1, projected=True)
    for cell, layers, directions in itertools.product(CELLS, (1, 2, 3), (1, 2)):
        drawn(cell, layers, directions, None, pick(0, 1) == 1, unbatched=True)
    # The greatest of each size, one at a time and together.
    for cell in CELLS:
        add(cell, 70, 3, 2, 5)
        add(cell, 3, 70, 2, 5, directions=2, initial=True)
        add(cell, 3, 5, 70, 4, directions=2)
        add(cell, 3, 5, 2, 70, directions=2)
        add(cell, 69, 70, 67, 70, initial=True)
    # Without bias at every depth.
    for cell, layers in itertools.product(CELLS, (1, 2, 3)):
        drawn(cell, layers, pick(1, 2), lengths[pick(0, 2)], pick(0, 1) == 1, biased=False)
    verify_pairs(result)
    return result


def verify_pairs(result):
    """Every cell meets every pair of values of any two options."""
    kind = lambda lengths: lengths and ("sorted" if lengths == sorted(lengths, reverse=True) else "unsorted")
    names = ("layers", "directions", "bias", "batch_first", "initial")
    options = {name: {case[name] for case in result} for name in names}
    options["lengths"] = {None, "sorted", "unsorted"}
    for (one, values), (other, others) in itertools.combinations(options.items(), 2):
        for cell in CELLS:
            rows = [{**case, "lengths": kind(case["lengths"])} for case in result if case["cell"] == cell]
            missing = set(itertools.product(values, others)) - {(row[one], row[other]) for row in rows}
            assert not missing, (cell, one, other, missing)


def module_of(case):
    options = dict(
        num_layers=case["layers"], bias=case["bias"], batch_first=case["batch_first"],
        bidirectional=case["directions"] == 2,
    )  # fmt: skip
    if case["cell"] == "lstm":
        return torch.nn.LSTM(case["inputs"], case["hidden"], proj_size=case["projection"], **options)
    if case["cell"] == "gru":
        return torch.nn.GRU(case["inputs"], case["hidden"], **options)
    return torch.nn.RNN(case["inputs"], case["hidden"], nonlinearity=case["cell"][4:], **options)


def draw(case, number, seed):
    """Everything that is read, as binary32 numbers, by name."""
    shapes = {name: tuple(p.shape) for name, p in module_of(case).named_parameters()}
    parameters = set(shapes)
    batch = [] if case["batch"] is None else [case["batch"]]
    state = case["projection"] or case["hidden"]
    count = case["layers"] * case["directions"]
    leading = batch + [case["steps"]] if case["batch_first"] and batch else [case["steps"]] + batch
    shapes["input"] = leading + [case["inputs"]]
    shapes["d.output"] = leading + [case["directions"] * state]
    states = {"h": [count] + batch + [state]}
    if case["cell"] == "lstm":
        states["c"] = [count] + batch + [case["hidden"]]
    for name, shape in states.items():
        shapes[f"d.{name}_n"] = shape
        if case["initial"]:
            shapes[f"{name}_0"] = shape
    tensors = {}
    for name, shape in shapes.items():
        values = Stream(seed, DATA, key_of(f"torch/{number}/{name}")).uniform(-1, 1, tuple(shape))
        tensors[name] = values * F32(1 / math.sqrt(case["hidden"]) if name in parameters else 1)
    return tensors


def results(case, tensors, dtype):
    module = module_of(case).to(dtype)
    read = {}
    for name, value in tensors.items():
        read[name] = torch.tensor(value, dtype=dtype, requires_grad=not name.startswith("d."))
    parameters = [name for name, _ in module.named_parameters()]
    x = read["input"]
    if case["lengths"] is not None:
        lengths = torch.tensor(case["lengths"])
        x = pack_padded_sequence(x, lengths, batch_first=case["batch_first"], enforce_sorted=False)
    initial = None
    if case["initial"]:
        initial = (read["h_0"], read["c_0"]) if case["cell"] == "lstm" else read["h_0"]
    output, final = torch.func.functional_call(module, {name: read[name] for name in parameters}, (x, initial))
    if case["lengths"] is not None:
        output, _ = pad_packed_sequence(output, batch_first=case["batch_first"], total_length=case["steps"])
    h_n, c_n = final if case["cell"] == "lstm" else (final, None)
    scalar = (read["d.output"] * output).sum() + (read["d.h_n"] * h_n).sum()
    if c_n is not None:
        scalar = scalar + (read["d.c_n"] * c_n).sum()
    scalar.backward()
    found = {"output": output, "h_n": h_n}
    if c_n is not None:
        found["c_n"] = c_n
    for name in ["input", "h_0", "c_0"] + parameters:
        if name in read:
            found["grad." + name] = read[name].grad
    return {name: value.detach().numpy().astype(np.float64) for name, value in found.items()}


def spread(value, elements):
    """So many elements of a tensor, from all over it."""
    flat = np.ascontiguousarray(value).reshape(-1)
    count = min(flat.size, elements or flat.size)
    return flat[np.arange(count) * flat.size // max(1, count)]


def write(path, metadata, tensors):
    """A safetensors file; by hand, because the library orders `__metadata__` differently in every process."""
    header, offset = {"__metadata__": metadata}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": "I64", "shape": list(value.shape), "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.astype("<i8").tobytes())


def read_cases(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        metadata = json.loads(file.read(length))["__metadata__"]
    return json.loads(metadata["cases"]), int(metadata["seed"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True)
    parser.add_argument("--elements", type=int, help="so many elements of each result; all unless given")
    parser.add_argument("--seed", type=int, default=SEED, help="other numbers, to see how the errors scatter")
    parser.add_argument("--errors", metavar="FILE", help="PyTorch's errors as a file has them; they vary by processor")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    known = None
    if arguments.errors:
        known, seed = read_cases(arguments.errors)
        if seed != arguments.seed or len(known) != len(cases()):
            sys.exit(f"{arguments.errors} holds other cases or another seed; make it again with --elements")
    tensors, described = {}, []
    for number, case in enumerate(cases()):
        read = draw(case, number, arguments.seed)
        exact = results(case, read, torch.float64)
        if known and all(len(row) == 5 for row in known[number]["results"]):
            errors = {name: (error, mean) for name, _, error, _, mean in known[number]["results"]}
        else:
            single = results(case, read, torch.float32)
            apart = {name: single[name] - v for name, v in exact.items()}
            errors = {name: (float(np.abs(d).max()), float(np.sqrt(np.mean(d * d)))) for name, d in apart.items()}
            # A file without mean squares keeps its greatest errors.
            for name, _, error, *_ in known[number]["results"] if known else []:
                errors[name] = (error, errors[name][1])
        kept = []
        for name, v in exact.items():
            error, mean = errors[name]
            kept.append([name, list(v.shape), error, float(np.abs(v).max()), mean])
        described.append({**case, "results": kept})
        parts = [spread(value, arguments.elements) for value in exact.values()]
        tensors[str(number)] = np.concatenate(parts).view(np.int64)
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    compact = lambda value: json.dumps(value, separators=(",", ":"))
    metadata = {
        "command": " ".join(["Tests/Fixtures/" + os.path.basename(sys.argv[0])] + sys.argv[1:]),
        "versions": compact(versions),
        "seed": str(arguments.seed),
        "elements": str(arguments.elements or 0),
        "cases": compact(described),
    }
    write(arguments.output, metadata, tensors)
    print(f"{len(described)} configurations, {sum(len(c['results']) for c in described)} tensors", file=sys.stderr)


if __name__ == "__main__":
    main()
