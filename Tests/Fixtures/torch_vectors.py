#!/usr/bin/env python3
"""What PyTorch makes of recurrent layers: Tests/ReproNNTests/Vectors/torch-layers.safetensors.

    python3 -m venv .venv
    .venv/bin/pip install torch==2.13.0+cpu numpy --extra-index-url https://download.pytorch.org/whl/cpu
    .venv/bin/python Tests/Fixtures/torch_vectors.py --output Tests/ReproNNTests/Vectors/torch-layers.safetensors

Parameters, inputs, initial states and incoming gradients are binary32 numbers. PyTorch computes in binary64 from exactly
these: output, h_n, c_n, and the gradients of  sum(d.output * output) + sum(d.h_n * h_n) + sum(d.c_n * c_n)  with respect
to everything read. Then it computes the same in binary32, and the greatest distance between the two is kept a tensor.

`__metadata__` opens with `command` and `versions`; `cases` is a JSON list of each case's options, with `errors`: the
greatest distance by result. Tensors of case N are `N/NAME`: what is read (F32), and `N/expected.NAME`, the binary64
results as bit patterns (I64, so that a reader of integers gets them whole). `lengths` is null where every sequence runs
to the end; otherwise the batch is packed, and the input past a length is there to be ignored.
"""

import argparse
import json
import os
import platform
import struct
import sys

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

SEED = 20240229


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

    for cell in ("lstm", "gru", "rnn_tanh", "rnn_relu"):
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
    return result


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
    generator = np.random.default_rng([seed, number])
    uniform = lambda shape, bound=1.0: generator.uniform(-bound, bound, tuple(shape)).astype(np.float32)
    batch = [] if case["batch"] is None else [case["batch"]]
    state = case["projection"] or case["hidden"]
    count = case["layers"] * case["directions"]
    leading = batch + [case["steps"]] if case["batch_first"] and batch else [case["steps"]] + batch
    tensors = {
        name: uniform(p.shape, case["hidden"] ** -0.5) for name, p in module_of(case).named_parameters()
    }  # fmt: skip
    tensors["input"] = uniform(leading + [case["inputs"]])
    if case["initial"]:
        tensors["h_0"] = uniform([count] + batch + [state])
        if case["cell"] == "lstm":
            tensors["c_0"] = uniform([count] + batch + [case["hidden"]])
    tensors["d.output"] = uniform(leading + [case["directions"] * state])
    tensors["d.h_n"] = uniform([count] + batch + [state])
    if case["cell"] == "lstm":
        tensors["d.c_n"] = uniform([count] + batch + [case["hidden"]])
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
    for name in parameters + ["input", "h_0", "c_0"]:
        if name in read:
            found["grad." + name] = read[name].grad
    return {name: value.detach().numpy() for name, value in found.items()}


def write(path, metadata, tensors):
    """A safetensors file; by hand, because the library orders `__metadata__` differently in every process."""
    header, offset = {"__metadata__": metadata}, 0
    order = sorted(tensors, key=lambda name: -tensors[name].itemsize)
    for name in order:
        value = tensors[name]
        end = offset + value.nbytes
        dtype = {np.dtype(np.float32): "F32", np.dtype(np.int64): "I64"}[value.dtype]
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            file.write(np.ascontiguousarray(tensors[name]).astype(tensors[name].dtype.newbyteorder("<")).tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True)
    parser.add_argument("--seed", type=int, default=SEED, help="other numbers, to see how the errors scatter")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tensors, described = {}, []
    for number, case in enumerate(cases()):
        read = draw(case, number, arguments.seed)
        exact = results(case, read, torch.float64)
        single = results(case, read, torch.float32)
        errors = {name: float(np.abs(single[name].astype(np.float64) - exact[name]).max()) for name in exact}
        described.append({**case, "errors": errors})
        for name, value in read.items():
            tensors[f"{number}/{name}"] = value
        for name, value in exact.items():
            tensors[f"{number}/expected.{name}"] = np.ascontiguousarray(value, dtype=np.float64).view(np.int64)
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    metadata = {
        "command": " ".join(["Tests/Fixtures/" + os.path.basename(sys.argv[0])] + sys.argv[1:]),
        "versions": json.dumps(versions),
        "cases": json.dumps(described),
    }
    write(arguments.output, metadata, tensors)


if __name__ == "__main__":
    main()
