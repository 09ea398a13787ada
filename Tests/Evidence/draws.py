#!/usr/bin/env python3
"""Draws the random experiments of `make evidence`, and says what the second implementation of the contract makes of each.

    draws.py FOLDER COUNT      FOLDER/00, 01, … receive experiment.json and its data, FOLDER/expected.json how each ends

Needs NumPy and gmpy2. They are the first COUNT of seed 1, those that `make contract` begins with too.
"""

import json
import multiprocessing
import pathlib
import sys

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures"
sys.path.insert(0, str(FIXTURES))

SEED = 1


def one(task):
    import numpy

    import random_experiments

    folder, number = task
    numpy.seterr(all="ignore")
    place = folder / f"{number:02d}"
    place.mkdir(parents=True, exist_ok=True)
    config = random_experiments.draw(SEED, number, place)
    end, _, _ = random_experiments.ours(config, place)
    return place.name, " ".join(map(str, end))


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool() as pool:
        ends = dict(pool.map(one, [(folder, number) for number in range(count)], chunksize=1))
    (folder / "expected.json").write_text(json.dumps(ends, indent=1) + "\n", encoding="utf-8")


main()
