#!/usr/bin/env python3
"""Measures the kit: mutants of the second implementation, each with one rule changed, are to be killed and their rule named.

    mutants.py [--jobs N] [--only TEXT] [--keep-going]     needs NumPy and gmpy2

A mutant is an edit of one line of `Tests/Fixtures/contract` (or of `verify_chain.py`) in a file of `mutants/`: its rule, the
file, what stands there and what is put in its place. What stands there has to occur exactly once, the line `@` before it says
in which function. The kit runs against a copy with that edit. It is killed where a case fails, and named where the first case
that fails is of its rule. A mutant that survives fails the measurement, whatever the reason: one that changes no behaviour
has no place in the list. Ends with `N of N mutants killed`; exit code 1 where one survives or another rule is named.
"""

import argparse
import ast
import multiprocessing
import pathlib
import re
import shutil
import signal
import sys
import tempfile

from run import vectors

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "Fixtures"


class Mutant:
    def __init__(self, place, file, scope, rules, old, new):
        self.place, self.file, self.scope, self.rules, self.old, self.new = place, file, scope, rules, old, new

    def __str__(self):
        return f"{self.place} {self.file} {self.scope}: `{self.old}` -> `{self.new}`"

    def place_in(self, text):
        """Where the edit stands in the file's text."""
        start, end = 0, len(text)
        if self.scope:
            head = f"{self.scope}"
            if text.count(head) != 1:
                sys.exit(f"{self}: '{head}' stands {text.count(head)} times in the file")
            start = text.index(head)
            indent = start - (text.rfind("\n", 0, start) + 1)
            end = next(
                (at for at in ends(text, start + len(head)) if len(line_at(text, at)) - len(line_at(text, at).lstrip()) <= indent),
                len(text),
            )  # fmt: skip
        part = text[start:end]
        if part.count(self.old) != 1:
            sys.exit(f"{self}: stands {part.count(self.old)} times there")
        return start + part.index(self.old)

    def applied(self, text):
        """The file's text with the edit."""
        at = self.place_in(text)
        return text[:at] + self.new + text[at + len(self.old) :]

    def function(self, text):
        """The file and first line of the function that the edit stands in; None outside of all functions."""
        at = self.place_in(text)
        first, last = text.count("\n", 0, at) + 1, text.count("\n", 0, at + len(self.old.rstrip("\n"))) + 1
        for start, end in functions(text):
            if start < first and last <= end or start == first == last and "def " not in self.old:
                return self.file, start
        return None


def ends(text, start):
    """Where each later line that is not empty and no closing bracket begins."""
    at = text.find("\n", start) + 1
    while at:
        line = line_at(text, at)
        if line.strip() and line.strip()[0] not in ")]}":
            yield at
        at = text.find("\n", at) + 1


def line_at(text, at):
    end = text.find("\n", at)
    return text[at : end if end >= 0 else len(text)]


def functions(text):
    """The first and last line of each function that stands in a module or a class, nested ones being part of it."""
    nodes = [node for node in ast.parse(text).body]
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            nodes += node.body
        elif isinstance(node, ast.FunctionDef):
            yield min([node.lineno, *(d.lineno for d in node.decorator_list)]), node.end_lineno


def called(cases):
    """By each function the ids of the cases that call it: no other case can tell a mutant of it."""
    sys.argv = sys.argv[:1]
    import contract_speaker as speaker

    speaker.np.seterr(all="ignore")
    found, starts = {}, {}
    for path in [*(FIXTURES / "contract").glob("*.py"), FIXTURES / "verify_chain.py"]:
        inner = [(start, end) for start, end in functions(path.read_text(encoding="utf-8"))]
        name = str(path.relative_to(FIXTURES))
        starts[str(path)] = {line: (name, start) for start, end in inner for line in range(start, end + 1)}
    touched = set()

    def note(frame, event, _):
        touched.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    for case in cases:
        touched.clear()
        sys.settrace(note)
        speaker.answer_of(case)
        sys.settrace(None)
        for file, line in touched:
            if line in starts.get(file, {}):
                found.setdefault(starts[file][line], set()).add(case["id"])
    return found


