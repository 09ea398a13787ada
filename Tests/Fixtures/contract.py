#!/usr/bin/env python3
"""An independent implementation of the numerical contract, and the vectors it gives.

    contract.py vectors --output FILE [--seeds 42,7] [--experiments NAME,…] [--steps N | --full]
    contract.py variants --output FILE [--seeds 42,7] [--steps N | --full]
    contract.py layers --output FILE
    contract.py training --output FILE
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

The file of `variants` is the same for changed experiments: each run has `changes` in addition, the options that differ
from the experiment's; one that changes `epochs` is complete. `optimiser_options` replaces all of the optimiser's options but the rate; `rnn_tanh` and `rnn_relu`
have the parameters' prefix `rnn.`; `bias` is the recurrent layer's alone.

The file of `training` has, for each of its `experiments`, the `configuration` as a user writes it, the `files` beside it, the
`root` and each stage with `name`, `streams` and `digest`.

The file of `layers` opens with the same three fields and `seed`, then has a list per kind. Tensors that a case reads are
drawn, not stored: tensor NAME of case N of list LIST is `U(-1, 1) * scale`, each operation rounded to binary32, row-major,
from the stream (1, CRC-32 of the UTF-8 text "LIST/N/NAME") of `seed`; scale is 1 unless said. Every `results` is a list
of leaves as above, named as written here.

- `recurrent`: reads `input` [batch, steps, inputs] (where the case's `input` is `negative zero` it is not drawn: every
  element is -0), each parameter under its name (`weight_ih_l0`, ...; scale `scales.parameters`), with `initial` true `h_0`
  and (LSTM) `c_0`, and for each name in `gradients` the incoming gradient `d.output`, `d.h_n`, `d.c_n` (scale
  `scales.gradients`; absent ones are absent). Shapes are the contract's, the batch first in `input` and `output`.
  Training mode: dropout draws from the stream (3, N); `streams` is the streams digest of it, or of none where nothing is
  drawn. Parameters' gradients are computed in `shards` shards. Results: `output`, `h_n`, `c_n`, `grad.input` (+0 past a
  length), `grad.h_0`, `grad.c_0` (also where the state is not given), `grad.NAME` of each parameter.
- `merging`: reads `F`, `V` [3, 5] and the gradient `d`. Results: `result`, `grad.F`, `grad.V`.
- `linear`: reads `x`, `weight`, `bias`, `d`; shards are of rows. Results: `y`, `grad.x`, `grad.weight`, `grad.bias`.
- `embedding`: `tokens` are `pick(vocabulary)` from their stream; reads `weight` (the padding row is not cleared) and `d`.
- `losses`: reads `logits` with `scale`; `targets` are `pick(classes)`, for `bce` `pick(2)`, from their stream.
- `optimisers`: parameters `a` [3, 50], `b` [7], `c` [2, 2]; the gradients of step S (from 0) are `d.S.a` and so on.
  Four steps; with `clip` the gradients are clipped first. Results: `S.NAME`, each parameter after step S, then the state.
- `activations`: reads `x` (scale `scale`) and `d`. `dropout`: reads `x`, `d`, and draws from the stream (3, N); `streams` as above.
- `layer_norm`: reads `x` (scale `scale`), `d` and, where the case has them, `weight` and `bias`.
- `weighted_losses`: `logits` and `targets` as in `losses`; with `weight` reads the classes' weights `weight`, drawn as `U(0, 1)`.
  Results: cross-entropy of the logits (`loss`, `grad.logits`), NLL of their log-softmax (`nll`, `grad.log_probabilities`).
- `binary_losses`: reads `logits` with `scale`, `targets` and, where `positive` is not 0, so many weights `positive`, both `U(0, 1)`.
- `schedules`: no results; `rates` are the rates of epochs 0 to 39, bit patterns of binary64.
- `functions`: bit patterns of inputs and of each function of them, all from MPFR.
"""

