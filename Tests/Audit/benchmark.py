"""Runs `repro audit` on programs whose fault is known, and counts how often it names the cause and the first operation.

Programs/ROOM holds faulty programs, Clean those without a fault, Misbehaving those that cannot be judged, and Canary programs
beside wrong expectations, each of which has to be judged to be wrong. `expected.json` in each of these folders says for each
program: `command`; `outputs`; `causes`, a list of sets of variations, and `or`, other right lists; `operation`, the `names` that
the first operation may have and its `places` in the program; `needs`, modules of Python; `compile`, a command; `vary` and
`options`, for the audit; `environment`, variables; and for programs that misbehave `verdict` and `says`, a regular expression.

usage: benchmark.py [--repro PATH] [--python PATH] [--without-torch | --torch-alone] [--only TEXT,…] [--record FILE] [--jobs N]
Exits 1 below 95 % right causes or 90 % right operations, with any false alarm, a median of more than 20 runs, or anything left over.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
LEAST_CAUSES, LEAST_OPERATIONS, GREATEST_MEDIAN = 0.95, 0.90, 20
EXIT_CODES = {"repeatable": 0, "not repeatable": 3, "could not judge": 2}
MARK = "AUDIT_BENCHMARK_MARK"
SECONDS = 1800


class Program:
    """One program with what is expected of its audit."""

    def __init__(self, room, name, expected):
        self.room, self.name, self.expected = room, name, expected
        self.title = f"{room.name}/{name}"
        self.causes = [sets(expected.get("causes", []))] + [sets(other) for other in expected.get("or", [])]
        self.verdict = expected.get("verdict") or ("not repeatable" if expected.get("causes") else "repeatable")
        self.is_judged = room.name != "Misbehaving"

    def prepare(self, folder):
        """Copies the program's own files and compiles it."""
        for path in self.room.glob(self.name + ".*"):
            shutil.copy(path, folder)
        if "compile" in self.expected:
            subprocess.run(self.expected["compile"], cwd=folder, check=True)


def sets(causes):
    return {frozenset(cause) for cause in causes}


def programs(arguments):
    """All programs that this machine can run, in order; the canary's too. Says which are skipped."""
    modules = {}
    chosen = []
    for path in sorted(HERE.rglob("expected.json")):
        for name, expected in json.loads(path.read_text()).items():
            program, needs = Program(path.parent, name, expected), expected.get("needs", [])
            if arguments.only and not any(text in program.title for text in arguments.only.split(",")):
                continue
            if "torch" in needs and arguments.without_torch or arguments.torch_alone and "torch" not in needs:
                continue
            missing = [need for need in needs if not modules.setdefault(need, has_module(arguments.python, need))]
            if "compile" in expected and not shutil.which("cc"):
                missing.append("cc")
            if missing:
                print(f"skipped: {program.title}, without {' and '.join(missing)}", file=sys.stderr)
            else:
                chosen.append(program)
    return chosen


def has_module(python, name):
    return subprocess.run([python, "-c", f"import {name}"], capture_output=True).returncode == 0