def unescaped(text):
    """`\\n` is a line's end, two backslashes are one."""
    return re.sub(r"\\(n|\\)", lambda found: "\n" if found[1] == "n" else "\\", text)


def mutants():
    """Reads the lists: `# FILE`, `@ SCOPE` and `RULES | OLD | NEW`, with ` | ` between."""
    found = []
    for path in sorted((HERE / "mutants").glob("*.txt")):
        file = scope = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("# "):
                file, scope = line[2:], ""
            elif line.startswith("@"):
                scope = line[1:].strip()
            elif line.strip():
                rules, old, new = (unescaped(part) for part in line.split(" | "))
                found.append(Mutant(f"{path.name}:{number}", file, scope, rules.split(), old, new))
    return found


def out_of_time(*_):
    """A mutant may run for ever."""
    raise TimeoutError


def outcome(task):
    """What kills a mutant, in a process of its own: the first failing case's id and the answer found; None where it survives."""
    mutant, cases = task
    with tempfile.TemporaryDirectory(prefix="repro-mutant-") as folder:
        folder = pathlib.Path(folder)
        shutil.copytree(FIXTURES / "contract", folder / "contract", ignore=shutil.ignore_patterns("__pycache__", "vectors"))
        shutil.copy(FIXTURES / "verify_chain.py", folder)
        path = folder / mutant.file
        path.write_text(mutant.applied(path.read_text(encoding="utf-8")), encoding="utf-8")
        sys.argv, sys.dont_write_bytecode = ["contract_speaker.py", "--contract", str(folder)], True
        for name in [n for n in sys.modules if n.split(".")[0] in ("contract", "contract_speaker", "verify_chain")]:
            del sys.modules[name]
        signal.signal(signal.SIGVTALRM, out_of_time)
        signal.setitimer(signal.ITIMER_VIRTUAL, 120)
        try:
            import contract_speaker as speaker
        except Exception as error:
            return cases[0]["id"], repr(error)
        assert speaker.streams.__file__.startswith(str(folder)), speaker.streams.__file__
        speaker.np.seterr(all="ignore")
        for case in cases:
            try:
                found = speaker.answer_of(case)
            except Exception as error:
                found = repr(error)
            if found != case["answer"]:
                return case["id"], found
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", help="mutants whose text contains this")
    parser.add_argument("--least", type=int, default=200, help="how many there have to be")
    arguments = parser.parse_args()
    everything, cases = mutants(), list(vectors())
    edits = [(m.file, m.applied((FIXTURES / m.file).read_text(encoding="utf-8"))) for m in everything]
    if len(set(edits)) != len(edits):
        sys.exit("two mutants are the same edit")
    chosen = [m for m in everything if not arguments.only or arguments.only in str(m) + " " + " ".join(m.rules)]
    callers = called(cases) if chosen else {}

    def asked(mutant):
        function = mutant.function((FIXTURES / mutant.file).read_text(encoding="utf-8"))
        known = function and callers.get(function, set())
        return [case for case in cases if known is None or case["id"] in known]

    killed = named = 0
    # Forked, so that NumPy is loaded once; a process per mutant.
    with multiprocessing.get_context("fork").Pool(arguments.jobs, maxtasksperchild=1) as pool:
        tasks = ((mutant, asked(mutant)) for mutant in chosen)
        for mutant, wrong in zip(chosen, pool.imap(outcome, tasks, chunksize=1)):
            if wrong is None:
                print(f"survives: {mutant}", flush=True)
                continue
            killed += 1
            rule = wrong[0].split("/")[0]
            named += rule in mutant.rules
            if rule not in mutant.rules:
                print(f"named {wrong[0]} ({wrong[1][:60]}), not {' '.join(mutant.rules)}: {mutant}", flush=True)
    enough = arguments.only or len(chosen) >= arguments.least
    if not enough:
        print(f"{len(chosen)} mutants are fewer than {arguments.least}")
    rules = len({rule for mutant in chosen for rule in mutant.rules})
    print(f"{named} of {len(chosen)} named by their rule, of {rules} rules")
    print(f"{killed} of {len(chosen)} mutants killed")
    return 0 if killed == named == len(chosen) and enough else 1


if __name__ == "__main__":
    sys.exit(main())
