#!/usr/bin/env python3
"""Scores of 200 random cases by scikit-learn and seqeval: the file Tests/ReproTrainingTests/Vectors/metrics.txt.

    metrics.py --output FILE

Needs scikit-learn, seqeval and NumPy. One case per line, fields with a space between, entries of a list with commas. Numbers
of binary64 are 16 hexadecimal digits, those of binary32 are 8: their bit patterns.

- `classes C targets predictions accuracy P R F p r f support`: macro precision, recall and F1, then those of each class.
- `spans lengths targets predictions P R F MP MR MF kinds p r f support`: micro, macro, then of each kind of span.
- `regression targets predictions MAE RMSE R2`.
"""

import argparse
import importlib.metadata
import platform
import struct
import warnings

import numpy as np
import seqeval.metrics.sequence_labeling as spans
import sklearn
from sklearn import metrics

binary64 = lambda values: ",".join(struct.pack(">d", float(v)).hex() for v in np.atleast_1d(values))
binary32 = lambda values: ",".join(struct.pack(">f", float(v)).hex() for v in values)
plain = lambda values: ",".join(str(v) for v in values)


def classes(random, number):
    # Few classes and many, some that never occur or are never predicted, good predictions and bad ones.
    count = int(random.integers(9, 151)) if number % 30 == 0 else int(random.integers(1, 9))
    rows = int(random.integers(1, 60)) if count < 9 else 2 * count
    used = random.integers(0, count, max(1, count - int(random.integers(0, 3))))
    targets = random.choice(used, rows)
    wrong = random.random(rows) < random.random()
    predictions = np.where(wrong, random.integers(0, count, rows), targets)
    everything = metrics.precision_recall_fscore_support
    p, r, f, support = everything(targets, predictions, labels=range(count), zero_division=0)
    macro = everything(targets, predictions, average="macro", zero_division=0)[:3]
    fields = [count, plain(targets), plain(predictions), binary64(metrics.accuracy_score(targets, predictions))]
    return ["classes", *fields, *map(binary64, macro), *map(binary64, (p, r, f)), plain(support)]


def sentences(random, number):
    kinds = ["PER", "LOC", "ORG", "B", "a-b", "MISC", "DATE", "TIME", "É", "Z"][: int(random.integers(1, 11))]
    letters = "BIES" if number % 3 == 0 else "BI"
    tags = ["O"] + [f"{letter}-{kind}" for kind in kinds for letter in letters]
    lengths = random.integers(1, 12, int(random.integers(1, 9)))
    targets, predictions = [], []
    for length in lengths:
        # Any tag after any other: also those that no well-formed annotation has.
        truth = random.choice(tags, length, p=[0.3] + [0.7 / (len(tags) - 1)] * (len(tags) - 1))
        targets.append([str(tag) for tag in truth])
        predictions.append([str(random.choice(tags)) if random.random() < 0.25 else tag for tag in targets[-1]])
    everything = spans.precision_recall_fscore_support
    micro = everything(targets, predictions, average="micro", zero_division=0)[:3]
    macro = everything(targets, predictions, average="macro", zero_division=0)[:3]
    p, r, f, support = everything(targets, predictions, average=None, zero_division=0)
    entities = spans.get_entities
    found = sorted({kind for kind, _, _ in entities(targets)} | {kind for kind, _, _ in entities(predictions)})
    if not found:
        return None
    flat = lambda lists: plain(tag for tags in lists for tag in tags)
    fields = [plain(lengths), flat(targets), flat(predictions), *map(binary64, micro), *map(binary64, macro)]
    return ["spans", *fields, plain(found), *map(binary64, (p, r, f)), plain(support)]


def regression(random, number):
    rows = (2, 7, 8, 9, 127, 128, 129, 136, 300)[number] if number < 9 else int(random.integers(2, 40))
    targets = (random.normal(size=rows) * 10.0 ** random.integers(-3, 4)).astype(np.float32)
    predictions = (targets + random.normal(size=rows) * np.abs(targets).mean()).astype(np.float32)
    if number % 13 == 12:
        targets[:] = targets[0]
        if number % 2:
            predictions[:] = targets
    t, p = targets.astype(np.float64), predictions.astype(np.float64)
    scores = metrics.mean_absolute_error(t, p), metrics.root_mean_squared_error(t, p), metrics.r2_score(t, p)
    return ["regression", binary32(targets), binary32(predictions), *map(binary64, scores)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    random = np.random.default_rng(12)
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}"
    lines = [f"# Tests/Fixtures/metrics.py --output FILE; {versions}, seqeval {importlib.metadata.version('seqeval')}"]
    for kind, count in ((classes, 90), (sentences, 70), (regression, 40)):
        found, number = 0, 0
        while found < count:
            case = kind(random, number)
            number += 1
            if case is not None:
                lines.append(" ".join(map(str, case)))
                found += 1
    with open(arguments.output, "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
