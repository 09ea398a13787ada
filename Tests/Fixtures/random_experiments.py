#!/usr/bin/env python3
"""Draws experiments over the whole option space and holds the engine against the second implementation of the contract.

    random_experiments.py --repro .build/release/repro [--count 200] [--seed 1] [--threads 1,2,3] [--kernels auto]
                          [--jobs 2] [--only N] [--keep-going] [--folder DIR] [--contract DIR]

Needs NumPy and gmpy2. Experiment N of a seed is the same wherever it is drawn: its file, its data and its number of
threads (and kernels), taken from the lists in turn. It is written to a folder of its own, carried out with
`repro run --config`, and by `contract`. Both must give the same root, the same digests of every stage and of its
streams; or both must refuse the data (`bad data`); or both must stop at the same number that is not finite (stage,
tensor, element). The first disagreement ends the run with exit code 1, the stage and leaf where it starts and the
commands that show it again; its folder stays. At the end stand how often each option occurred, and one line in sum.

`--contract DIR` takes the package `contract` from another folder: the second implementation of another version.
"""

import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
NOT_FINITE = re.compile(r"([a-z]+(?: \d+)?): element (\d+) of '([^']+)' is ")


def draw(seed, number, folder):
    """Writes the experiment's file and its data; returns the options."""
    from contract.vectors.drawing import Drawing

    config = Drawing(random.Random(f"{seed}/{number}"), folder).experiment()
    (folder / "experiment.json").write_text(json.dumps(config, ensure_ascii=False, indent=1))
    return config


def ours(config, folder):
    """What the second implementation makes of it: how it ends, and the stages, where it does."""
    from contract import configurations, digests, experiments, files

    try:
        stages = list(experiments.run(configurations.options_of(config, folder), config["seed"]))
    except files.Refused as refusal:
        return ("bad data",), str(refusal), []
    except digests.NotFinite as error:
        return ("not finite", error.stage, error.tensor, error.element), str(error), []
    root = digests.root_digest(stages).hex()
    described = []
    for stage in stages:
        leaves = [(leaf.name, leaf.digest.hex()) for leaf in stage.leaves]
        described.append((stage.name, stage.streams.hex(), stage.digest.hex(), leaves))
    return ("digest", root), "", described


