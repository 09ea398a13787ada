"""What is measured in a row: how every golden, every shape on several threads and every drawn experiment ends."""

import hashlib
import json
import pathlib
import re
import subprocess

from builds import ROOT, WORK, Absent, Failed, made, qemu, said

NOT_FINITE = re.compile(r"([a-z]+(?: \d+)?): element (\d+) of '([^']+)' is ")
#: Each shape with each of these has one root; another seed gives another.
THREADS = [1, 2, 3]
SEED, OTHER_SEED = 7, 8


class Command:
    """The command of a build as a row runs it."""

    def __init__(self, row):
        build = made(row.build)
        self.build, self.kernels = build, row.kernels
        emulator = qemu("x86_64", "-cpu", row.model) if row.model else []
        if row.model and build.launcher:
            raise Failed(f"{row.name}: an emulated processor and a launcher of the build")
        self.words = [*build.launcher, *emulator, str(build.binary)]
        self.is_emulated = any("qemu" in word for word in self.words)
        self.emulator = next((word for word in self.words if "qemu-" in word), None)

    def run(self, *arguments, folder=ROOT):
        return subprocess.run([*self.words, *arguments], capture_output=True, text=True, cwd=folder)

    def doctor(self):
        result = self.run("doctor", "--format", "json")
        if result.returncode or not result.stdout.startswith("{"):
            raise Failed(f"repro doctor ends with {result.returncode}: {result.stderr.strip()[-300:]}")
        return json.loads(result.stdout)

    def goldens(self):
        """The root that each golden's run has, and how many were reproduced."""
        # A program of an emulated processor cannot start itself anew: the system runs no such program.
        alone = ["--no-isolation"] if self.is_emulated else []
        result = self.run("check", "--kernels", self.kernels, "--format", "json", "--quiet", *alone)
        if not result.stdout.startswith("{"):
            raise Failed(f"repro check ends with {result.returncode}: {result.stderr.strip()[-300:]}")
        cases = json.loads(result.stdout)["cases"]
        ends = {f"golden {case['name']}": case["found"] or case["headline"] for case in cases}
        return ends, sum(case["verdict"] == "reproduced" for case in cases), len(cases)

    def end(self, config, threads, folder=WORK, seed=None):
        """How a run ends: its root, or why it has none, in the words of draws.py."""
        seeds = ["--seed", str(seed)] if seed is not None else []
        words = ["run", "--config", str(config), *seeds, "--format", "json", "--quiet", "--force"]
        result = self.run(*words, "--threads", str(threads), "--kernels", self.kernels, folder=folder)
        if result.returncode == 65:
            return "bad data"
        found = NOT_FINITE.search(result.stderr)
        if result.returncode == 4 and found:
            return f"not finite {found[1]} {found[3]} {found[2]}"
        if result.returncode:
            return f"exit code {result.returncode}: {result.stderr.strip()[-200:]}"
        return f"digest {json.loads(result.stdout)['digest']}"

    def shapes(self):
        ends = {}
        for path in sorted((ROOT / "Tests/Gates/shapes").glob("*.json")):
            found = {threads: self.end(path, threads, seed=SEED) for threads in THREADS}
            ends[f"shape {path.stem}"] = found[1] if len(set(found.values())) == 1 else f"differs among threads: {found}"
            if self.end(path, 1, seed=OTHER_SEED) == found[1]:
                ends[f"shape {path.stem}"] = f"seed {OTHER_SEED} gives what seed {SEED} gives"
        return ends

    def draws(self, folder, count):
        return {
            f"draw {number:02d}": self.end("experiment.json", THREADS[number % len(THREADS)], folder / f"{number:02d}")
            for number in range(count)
        }


def root(ends):
    """One digest over all ends of a row: SHA-256 over their lines, in the order of their names."""
    return hashlib.sha256("".join(f"{name} {ends[name]}\n" for name in sorted(ends)).encode()).hexdigest()


def row(row, draws, count, say):
    """Measures a row: a dictionary that JSON can hold.

    :param draws: the folder of the drawn experiments; None where they could not be drawn.
    """
    command = Command(row)
    doctor = command.doctor()
    environment = doctor["environment"]
    supported = {kernel["name"]: kernel["supported"] for kernel in doctor["kernels"]}
    if not supported.get(row.kernels):
        raise Absent(f"this processor has no kernels '{row.kernels}'")
    if doctor["floatingPointFaults"] or doctor["valueChangingOptimizations"]:
        raise Failed(f"repro doctor finds {doctor['floatingPointFaults']} {doctor['valueChangingOptimizations']}")
    say("goldens")
    ends, reproduced, goldens = command.goldens()
    say("shapes")
    ends |= command.shapes()
    say("drawn experiments")
    ends |= command.draws(draws, count) if draws else {}
    processor = environment.get("processor") or "64-bit ARM"
    if command.emulator:
        processor += f", qemu-user {said([command.emulator, '--version'], r'version ([0-9.]+)')}"
    system = environment["system"]
    if "swift-6.0" in row.build:
        system = "Debian GNU/Linux 13 (trixie)"
    return {
        "platform": f"{system}, {environment['architecture']}", "processor": processor, "compiler": command.build.compiler,
        "library": command.build.library, "kernels": row.kernels + (f" ({row.note})" if row.note else ""),
        "reproduced": reproduced, "goldens": goldens, "root": root(ends), "ends": ends,
    }  # fmt: skip