import argparse
import json
import os
import platform
import sys
import time

import gmpy2
import numpy as np

from contract import experiments, numerics
from contract.digests import root_digest
from contract.vectors import cases, checks, shipped, side_cases, training_cases

#: The contract's version.
CONTRACT = 2

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


def experiment_vectors(name, seed, steps, full, changes=None):
    limit = DEFAULT_STEPS.get(name) if steps is None else steps
    if name not in DEFAULT_STEPS or "epochs" in (changes or {}):
        limit = None
    stages, texts = [], []
    taken = 0
    complete = True
    for stage in experiments.run(shipped.options_of(name, changes), seed):
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
        **({} if changes is None else {"changes": changes}),
        "seed": seed,
        "steps": None if complete else taken,
        "root": root_digest(stages).hex() if complete else None,
        "stages": texts,
    }


def write(path, document):
    """One line a leaf or a scalar: small differences stay small."""

    def lines(value, indent):
        deep = isinstance(value, dict) and any(isinstance(v, (dict, list)) for v in value.values())
        if isinstance(value, dict) and "dtype" in value:
            deep = False
        if isinstance(value, list):
            deep = any(isinstance(v, (dict, list)) for v in value)
        if not deep:
            return json.dumps(value, ensure_ascii=False)
        pad = "\n" + " " * (indent + 1)
        if isinstance(value, dict):
            parts = [json.dumps(k) + ": " + lines(v, indent + 1) for k, v in value.items()]
            return "{" + pad + ("," + pad).join(parts) + "\n" + " " * indent + "}"
        return "[" + pad + ("," + pad).join(lines(v, indent + 1) for v in value) + "\n" + " " * indent + "]"

    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(lines(document, 0) + "\n")


def main():
    parser = argparse.ArgumentParser(description="An independent implementation of the numerical contract.")
    commands = parser.add_subparsers(dest="what", required=True)
    vectors = commands.add_parser("vectors", help="digest trees of the shipped experiments")
    vectors.add_argument("--output", required=True)
    vectors.add_argument("--experiments", default=",".join(shipped.EXPERIMENTS))
    variants = commands.add_parser("variants", help="digest trees of changed experiments")
    variants.add_argument("--output", required=True)
    for parser_of in (vectors, variants):
        parser_of.add_argument("--seeds", default="42,7")
        parser_of.add_argument("--steps", type=int)
        parser_of.add_argument("--full", action="store_true", help="complete runs of the training experiments too")
        parser_of.add_argument("--exact", action="store_true", help="every elementary function from MPFR")
    single = commands.add_parser("layers", help="standalone cases of the layers, losses and optimisers")
    single.add_argument("--output", required=True)
    trained = commands.add_parser("training", help="digests of experiments that use the other training options")
    trained.add_argument("--output", required=True)
    commands.add_parser("check", help="check the building blocks against other definitions of them")
    arguments = parser.parse_args()
    numerics.check_environment()
    if arguments.what == "check":
        return checks.run()
    if arguments.what == "layers":
        write(arguments.output, {"command": command(), "versions": versions(), "contract": CONTRACT, **cases.document(), **side_cases.document()})
        return 0
    if arguments.what == "training":
        write(arguments.output, {"command": command(), "versions": versions(), "contract": CONTRACT, **training_cases.document()})
        return 0
    numerics.always_exact = arguments.exact
    document = {"command": command(), "versions": versions(), "contract": CONTRACT, "experiments": []}
    for seed in map(int, arguments.seeds.split(",")):
        if arguments.what == "variants":
            runs = shipped.VARIANTS
        else:
            runs = [(name, None) for name in arguments.experiments.split(",")]
        for name, changes in runs:
            start = time.monotonic()
            result = experiment_vectors(name, seed, arguments.steps, arguments.full, changes)
            document["experiments"].append(result)
            print(f"{name} seed {seed}: {time.monotonic() - start:.1f} s", file=sys.stderr)
    write(arguments.output, document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
