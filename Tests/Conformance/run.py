#!/usr/bin/env python3
"""Runs the conformance kit against a program: cases in as JSON lines, `ID ANSWER` lines out.

    run.py [--rule N.M] [--quiet] -- COMMAND ...

Needs Python's standard library alone. Exit code: 0 where every case has its answer, 1 where one differs or is missing. What
is reported first is the first failing case in the order of the vectors: a case rests on its own rule and on those of cases
before it, so its rule is the one to look at.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent


def vectors(folder=HERE / "vectors"):
    """Every case with its answer, in order."""
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def question(case):
    return json.dumps({key: value for key, value in case.items() if key != "answer"})


def failures(cases, command):
    """The cases whose answer differs or is missing, with the answer, in order."""
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask():
        try:
            for case in cases:
                program.stdin.write(question(case) + "\n")
            program.stdin.close()
        except OSError:
            pass  # The program has ended; the answers that it owes are missing.

    threading.Thread(target=ask, daemon=True).start()
    answers = {}
    for line in program.stdout:
        name, _, found = line.rstrip("\n").partition(" ")
        answers.setdefault(name, found)
    code = program.wait()
    missing = f"no answer (exit code {code})"
    wrong = [(case, answers.get(case["id"], missing)) for case in cases if answers.get(case["id"]) != case["answer"]]
    if code != 0 and not wrong:
        wrong.append((dict(id="-/exit-code", answer="exit code 0"), f"exit code {code}"))
    return wrong


def main():
    from rules import names

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rule", help="the cases of this rule alone, such as 8.4")
    parser.add_argument("--vectors", default=HERE / "vectors", help="another folder of vectors")
    parser.add_argument("--quiet", action="store_true", help="the last line alone")
    parser.add_argument("command", nargs="+", help="the program under test, after --")
    arguments = parser.parse_args()
    cases = [c for c in vectors(arguments.vectors) if arguments.rule in (None, c["id"].split("/")[0])]
    wrong, rules = failures(cases, arguments.command), names()
    for place, (case, found) in enumerate(wrong if not arguments.quiet else []):
        rule = case["id"].split("/")[0]
        print(("first: " if place == 0 else "then:  ") + f"{case['id']}, rule {rule} ({rules.get(rule, 'of no contract')})")
        print(f"       expected {case['answer']}\n       found    {found}")
    named = f", the first by rule {wrong[0][0]['id'].split('/')[0]}" if wrong else ""
    count = len({case["id"].split("/")[0] for case in cases})
    print(f"conformance: {len(cases) - len(wrong)} of {len(cases)} cases of {count} rules agree{named}")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