def theirs(command, folder):
    """The same of the engine."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    message = result.stderr.strip().split("\n")[-1]
    if result.returncode == 65:
        return ("bad data",), message, []
    found = NOT_FINITE.search(result.stderr)
    if result.returncode == 4 and found:
        return ("not finite", found[1], found[3], int(found[2])), message, []
    if result.returncode != 0:
        return ("exit", result.returncode), message, []
    document = json.loads(result.stdout)
    described = []
    for stage in document["stages"]:
        leaves = [(leaf["name"], leaf["digest"]) for leaf in stage.get("leaves", [])]
        described.append((stage["name"], stage["streams"], stage["digest"], leaves))
    return ("digest", document["digest"]), "", described


def difference(one, other):
    """Where two lists of stages part, in words."""
    for (name, streams, digest, leaves), (name2, streams2, digest2, leaves2) in zip(one, other):
        if name != name2:
            return f"stage '{name}' here, '{name2}' there"
        if streams != streams2:
            return f"stage '{name}': its streams"
        for (leaf, value), (leaf2, value2) in zip(leaves, leaves2):
            if (leaf, value) != (leaf2, value2):
                return f"stage '{name}': leaf '{leaf}'" + (f", '{leaf2}' there" if leaf != leaf2 else "")
        if digest != digest2:
            return f"stage '{name}': {len(leaves)} leaves here, {len(leaves2)} there"
    return f"{len(one)} stages here, {len(other)} there"


def occurrences(config, end):
    """The options of a configuration that are counted."""

    def kind(value):
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return json.dumps(value)
        if isinstance(value, dict):
            return value.get("kind", "{}")
        if isinstance(value, list):
            return f"list of {len(value)}"
        return "0" if value == 0 else "1" if value == 1 else "0 as binary32" if np.float32(value) == 0 else "other"

    yield f"end: {end[0]}"
    yield f"task: {config['task']}"
    yield f"digest: {config.get('digest', 'absent')}"
    seed = config["seed"]
    yield "seed: " + (str(seed) if seed in (0, 2**64 - 1) else "above 2^53" if seed > 2**53 else "other")
    for group in ("data", "model", "training"):
        for name, value in config.get(group, {}).items():
            if name in ("train", "validation", "test", "input"):
                value = True
            yield f"{group}.{name}: {kind(value)}"


def one(task):
    """Draws, carries out and compares one experiment."""
    number, arguments = task
    np.seterr(all="ignore")
    folder = arguments.folder / f"{number:05d}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = draw(arguments.seed, number, folder)
    threads = arguments.threads[number % len(arguments.threads)]
    kernels = arguments.kernels[number // len(arguments.threads) % len(arguments.kernels)]
    command = [str(arguments.repro), "run", "--config", "experiment.json", "--format", "json", "--trace", "tensor"]
    command += ["--quiet", "--threads", threads, "--kernels", kernels]
    here, there = ours(config, folder), theirs(command, folder)
    problem = None
    if here[0] != there[0] or here[2] and [s[:3] for s in here[2]] != [s[:3] for s in there[2]]:
        place = difference(here[2], there[2]) if here[2] and there[2] else "the ends differ"
        problem = "\n".join(
            [
                f"experiment {number} of seed {arguments.seed} disagrees: {place}",
                f"  second implementation: {' '.join(map(str, here[0]))} {here[1]}",
                f"  engine:                {' '.join(map(str, there[0]))} {there[1]}",
                f"  again: cd {folder} && {' '.join(command)}",
                f"         {' '.join(again(arguments, number))}",
            ]
        )
    else:
        shutil.rmtree(folder)
    return problem, list(occurrences(config, here[0]))


def again(arguments, number):
    lists = ["--threads", ",".join(arguments.threads), "--kernels", ",".join(arguments.kernels)]
    seeds = ["--seed", str(arguments.seed), "--only", str(number)]
    return [sys.executable, str(HERE / "random_experiments.py"), "--repro", str(arguments.repro), *lists, *seeds]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repro", type=lambda path: pathlib.Path(path).resolve(), required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=lambda text: text.split(","), default=["1", "2", "3"])
    parser.add_argument("--kernels", type=lambda text: text.split(","), default=["auto"])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="N", help="this experiment alone")
    parser.add_argument("--keep-going", action="store_true", help="show every disagreement")
    parser.add_argument("--folder", type=pathlib.Path, help="where experiments are written (default: a new one)")
    parser.add_argument("--contract", metavar="DIR", default=str(HERE), help="the folder of the package `contract`")
    arguments = parser.parse_args()
    sys.path.insert(0, arguments.contract)
    arguments.folder = (arguments.folder or pathlib.Path(tempfile.mkdtemp(prefix="repro-random-"))).resolve()
    numbers = range(arguments.count) if arguments.only is None else [arguments.only]
    counts, problems = collections.Counter(), 0
    with multiprocessing.Pool(arguments.jobs) as pool:
        for done, (problem, found) in enumerate(pool.imap(one, [(n, arguments) for n in numbers]), 1):
            counts.update(found)
            if problem:
                print(problem, flush=True)
                problems += 1
                if not arguments.keep_going:
                    break
    for name, count in sorted(counts.items()):
        print(f"{count:6d}  {name}")
    ends = ", ".join(f"{count} {name[5:]}" for name, count in sorted(counts.items()) if name.startswith("end: "))
    verdict = f"{problems} disagree" if problems else "all agree"
    print(f"random experiments: {done} of seed {arguments.seed} ({ends}); {len(counts)} values of options: {verdict}")
    if not problems:
        shutil.rmtree(arguments.folder, ignore_errors=True)
    return 1 if problems else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
