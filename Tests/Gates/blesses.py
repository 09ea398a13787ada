"""Kills `repro bless` at random moments, and runs two of them at once.

Each time the folder has to hold the old goldens or the new ones, all of one kind; `repro check` has to reproduce them, and the
next bless has to go on from there.
usage: blesses.py REPRO [KILLS [PAIRS]]
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

REPRO = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
PAIRS = int(sys.argv[3]) if len(sys.argv) > 3 else 200
NAMES = ["last-states", "layers", "outputs"]
SERVICES = ["CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "JENKINS_URL"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in SERVICES}


def bless(folder, seed, **options):
    command = [REPRO, "bless", *NAMES, "--seed", str(seed), "--goldens", folder, "--reason", f"seed {seed}", "--by", "me"]
    return subprocess.Popen(
        [*command, "--yes", "--threads", "1"], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def seeds(folder, what):
    """The seeds of the folder's goldens, which a check has reproduced."""
    check = subprocess.run([REPRO, "check", "--goldens", folder, "--threads", "1"], capture_output=True, text=True)
    if check.returncode != 0:
        sys.exit(f"{what}: check ended with {check.returncode}\n{check.stdout}{check.stderr}")
    listing = subprocess.run([REPRO, "list", "--goldens", folder], capture_output=True, text=True).stdout
    found = re.findall(r"^(\S+) +seed (\d+)", listing, re.M)
    if sorted(name for name, _ in found) != NAMES:
        sys.exit(f"{what}: these goldens are there: {found}")
    return {int(seed) for _, seed in found}


def is_writing(folder):
    return os.path.exists(folder + "/.pending.new") or os.path.exists(folder + "/.pending")


def kills(folder, rng):
    current = 1
    start = time.monotonic()
    assert bless(folder, current).wait() == 0
    duration = time.monotonic() - start
    landed = {"before": 0, "while it wrote": 0, "after": 0}
    moved = 0
    for number in range(KILLS):
        following = current + 1
        process = bless(folder, following)
        if number % 2:
            # Half of the kills fall into the short time in which files are written.
            while process.poll() is None and not is_writing(folder):
                time.sleep(0.0002)
            time.sleep(rng.uniform(0, 0.02))
        else:
            time.sleep(rng.uniform(0, 1.1 * duration))
        ended = process.poll() is not None
        process.kill()
        process.wait()
        process.stderr.close()
        landed["after" if ended else "while it wrote" if is_writing(folder) else "before"] += 1
        found = seeds(folder, f"kill {number}")
        if found not in ({current}, {following}):
            sys.exit(f"kill {number}: seeds {found} where {current} or {following} was expected")
        if found == {following}:
            current = following
            moved += 1
    print(f"{KILLS} kills: {landed}, {moved} left the new goldens; every folder was whole")
    return current


def pairs(folder, current):
    endings = {}
    for number in range(PAIRS):
        two = [bless(folder, current + 1), bless(folder, current + 2)]
        messages = [process.communicate()[1].decode() for process in two]
        codes = tuple(process.returncode for process in two)
        endings[codes] = endings.get(codes, 0) + 1
        for code, message in zip(codes, messages):
            if code not in (0, 73) or (code == 73) != ("changed since it was shown" in message):
                sys.exit(f"pair {number}: {codes}\n{messages}")
        found = seeds(folder, f"pair {number}")
        winners = [{current + 1 + index} for index, code in enumerate(codes) if code == 0]
        if found not in winners:
            sys.exit(f"pair {number}: seeds {found} where one of {winners} was expected")
        current = found.pop()
    print(f"{PAIRS} pairs: exit codes {endings}; every folder was whole")
    return current


def main():
    scratch = tempfile.mkdtemp()
    try:
        folder = scratch + "/Goldens"
        current = kills(folder, random.Random(1))
        current = pairs(folder, current)
        assert bless(folder, current + 1).wait() == 0
        assert seeds(folder, "at the end") == {current + 1}
        rest = sorted(os.listdir(folder))
        expected = [".gitattributes", ".gitignore", "index.json"] + [n + e for n in NAMES for e in (".json", ".safetensors")]
        if rest != sorted(expected):
            sys.exit(f"left behind: {rest}")
        with open(folder + "/index.json") as index:
            assert len(json.load(index)["goldens"]) == len(NAMES)
    finally:
        shutil.rmtree(scratch)


main()
