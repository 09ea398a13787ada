"""Holds the event files of `repro run --tensorboard` to what TensorBoard reads out of them.

A run that validates after each epoch is made once without a stop, and once killed in its course and gone on with; of both,
TensorBoard's own EventAccumulator has to find each number of metrics.csv, under its tag, at its step, and nothing else. Then faults
are planted in the file, and each has to be found. Needs the package tensorboard; skipped by name where it is missing.
usage: tensorboard_events.py REPRO
"""
import csv
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    print("skipped: tensorboard needs python3 with the package tensorboard")
    sys.exit(0)

REPRO = os.path.abspath(sys.argv[1])
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("REPRO_")}
EPOCHS = 12
CONFIG = {
    "name": "watched", "task": "classification",
    "data": {"format": "tsv", "train": "train.tsv", "validation": "test.tsv", "test": "test.tsv"},
    "model": {"cell": "lstm", "embedding": 6, "hidden": 8},
    "training": {
        "optimizer": "adam", "learningRate": 0.01, "batchSize": 8, "epochs": EPOCHS, "validate": "epoch",
        "schedule": {"kind": "exponential", "factor": 0.7}},
}


def single(value):
    """The binary32 number next to a number."""
    return struct.unpack("f", struct.pack("f", float(value)))[0]


def expected(run):
    """The scalars of a run directory: a list of (step, value) for each tag."""
    with open(run + "/metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    scalars = {"loss/train": [(int(row["step"]), single(row["loss"])) for row in rows]}
    for name in rows[0]:
        if name.startswith("validation."):
            tag = name.removeprefix("validation.") + "/validation"
            scalars[tag] = [(int(row["step"]) + 1, single(row[name])) for row in rows if row[name]]
    rates = [0.01 * 0.7 ** int(row["epoch"]) for row in rows]
    scalars["learningRate"] = [(int(row["step"]), rate) for row, rate in zip(rows, rates)]
    return scalars


def found(folder):
    """The scalars that TensorBoard reads of a folder."""
    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0})
    accumulator.Reload()
    return {tag: accumulator.Scalars(tag) for tag in accumulator.Tags()["scalars"]}


def differences(folder, run):
    """What of a folder's events is not what the run says."""
    try:
        scalars = found(folder)
    except Exception as error:  # Whatever TensorBoard has to say against a file.
        return [f"TensorBoard does not read it: {error!r}"]
    faults = []
    wanted = expected(run)
    epochs = scalars.pop("loss/epoch", [])
    with open(run + "/run.json") as file:
        trained = json.load(file)["metrics"]["trainLoss"]
    steps = [step for step, _ in wanted["loss/validation"]]
    if [event.step for event in epochs] != steps or not epochs or epochs[-1].value != single(trained):
        faults.append(f"loss/epoch: {[(event.step, event.value) for event in epochs]}")
    if set(scalars) != set(wanted):
        faults.append(f"tags {sorted(scalars)} where {sorted(wanted)} are due")
    for tag in sorted(set(scalars) & set(wanted)):
        got = [(event.step, event.value) for event in scalars[tag]]
        # Rates are computed here in another order.
        near = tag == "learningRate" and len(got) == len(wanted[tag]) and all(
            a[0] == b[0] and abs(a[1] - b[1]) <= 1e-6 * b[1] for a, b in zip(got, wanted[tag]))
        if got != wanted[tag] and not near:
            faults.append(f"{tag}: {len(got)} numbers, of which some are not the run's {len(wanted[tag])}")
        times = [event.wall_time for event in scalars[tag]]
        if times != sorted(times) or not time.time() - 3600 < times[0] <= time.time():
            faults.append(f"{tag}: wall times {times[0]} … {times[-1]}")
    return faults


def repro(*words):
    ending = subprocess.run([REPRO, *words, "--quiet"], env=ENVIRONMENT, capture_output=True, text=True)
    if ending.returncode != 0:
        sys.exit(f"tensorboard: {' '.join(words)} ends with {ending.returncode}\n{ending.stdout}{ending.stderr}")


def main():
    status = 0
    with tempfile.TemporaryDirectory(prefix="tensorboard-") as work:
        os.chdir(work)
        with open("config.json", "w") as file:
            json.dump(CONFIG, file)
        lines = [f"{'even' if n % 2 else 'odd'}\tw{n % 7} w{n % 2} w{n % 3}\n" for n in range(60)]
        with open("train.tsv", "w") as file:
            file.writelines(lines)
        with open("test.tsv", "w") as file:
            file.writelines(lines[:20])
        begin = ["run", "--config", "config.json", "--seed", "3", "--checkpoint-every", "5"]
        repro(*begin, "--output", "whole", "--tensorboard", "events/whole")
        process = subprocess.Popen(
            [REPRO, *begin, "--output", "killed", "--tensorboard", "events/killed", "--quiet"], env=ENVIRONMENT,
            stdout=subprocess.DEVNULL)
        for _ in range(20000):
            if os.path.exists("killed/checkpoints/step-000025.safetensors") or process.poll() is not None:
                break
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            sys.exit("tensorboard: the run was over before the kill")
        before = sum(len(events) for events in found("events/killed").values())
        repro("resume", "killed")
        for name in ("whole", "killed"):
            for fault in differences("events/" + name, name):
                print(f"tensorboard: {name}: {fault}", file=sys.stderr)
                status = 1
        after = sum(len(events) for events in found("events/killed").values())
        print(f"tensorboard: {after} numbers read, of which {before} were written before a kill")

        # Planted faults: a flipped bit of a number, a record left out, one that stands twice, the tail cut off.
        name = os.listdir("events/whole")[0]
        with open("events/whole/" + name, "rb") as file:
            contents = file.read()
        ends = [0]
        while ends[-1] < len(contents):
            ends.append(ends[-1] + 16 + int.from_bytes(contents[ends[-1]:ends[-1] + 8], "little"))
        flipped = bytearray(contents)
        flipped[ends[40] - 6] ^= 1
        faults = {
            "a flipped bit": bytes(flipped), "a record left out": contents[:ends[40]] + contents[ends[41]:],
            "a record twice": contents[:ends[41]] + contents[ends[40]:], "the tail cut off": contents[:-9],
        }
        for what, damaged in faults.items():
            shutil.rmtree("events/planted", ignore_errors=True)
            os.makedirs("events/planted")
            with open("events/planted/" + name, "wb") as file:
                file.write(damaged)
            if differences("events/planted", "whole"):
                print(f"caught  {what}")
            else:
                print(f"tensorboard: a planted fault was not found: {what}", file=sys.stderr)
                status = 1
    sys.exit(status)


main()
