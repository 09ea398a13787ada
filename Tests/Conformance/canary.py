#!/usr/bin/env python3
"""A kit in which one answer is wrong has to fail: plants one in a copy of the vectors, and expects the runner to see it.

    canary.py     Python's standard library alone; exit code 1 where the runner sees nothing, or not that rule

The program that it asks is a parrot: it knows the right answers, so that everything but the planted one agrees. The runner
is also shown programs that say nothing, that end early and that leave one case out.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PARROT = """
import json, pathlib, sys
known = [json.loads(line) for path in pathlib.Path(sys.argv[1]).glob("*.jsonl") for line in path.read_text().splitlines()]
answers = {case["id"]: case["answer"] for case in known}
left_out, ends_after = sys.argv[2], int(sys.argv[3])
for number, line in enumerate(sys.stdin):
    name = json.loads(line)["id"]
    if number == ends_after:
        sys.exit(3)
    if name != left_out:
        print(name, answers[name])
"""


def ran(folder, *command):
    program = [sys.executable, str(HERE / "run.py"), "--vectors", str(folder), "--", *command]
    return subprocess.run(program, capture_output=True, text=True)


def main():
    sys.path.insert(0, str(HERE))
    from run import vectors

    cases = list(vectors())
    parrot = lambda left_out="", ends_after=-1: [sys.executable, "-c", PARROT, str(HERE / "vectors"), left_out, str(ends_after)]
    problems = []

    def expect(what, result, code, text):
        if result.returncode != code or text not in result.stdout:
            problems.append(f"{what}: exit code {result.returncode}, '{text}' expected in\n{result.stdout[-500:]}{result.stderr[-500:]}")

    whole = f"{len(cases)} of {len(cases)} cases"
    expect("all right", ran(HERE / "vectors", *parrot()), 0, whole)
    with tempfile.TemporaryDirectory() as folder:
        for place in (0, len(cases) // 2, len(cases) - 1):
            shutil.copytree(HERE / "vectors", folder, dirs_exist_ok=True)
            victim = cases[place]
            for path in pathlib.Path(folder).glob("*.jsonl"):
                lines = path.read_text(encoding="utf-8").splitlines()
                for number, line in enumerate(lines):
                    case = json.loads(line)
                    if case["id"] == victim["id"]:
                        last = "0" if case["answer"][-1] != "0" else "1"
                        lines[number] = json.dumps(case | dict(answer=case["answer"][:-1] + last))
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            expect(f"a wrong answer of {victim['id']}", ran(folder, *parrot()), 1, f"first: {victim['id']}, rule")
    expect("a case left out", ran(HERE / "vectors", *parrot(cases[5]["id"])), 1, f"first: {cases[5]['id']}, rule")
    expect("a program that ends", ran(HERE / "vectors", *parrot(ends_after=9)), 1, f"first: {cases[9]['id']}, rule")
    expect("a program that says nothing", ran(HERE / "vectors", sys.executable, "-c", ""), 1, f"first: {cases[0]['id']}, rule")
    for problem in problems:
        print(f"canary: {problem}", file=sys.stderr)
    print(f"canary: {6 - len(problems) + 1} of 7 as they have to be" if problems else "canary: 7 of 7 programs and kits judged as they have to be")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
