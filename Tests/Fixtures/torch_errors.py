#!/usr/bin/env python3
"""How far the second implementation of the contract is from PyTorch's binary64, beside PyTorch's own binary32.

    torch_matrix.py --output matrix.safetensors
    torch_errors.py matrix.safetensors [--jobs 2] [--cases 81,88] [--change inputs,positions,rows]

Needs NumPy and gmpy2. The engine gives the same bits (`contract.py` holds it to that), so that these are its figures
too; `make torch-matrix` measures them on the engine itself. Printed are the tensors whose greatest error is above 4 ×
the greater of PyTorch's and 2^-24 × the tensor's greatest magnitude, and per kind of tensor the root mean square of our
errors over that of PyTorch's: median and 95th percentile over the tensors where PyTorch's is not 0.

`--change` computes with other rules, to find the cause of an error: `inputs`, the chain over inputs and state in
binary64; `positions`, sums over positions in binary64; `rows`, the chain over gate rows into the input and into a state.
"""

import argparse
import collections
import functools
import json
import math
import multiprocessing
import struct

import numpy as np

from contract import recurrent
from contract.numerics import F32, check_environment
from contract.streams import DATA, Stream, key_of

LIMIT = 4


def read(path):
    """The cases, the seed, and per case the binary64 results one after another."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        metadata = header.pop("__metadata__")
        if metadata["elements"] != "0":
            raise SystemExit(f"{path} does not hold every element; make it without --elements")
        body = np.fromfile(file, "<f8")
    of = lambda entry: body[entry["data_offsets"][0] // 8 : entry["data_offsets"][1] // 8]
    cases = json.loads(metadata["cases"])
    return cases, int(metadata["seed"]), [of(header[str(number)]) for number in range(len(cases))]


def results(case, number, seed):
    """Ours by name, in PyTorch's layout."""
    unbatched, steps = case["batch"] is None, case["steps"]
    batch = 1 if unbatched else case["batch"]
    module = recurrent.Recurrent(
        case["cell"], case["inputs"], case["hidden"], case["layers"], case["directions"] == 2, case["bias"],
        case["projection"],
    )  # fmt: skip
    lstm, count = case["cell"] == "lstm", case["layers"] * case["directions"]

    def draw(name, shape, scale=1.0):
        return Stream(seed, DATA, key_of(f"torch/{number}/{name}")).uniform(-1, 1, shape) * F32(scale)

    def sequences(name, features):
        """[batch, steps, features], drawn in the case's layout."""
        if unbatched or case["batch_first"]:
            return draw(name, (batch, steps, features))
        return draw(name, (steps, batch, features)).transpose(1, 0, 2)

    def placed(x):
        return x if case["batch_first"] and not unbatched else x.transpose(1, 0, 2)

    params = {name: draw(name, shape, 1 / math.sqrt(case["hidden"])) for name, shape in module.shapes().items()}
    states = {"h": (count, batch, module.state)}
    if lstm:
        states["c"] = (count, batch, case["hidden"])
    given = {k: draw(f"{k}_0", shape) for k, shape in states.items()} if case["initial"] else {}
    final = {k: draw(f"d.{k}_n", shape) for k, shape in states.items()}
    lengths = case["lengths"] or [steps] * batch
    output, h_n, c_n, memory = module.forward(params, sequences("input", case["inputs"]), lengths, given.get("h"), given.get("c"))
    grads, dx, dh_0, dc_0 = module.backward(memory, sequences("d.output", module.features), final["h"], final.get("c"))
    found = {"output": placed(output), "h_n": h_n}
    if lstm:
        found["c_n"] = c_n
    found["grad.input"] = placed(dx)
    found.update({f"grad.{k}_0": value for k, value in (("h", dh_0), ("c", dc_0)) if k in given})
    return found | {f"grad.{name}": value for name, value in grads.items()}


def measure(task):
    """Per tensor of a case: its name, the greatest error over its bound's unit, and the ratio of mean squares or None."""
    number, case, seed, exact, changes = task
    for name in changes:
        CHANGES[name]()
    found, at, rows = results(case, number, seed), 0, []
    for name, shape, error, magnitude, mean in case["results"]:
        want = exact[at : at + math.prod(shape)]
        at += want.size
        apart = found[name].reshape(-1).astype(np.float64) - want
        greatest = float(np.abs(apart).max())
        ratio = greatest / max(error, 2.0**-24 * magnitude) if greatest else 0.0
        rows.append((name, ratio, math.sqrt(np.mean(apart * apart)) / mean if mean else None))
    return rows


# Rules in binary64, rounded once at the end.


def _wide(function):
    return lambda *arguments: function(*(np.asarray(a, np.float64) for a in arguments)).astype(F32)


def _inputs():
    recurrent.affine = _wide(lambda x, w, start: start + x @ w.T)


def _positions():
    recurrent.outer_chain = _wide(lambda delta, x: delta.T @ x)
    recurrent.running_sum = _wide(functools.partial(np.sum, axis=0))


def _rows():
    recurrent.rows_chain = _wide(lambda delta, W, acc: acc + delta @ W)


CHANGES = {"inputs": _inputs, "positions": _positions, "rows": _rows}


def kind(name):
    """The tensor's name without layer and direction."""
    return name.split("_l")[0]


def title(case):
    batch = "" if case["batch"] is None else f"{case['batch']} x "
    size = f"{batch}{case['steps']} x {case['inputs']} -> {case['hidden']}"
    return f"{case['cell']} {size}, {case['layers']}x{case['directions']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("matrix")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cases", type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--change", type=lambda text: text.split(","), default=[])
    arguments = parser.parse_args()
    check_environment()
    cases, seed, exact = read(arguments.matrix)
    numbers = arguments.cases or range(len(cases))
    above, means, count = 0, collections.defaultdict(list), 0
    with multiprocessing.Pool(arguments.jobs, maxtasksperchild=1 if arguments.change else None) as pool:
        tasks = [(n, cases[n], seed, exact[n], arguments.change) for n in numbers]
        for number, rows in zip(numbers, pool.imap(measure, tasks)):
            for name, ratio, mean in rows:
                count += 1
                if ratio > LIMIT:
                    above += 1
                    print(f"{number}/{name}\t{ratio:.4f}\t{title(cases[number])}", flush=True)
                if mean is not None:
                    means[kind(name)].append(mean)
    print(f"{above} of {count} tensors above {LIMIT}, seed {seed}" + "".join(f", {c} in binary64" for c in arguments.change))
    print("root mean square error over PyTorch's:")
    everything = [value for values in means.values() for value in values]
    for name, values in [*sorted(means.items()), ("all", everything)]:
        middle, high = np.percentile(values, (50, 95))
        print(f"  {name:20s} {len(values):5d} tensors  median {middle:6.3f}  95th percentile {high:6.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
