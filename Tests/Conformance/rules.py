#!/usr/bin/env python3
"""The rules of the contract's text by number: rule S.N is paragraph or list entry N of section S.

    rules.py            lists them, each with its cases; exit code 1 where a rule has none; --quiet gives the last line alone

A table belongs to what stands before it. `rules.txt` keeps the numbers and opening words, so that a rule that is put in
between cannot renumber the cases unseen; `--write` makes it anew.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
CONTRACT = HERE.parent.parent / "Sources/Repro/Repro.docc/NumericalContract.md"


def opening(text):
    """What a rule is called: its bold words where it opens with some, else its first words."""
    bold = re.match(r"\*\*([^*]+)\*\*", text)
    words = bold[1] if bold else " ".join(text.split()[:7])
    return words.strip(" .:,;")


def of_text():
    """The number and opening words of each rule, in order."""
    rules, section, count, inside, title = [], None, 0, False, ""
    for line in CONTRACT.read_text(encoding="utf-8").split("\n"):
        heading = re.match(r"## (\d+)\. (.+)", line)
        if heading:
            section, title, count, inside = int(heading[1]), heading[2], 0, False
        elif section is None:
            continue
        elif not line.strip():
            inside = False
        elif line.startswith("|"):
            inside = True
        elif line.startswith("- ") or not inside:
            count, inside = count + 1, True
            rules.append((f"{section}.{count}", title, opening(line.removeprefix("- "))))
    return rules


def names():
    """What each rule is called, by its number: from `rules.txt`, so that the kit needs no contract beside it."""
    lines = (HERE / "rules.txt").read_text(encoding="utf-8").splitlines()
    return {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in lines}


def main():
    from run import vectors

    now = [f"{number} {title}: {words}" for number, title, words in of_text()]
    if "--write" in sys.argv:
        (HERE / "rules.txt").write_text("\n".join(now) + "\n", encoding="utf-8")
    kept = (HERE / "rules.txt").read_text(encoding="utf-8").splitlines()
    problems = [f"the contract has '{one}'" for one in now if one not in kept]
    problems += [f"rules.txt has '{one}', the contract has not" for one in kept if one not in now]
    counts = {number: 0 for number in names()}
    for case in vectors():
        number = case["id"].split("/")[0]
        if number not in counts:
            problems.append(f"case {case['id']} is of no rule")
            continue
        counts[number] += 1
    for number, name in names().items():
        if "--quiet" not in sys.argv:
            print(f"{counts[number]:4d}  {number:6} {name}")
        if counts[number] == 0:
            problems.append(f"rule {number} has no case: {name}")
    for problem in problems:
        print(f"rules: {problem}", file=sys.stderr)
    covered = sum(count > 0 for count in counts.values())
    print(f"rules: {covered} of {len(counts)} have cases, {sum(counts.values())} cases, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
