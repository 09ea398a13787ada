"""Kills `repro run` at random moments and goes on with `repro resume`, which is killed now and then too.

Every resume has another number of threads and another kernel than the process before it. Each run has to end in the digest and
the losses of the run that nothing stopped; after each kill every file that has its final name has to be whole, and the losses
written so far the first lines of that run's; in the end nothing may lie about but what a run leaves.
usage: soak.py REPRO [COUNT [SEED]]
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

REPRO = os.path.abspath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("REPRO_")}
KEPT = 2
FINISHED = {"run.json", "encoding.json", "model.safetensors", "outputs.safetensors", "metrics.csv", "confusion.csv", "checkpoints"}

# Two layers with dropout, a schedule, momentum: whatever a step keeps or draws. Nine steps in each of four epochs.
CONFIG = {
    "name": "soak", "task": "classification",
    "data": {"format": "tsv", "train": "soak.tsv", "validation": 0.1, "test": 0.2},
    "model": {"cell": "gru", "layers": 2, "embedding": 6, "hidden": 8, "dropout": 0.25},
    "training": {
        "optimizer": "adamw", "learningRate": 0.01, "weightDecay": 0.01, "clipNorm": 1, "batchSize": 8, "epochs": 4,
        "validate": "epoch", "schedule": {"kind": "exponential", "factor": 0.7}},
}


def command(*words):
    return subprocess.run([REPRO, *words], env=ENVIRONMENT, capture_output=True, text=True)


def fail(case, what, ending=None):
    tail = f"\n{ending.stdout}{ending.stderr}" if ending else ""
    sys.exit(f"soak: case {case} of seed {SEED}: {what}{tail}")


def is_whole(path):
    """Whether a file with its final name is complete, as far as its format tells."""
    with open(path, "rb") as file:
        contents = file.read()
    if path.endswith(".json"):
        json.loads(contents)
    elif path.endswith(".safetensors"):
        length = int.from_bytes(contents[:8], "little")
        header = json.loads(contents[8:8 + length])
        end = max(value["data_offsets"][1] for key, value in header.items() if key != "__metadata__")
        return len(contents) == 8 + length + end
    return contents.endswith(b"\n")


def check_files(case, folder):
    for place, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".repro-") and name.endswith(".tmp"):
                continue
            try:
                whole = is_whole(os.path.join(place, name))
            except (ValueError, KeyError) as error:
                fail(case, f"{place}/{name} is half written: {error}")
            if not whole:
                fail(case, f"{place}/{name} is half written")


def check_losses(case, folder, whole):
    """What a killed run has written of its losses begins like the whole file; the first validation gives it more columns."""
    path = folder + "/metrics.csv"
    if not os.path.exists(path):
        return
    with open(path) as file:
        lines = file.read().splitlines()
    columns = lines[0].count(",") + 1
    wanted = [",".join(line.split(",")[:columns]) for line in whole.splitlines()]
    if lines != wanted[:len(lines)]:
        fail(case, f"{path} is no beginning of the whole run's:\n" + "\n".join(lines))


def spawn(words, rng, last, kernels):
    """Starts a command with other threads and kernels than the last one's. Returns the process and its conditions."""
    conditions = rng.choice([(t, k) for t in (1, 2, 3) for k in kernels if t != last[0] and (k != last[1] or len(kernels) == 1)])
    process = subprocess.Popen(
        [REPRO, *words, "--threads", str(conditions[0]), "--kernels", conditions[1], "--quiet"], env=ENVIRONMENT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return process, conditions


def finish(process):
    out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def main():
    rng = random.Random(SEED)
    listed = json.loads(command("doctor", "--format", "json").stdout)["kernels"]
    # The plain loops are the specification and slow; they take part beside whatever else runs here.
    kernels = [path["name"] for path in listed if path["supported"]]
    with tempfile.TemporaryDirectory(prefix="soak-") as work:
        config = os.path.join(work, "config.json")
        with open(config, "w") as file:
            json.dump(CONFIG, file)
        words = random.Random(1)
        with open(os.path.join(work, "soak.tsv"), "w") as file:
            for _ in range(100):
                letters = words.choices("abcde", k=words.randint(2, 6))
                file.write(f"{letters[0]}\t{' '.join(letters)}\n")
        digests, losses, duration = {}, {}, 0.0
        for seed in range(5):
            start = time.monotonic()
            ending = command(
                "run", "--config", config, "--seed", str(seed), "--output", work + "/whole", "--force", "--format", "json",
                "--checkpoint-every", "1")
            duration = max(duration, time.monotonic() - start)
            if ending.returncode != 0:
                fail("whole", "the run that nothing stops ends with " + str(ending.returncode), ending)
            digests[seed] = json.loads(ending.stdout)["digest"]
            with open(work + "/whole/metrics.csv") as file:
                losses[seed] = file.read()
        shutil.rmtree(work + "/whole")

        kills = resumes = early = 0
        for case in range(COUNT):
            seed = rng.randrange(5)
            folder = os.path.join(work, f"case-{case}")
            begin = ["run", "--config", config, "--seed", str(seed), "--output", folder, "--force",
                     "--checkpoint-every", str(rng.choice([1, 2, 5])), "--keep-checkpoints", str(KEPT)]
            words, last, killed = begin, (0, ""), False
            while True:
                process, last = spawn(words, rng, last, kernels)
                # The first process is always killed, a later one in a third of the cases.
                if not killed or rng.random() < 1 / 3:
                    time.sleep(rng.random() * duration)
                    process.send_signal(signal.SIGKILL)
                    ending = finish(process)
                    if ending.returncode == -signal.SIGKILL:
                        kills += 1
                        killed = True
                    elif ending.returncode != 0:
                        fail(case, f"ended with {ending.returncode} before the kill", ending)
                    if os.path.isdir(folder):
                        check_files(case, folder)
                        check_losses(case, folder, losses[seed])
                else:
                    ending = finish(process)
                    if ending.returncode != 0:
                        fail(case, f"{' '.join(words[:1])} ended with {ending.returncode}", ending)
                    break
                if ending.returncode == 0:
                    if not killed:
                        shutil.rmtree(folder)  # It was faster than the kill: once more.
                        words = begin
                        continue
                    break
                if os.path.exists(folder + "/checkpoints/experiment.json"):
                    words = ["resume", folder]
                    resumes += 1
                else:
                    words = begin
                    early += 1
            with open(folder + "/run.json") as file:
                found = json.load(file)["digest"]
            if found != digests[seed]:
                fail(case, f"seed {seed} came to {found}, and without a stop to {digests[seed]}")
            with open(folder + "/metrics.csv") as file:
                if file.read() != losses[seed]:
                    fail(case, "its losses are not those of the run that nothing stopped")
            again = command("resume", folder, "--format", "json")
            if again.returncode != 0 or json.loads(again.stdout)["digest"] != found:
                fail(case, "a run that has finished does not say so", again)
            check_files(case, folder)
            left = set(os.listdir(folder)) | {"checkpoints/" + name for name in os.listdir(folder + "/checkpoints")}
            states = {name for name in left if name.startswith("checkpoints/step-")}
            if left - states != FINISHED | {"checkpoints/experiment.json", "checkpoints/chain.json"} or not 1 <= len(states) <= KEPT:
                fail(case, f"left behind: {sorted(left)}")
            shutil.rmtree(folder)
            if set(os.listdir(work)) != {"config.json", "soak.tsv"}:
                fail(case, f"left beside the run: {os.listdir(work)}")
        print(
            f"soak: {COUNT} runs, {kills} kills ({early} before the first checkpoint), {resumes} resumes over kernels "
            f"{', '.join(kernels)} and 1 to 3 threads: every digest that of the run that nothing stopped")


main()