class Audit:
    """One audit: what it said, and what it left behind."""

    def __init__(self, program, arguments):
        self.faults = []
        with tempfile.TemporaryDirectory(prefix="audit-benchmark-") as root:
            folders = {name: os.path.join(root, name) for name in ("work", "home", "tmp")}
            for folder in folders.values():
                os.mkdir(folder)
            program.prepare(folders["work"])
            mark = uuid.uuid4().hex
            environment = {
                "PATH": os.environ["PATH"], "HOME": folders["home"], "TMPDIR": folders["tmp"], "LANG": "C.UTF-8", "TZ": "UTC",
                "PYTHONDONTWRITEBYTECODE": "1", MARK: mark, **program.expected.get("environment", {}),
            }
            started = time.monotonic()
            self.run(self.command(program, arguments), folders["work"], environment)
            self.seconds = time.monotonic() - started
            self.look_for_leftovers(folders, mark)

    @staticmethod
    def command(program, arguments):
        def filled(word):
            return word.replace("{python}", arguments.python)

        expected = program.expected
        command = [arguments.repro, "audit", "--format", "json"]
        for output in expected["outputs"]:
            command += ["--output", output]
        for request in expected.get("vary", []):
            command += ["--vary", filled(request)]
        return command + expected.get("options", []) + ["--"] + [filled(word) for word in expected["command"]]

    def run(self, command, folder, environment):
        # Standard input never ends: a program that reads it must not make the audit wait.
        reading, writing = os.pipe()
        audit = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True, umask=0o022,
        )
        try:
            output, self.messages = audit.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(audit.pid, signal.SIGKILL)
            output, self.messages = audit.communicate()
            self.faults.append(f"no answer within {SECONDS} s")
        finally:
            os.close(reading)
            os.close(writing)
        try:
            self.report = json.loads(output)
        except ValueError:
            self.report = {}
            said = self.messages.decode(errors="replace").strip().splitlines()
            self.faults.append(f"no JSON, exit code {audit.returncode}: {said[-1] if said else 'nothing said'}")
        verdict = self.report.get("verdict")
        if verdict and audit.returncode != EXIT_CODES.get(verdict):
            self.faults.append(f"exit code {audit.returncode} with the verdict {verdict}")

    def look_for_leftovers(self, folders, mark):
        """No process and no file may outlive an audit."""
        left = [pid for pid in marked_processes(mark)]
        if left:
            self.faults.append(f"{len(left)} processes left")
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        for name in ("home", "tmp"):
            files = os.listdir(folders[name])
            if files:
                self.faults.append(f"left in {name}: {', '.join(sorted(files)[:3])}")
        if os.path.exists(os.path.join(folders["work"], "late.txt")):
            self.faults.append("a process wrote a file after it should have ended")

    @property
    def causes(self):
        return {frozenset(cause["variations"]) for cause in self.report.get("causes", [])}

    @property
    def is_confirmed(self):
        return all(cause["confirmed"] for cause in self.report.get("causes", []))

    def unavailable(self, program):
        """Variations that the expectation names and that cannot be varied here."""
        missing = {omission["variation"] for omission in self.report.get("notVaried", [])}
        return sorted(missing & {name for cause in program.causes[0] for name in cause})


def marked_processes(mark):
    if not os.path.isdir("/proc/self"):
        return
    word = f"{MARK}={mark}".encode()
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and word in pathlib.Path("/proc", entry, "environ").read_bytes().split(b"\0"):
                yield int(entry)
        except OSError:
            continue


def cause_is_right(program, audit):
    if audit.faults or audit.report.get("verdict") != program.verdict:
        return False
    says = program.expected.get("says")
    text = " ".join([audit.report.get("reason") or "", *audit.report.get("remarks", [])])
    if says and not re.search(says, text):
        return False
    return "causes" not in program.expected or audit.causes in program.causes and audit.is_confirmed


def operation_is_right(program, audit):
    """Whether each cause that has a first operation names the expected one; at least one has to."""
    expected = program.expected["operation"]
    found = [cause["operation"] for cause in audit.report.get("causes", []) if cause.get("operation")]
    return bool(found) and all(is_operation(expected, operation) for operation in found)


def is_operation(expected, operation):
    # An overload such as aten::sum.dim_IntList is the operation too.
    is_named = any(re.fullmatch(re.escape(name) + r"(\..*)?", operation["name"]) for name in expected["names"])
    return is_named and os.path.basename(operation.get("place") or "") in expected["places"]


