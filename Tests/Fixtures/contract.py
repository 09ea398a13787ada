#!/usr/bin/env python3
"""An independent implementation of the numerical contract, and the vectors it gives.

    contract.py vectors --output FILE [--seeds 42,7] [--experiments NAME,…] [--steps N | --full]
    contract.py check

Needs NumPy and gmpy2. Written from `Sources/Repro/Repro.docc/NumericalContract.md` alone.

The file of `vectors` is an object: `command`, `versions`, `contract` (the contract's version) and `experiments`, a
list of runs, each with

- `experiment`, `seed`, `steps` (how many training steps are in the file, null for a complete run);
- `root`, the digest of the node `run`, null where the run is not complete;
- `stages` in order: `name`, `streams` (the digest of the stage's streams), `digest` (the node) and `leaves`: `name`,
  `dtype`, `shape`, `digest` and, up to 64 elements, `bits`: the elements' bit patterns in row-major order, hexadecimal,
  most significant digit first, with a space between. In a complete run of more than `--steps` steps the later steps
  and epochs carry no `leaves`.
"""

import argparse
import json
import os
import platform
import sys
import time

import gmpy2
import numpy as np

from contract import checks, experiments, numerics
from contract.digests import root_digest

DEFAULT_STEPS = {"classifier": 3, "roman": 2, "sigmoid-classifier": 2}


def versions():
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "gmpy2": gmpy2.version(),
        "mpfr": gmpy2.mpfr_version(),
    }


def command():
    return " ".join(["Tests/Fixtures/" + os.path.basename(sys.argv[0])] + sys.argv[1:])


def experiment_vectors(name, seed, steps, full):
    limit = DEFAULT_STEPS.get(name) if steps is None else steps
    if name not in DEFAULT_STEPS:
        limit = None
    stages, texts = [], []
    taken = 0
    complete = True
    for stage in experiments.run(name, seed):
        if stage.name.startswith("step "):
            if limit is not None and taken == limit and not full:
                complete = False
                break
            taken += 1
        elif limit is not None and taken >= limit and not full:
            complete = False
            break
        stages.append(stage)
        late = limit is not None and taken > limit and stage.name.split()[0] in ("step", "epoch")
        texts.append(stage.json(leaves=not late))
    return {
        "experiment": name,
        "seed": seed,
        "steps": None if complete else taken,
        "root": root_digest(stages).hex() if complete else None,
        "stages": texts,
    }


def write(path, document):
    """One line a leaf, a stage's head or a scalar: small differences stay small."""
    text = json.dumps(document, indent=1, ensure_ascii=False)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")


def main():
    parser = argparse.ArgumentParser(description="An independent implementation of the numerical contract.")
    commands = parser.add_subparsers(dest="what", required=True)
    vectors = commands.add_parser("vectors", help="digest trees of the shipped experiments")
    vectors.add_argument("--output", required=True)
    vectors.add_argument("--seeds", default="42,7")
    vectors.add_argument("--experiments", default=",".join(experiments.EXPERIMENTS))
    vectors.add_argument("--steps", type=int)
    vectors.add_argument("--full", action="store_true", help="complete runs of the training experiments too")
    vectors.add_argument("--exact", action="store_true", help="every elementary function from MPFR")
    commands.add_parser("check", help="check the building blocks against other definitions of them")
    arguments = parser.parse_args()
    numerics.check_environment()
    if arguments.what == "check":
        return checks.run()
    numerics.always_exact = arguments.exact
    document = {"command": command(), "versions": versions(), "contract": 1, "experiments": []}
    for seed in map(int, arguments.seeds.split(",")):
        for name in arguments.experiments.split(","):
            start = time.monotonic()
            document["experiments"].append(experiment_vectors(name, seed, arguments.steps, arguments.full))
            print(f"{name} seed {seed}: {time.monotonic() - start:.1f} s", file=sys.stderr)
    write(arguments.output, document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
