"""Kills `repro bless` in each stage of its work, and runs two of them at once.

Each time the folder has to hold the old goldens or the new ones, all of one kind; `repro check` has to reproduce them, and the
next bless has to go on from there. The stages are observed, not guessed: where no kill lands in one, that is a failure.
usage: blesses.py REPRO [KILLS [PAIRS]]; needs Linux, for /proc/locks.
"""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

REPRO = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
PAIRS = int(sys.argv[3]) if len(sys.argv) > 3 else 200
NAMES = ["last-states", "layers", "outputs"]
# A golden and its tensors for each name, and the index.
FILES = 2 * len(NAMES) + 1
# How long a bless works between two looks at it, in seconds, and the longest wait between the last look and the kill.
MOMENT, DELAY = 0.00005, 0.0003
SERVICES = ["CI", "CONTINUOUS_INTEGRATION", "GITHUB_ACTIONS", "GITEA_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "JENKINS_URL"]
ENVIRONMENT = {key: value for key, value in os.environ.items() if key not in SERVICES}


def bless(folder, seed, **options):
    command = [REPRO, "bless", *NAMES, "--seed", str(seed), "--goldens", folder, "--reason", f"seed {seed}", "--by", "me"]
    return subprocess.Popen(
        [*command, "--yes", "--threads", "1"], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


def seeds(folder, what):
    """The seeds of the folder's goldens, which a check has reproduced."""
    check = subprocess.run(
        [REPRO, "check", "--goldens", folder, "--threads", "1"], env=ENVIRONMENT, capture_output=True, text=True)
    if check.returncode != 0:
        sys.exit(f"{what}: check ended with {check.returncode}\n{check.stdout}{check.stderr}")
    listing = subprocess.run([REPRO, "list", "--goldens", folder], capture_output=True, text=True).stdout
    found = re.findall(r"^(\S+) +seed (\d+)", listing, re.M)
    if sorted(name for name, _ in found) != NAMES:
        sys.exit(f"{what}: these goldens are there: {found}")
    return {int(seed) for _, seed in found}


class Commit:
    """How far a bless has come, told from outside: by its lock, and by what lies in the folder."""

    STAGES = ["computes", "has the lock", "recovers", "stages", "has staged all", "moves into place", "has moved all", "is done"]

    def __init__(self, folder, process):
        self.pending, self.staging = folder + "/.pending", folder + "/.pending.new"
        self.mark = f":{os.stat(folder).st_ino} ".encode()
        self.process = process
        self.is_locked = self.has_staged = self.has_committed = False
        self.has_rest = self.count(self.pending) is not None or self.count(self.staging) is not None

    @staticmethod
    def count(folder):
        try:
            return len(os.listdir(folder))
        except FileNotFoundError:
            return None

    def stage(self):
        """One of STAGES; the stages of one bless never go back."""
        if self.process.poll() is not None:
            return "is done"
        if not self.is_locked:
            with open("/proc/locks", "rb") as locks:
                self.is_locked = any(self.mark in line and b"->" not in line for line in locks)
            if not self.is_locked:
                return "computes"
        staged, left = self.count(self.staging), self.count(self.pending)
        if self.has_rest:
            # What the bless before left is put in order first.
            if left is not None or staged is not None:
                return "recovers"
            self.has_rest = False
        self.has_staged |= staged is not None
        self.has_committed |= left is not None
        if left is not None:
            return "moves into place" if left else "has moved all"
        if self.has_committed:
            return "is done"
        if staged is None:
            # The moment between two looks in which the folder has neither name is the rename.
            return "has staged all" if self.has_staged else "has the lock"
        return "has staged all" if staged == FILES else "stages"


def kill_at(commit, aim, delay):
    """Kills a bless a moment after it reached a stage, or a later one where that was too short; returns where it was seen last."""

    def go_on(seconds):
        """Lets the bless work for a moment; it stands still while somebody looks, however busy the machine is."""
        commit.process.send_signal(signal.SIGCONT)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            pass
        commit.process.send_signal(signal.SIGSTOP)

    aim = Commit.STAGES.index(aim)
    stage = commit.stage()
    while Commit.STAGES.index(stage) < aim:
        if commit.is_locked:
            go_on(MOMENT)
        stage = commit.stage()
    go_on(delay)
    stage = commit.stage()
    commit.process.kill()
    commit.process.wait()
    commit.process.stderr.close()
    return stage


def kills(folder, rng):
    current = 1
    start = time.monotonic()
    assert bless(folder, current).wait() == 0
    duration = time.monotonic() - start
    landed = dict.fromkeys(Commit.STAGES, 0)
    left_new = dict.fromkeys(Commit.STAGES, 0)
    for number in range(KILLS):
        following = current + 1
        commit = Commit(folder, bless(folder, following))
        # One kill in eight falls anywhere into the bless, the others into what it does with files.
        aim = Commit.STAGES[number % len(Commit.STAGES)]
        if commit.has_rest and rng.random() < 0.5:
            aim = "recovers"
        elif aim == "recovers":
            aim = "moves into place"
        stage = kill_at(commit, aim, rng.uniform(0, duration if aim == "computes" else DELAY))
        found = seeds(folder, f"kill {number}")
        if found not in ({current}, {following}):
            sys.exit(f"kill {number}, when it {stage}: seeds {found} where {current} or {following} was expected")
        landed[stage] += 1
        if found == {following}:
            left_new[stage] += 1
            current = following
    print(f"{KILLS} kills, by what bless was seen to do last; every folder was whole")
    for stage, count in landed.items():
        print(f"  {stage:18}{count:6}, {left_new[stage]:4} left the new goldens  {'#' * (60 * count // max(1, KILLS))}")
    missed = [stage for stage, count in landed.items() if not count]
    if missed and KILLS >= 100:
        sys.exit(f"no kill landed where bless {', '.join(missed)}: nothing was shown about that")
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