def described(audit):
    causes = "; ".join(sorted(" and ".join(sorted(cause)) for cause in audit.causes))
    unconfirmed = "" if audit.is_confirmed else " (not all confirmed)"
    return ", ".join([audit.report.get("verdict", "no verdict") + (f": {causes}{unconfirmed}" if causes else ""), *audit.faults])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repro", default=str(HERE.parents[1] / ".build/release/repro"), help="the command")
    parser.add_argument("--python", default=sys.executable, help="the Python that runs the programs")
    parser.add_argument("--without-torch", action="store_true", help="leave out the programs that need PyTorch")
    parser.add_argument("--torch-alone", action="store_true", help="leave out the programs that do not")
    parser.add_argument("--only", help="programs whose name has one of these texts in it, with commas between")
    parser.add_argument("--jobs", type=int, default=1, help="audits at a time")
    parser.add_argument("--record", help="a file for each audit's JSON, one line each")
    arguments = parser.parse_args()
    arguments.repro = os.path.abspath(arguments.repro)
    sys.exit(judge(programs(arguments), arguments))


def judge(chosen, arguments):
    counts = {key: [0, 0] for key in ("cause", "operation", "clean", "misbehaving", "canary")}
    runs, further = [], []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as workers:
        audits = workers.map(lambda program: (program, Audit(program, arguments)), chosen)
        return tell(audits, arguments, counts, runs, further)


def tell(audits, arguments, counts, runs, further):
    for program, audit in audits:
        if arguments.record:
            with open(arguments.record, "a") as file:
                file.write(json.dumps({"program": program.title, **audit.report}) + "\n")
        is_right, missing = cause_is_right(program, audit), audit.unavailable(program)
        kind = {"Clean": "clean", "Misbehaving": "misbehaving", "Canary": "canary"}.get(program.room.name)
        kind = kind or ("cause" if program.expected["causes"] else "clean")
        if kind == "canary":
            is_right = not is_right and not audit.faults
        mark = "ok" if is_right else "skipped" if missing and kind == "cause" else "WRONG"
        if mark != "skipped":
            counts[kind][0] += is_right
            counts[kind][1] += 1
        if kind in ("cause", "clean"):
            runs.append(audit.report.get("runs", 0))
            further.append(sum(audit.report.get(key, 0) for key in ("runs", "tracedRuns", "remedyRuns")))
        operation = ""
        if "operation" in program.expected and mark != "skipped":
            is_named = operation_is_right(program, audit)
            counts["operation"][0] += is_named
            counts["operation"][1] += 1
            operation = "operation ok" if is_named else "operation WRONG"
        note = f" (not varied here: {', '.join(missing)})" if mark == "skipped" else ""
        print(f"{mark:8}{program.title:42}{audit.report.get('runs', 0):4} runs {audit.seconds:7.1f} s  {described(audit)}{note} "
              f"{operation}".rstrip(), flush=True)
    return summary(counts, runs, further)


def summary(counts, runs, further):
    median = statistics.median(runs) if runs else 0
    right, of = counts["cause"]
    named, of_named = counts["operation"]
    print(f"\ncause right in {right} of {of}, first operation right in {named} of {of_named}, "
          f"false alarms {counts['clean'][1] - counts['clean'][0]} in {counts['clean'][1]} clean, median {median:g} runs in search of causes, "
          f"{statistics.median(further) if further else 0:g} with operations and remedies; "
          f"misbehaving programs reported {counts['misbehaving'][0]} of {counts['misbehaving'][1]}, "
          f"wrong expectations noticed {counts['canary'][0]} of {counts['canary'][1]}")
    reasons = [
        reason for reason, is_bad in (
            (f"causes right below {LEAST_CAUSES:.0%}", right < LEAST_CAUSES * of),
            (f"operations right below {LEAST_OPERATIONS:.0%}", named < LEAST_OPERATIONS * of_named),
            ("a false alarm", counts["clean"][0] < counts["clean"][1]),
            (f"a median of more than {GREATEST_MEDIAN} runs", median > GREATEST_MEDIAN),
            ("a program that misbehaves is not reported as such", counts["misbehaving"][0] < counts["misbehaving"][1]),
            ("a wrong expectation went unnoticed", counts["canary"][0] < counts["canary"][1]),
            ("nothing was audited", not runs and not counts["misbehaving"][1] and not counts["canary"][1]),
        ) if is_bad
    ]
    print("red: " + "; ".join(reasons) if reasons else "green")
    return 1 if reasons else 0


if __name__ == "__main__":
    main()
