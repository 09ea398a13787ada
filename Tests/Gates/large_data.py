"""Trains on a file that is larger than the memory that training may take, and fails where it took more.

The file is text in lines of a label and about twenty words out of some hundred thousand, the same for each size. The whole run is
measured: the file read and digested, an epoch over all of it, and a test split that is drawn from it.
usage: large_data.py REPRO [MEGABYTES [MOST_MEGABYTES]]
"""
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

REPRO = os.path.abspath(sys.argv[1])
SIZE = int(sys.argv[2] if len(sys.argv) > 2 else 1000) * 1_000_000
MOST = int(sys.argv[3] if len(sys.argv) > 3 else 1500) * 1_000_000
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("REPRO_")}
# Small, so that reading is most of the work: what is measured is what the data take.
CONFIG = """{
  "name": "large", "task": "classification",
  "data": {"format": "tsv", "train": "large.tsv", "test": 0.01, "maximumVocabulary": 20000},
  "model": {"cell": "gru", "embedding": 4, "hidden": 4, "bidirectional": false},
  "training": {"optimizer": "sgd", "learningRate": 0.1, "batchSize": 256, "epochs": 1},
  "digest": "epoch"
}
"""


def write(path):
    """Lines of phrases, each phrase used again and again, so that the file is there in seconds."""
    r = random.Random(1)
    words = [f"w{int(200_000 * r.random() ** 3):06x}" for _ in range(300_000)]
    phrases = [" ".join(r.choices(words, k=5)) for _ in range(50_000)]
    written = 0
    with open(path, "w", encoding="ascii") as file:
        while written < SIZE:
            lines = [f"{r.randrange(6)}\t{' '.join(r.choices(phrases, k=4))}\n" for _ in range(10_000)]
            written += file.write("".join(lines))
    return written


with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
    size = write(os.path.join(folder, "large.tsv"))
    with open(os.path.join(folder, "large.json"), "w", encoding="ascii") as file:
        file.write(CONFIG)
    began = time.monotonic()
    ending = subprocess.run(
        [REPRO, "run", "--config", "large.json", "--seed", "1", "--output", "run", "--quiet"], cwd=folder, env=ENVIRONMENT,
        capture_output=True, text=True,
    )  # fmt: skip
    seconds = time.monotonic() - began
    if ending.returncode:
        sys.exit(f"large data: exit {ending.returncode}\n{ending.stdout}{ending.stderr}")
    # Kilobytes on Linux, bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"large data: {size / 1e6:.0f} MB, at most {peak / 1e6:.0f} MB of memory, {seconds:.0f} s")
    if peak > MOST:
        sys.exit(f"large data: more than {MOST / 1e6:.0f} MB of memory")
