#!/usr/bin/env python3
"""make evidence: one digest over processors, compilers and builds.

    evidence.py [--python PROGRAM] [--only ROW,…] [--without-emulation] [--again] [--write] [--canary] [--list]

Each row of the table runs `repro check`, seven shapes on 1, 2 and 3 threads and 50 random experiments by one build with one kernel on
one processor. What a row found is kept below .build/evidence and used again until the sources change, so that what was interrupted goes
on where it stood; --again forgets it, of the rows that are asked for. What is missing on this machine is skipped, with the reason.

With --write the table goes into the documentation, with the names of the rows that were not measured, and why. --python is a Python that has
NumPy and gmpy2, for the random experiments. --canary runs a build whose arithmetic is wrong, which has to be found.

Exit code 0 where all rows agree, 1 where one does not or a build failed, 2 for usage.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time

import measure
import table
from builds import ROOT, WORK, Absent, Failed
from rows import ROWS, Row

DRAWS = 50
#: What a row's result hangs on; whatever else changes, it stays true.
SOURCES = ["Package.swift", "Sources", "Goldens", "Tests/Gates/shapes", "Tests/Fixtures/contract", "Tests/Evidence"]


def say(text):
    print(text, flush=True)


def key():
    """The sources, as a digest; documentation and this folder's text beside the code do not count."""
    digest = hashlib.sha256()
    for path in sorted(path for name in SOURCES for path in [ROOT / name, *(ROOT / name).rglob("*")]):
        if path.is_file() and "__pycache__" not in path.parts and not any(part.endswith(".docc") for part in path.parts):
            if path.parent.name == "Evidence" and path.name in ("table.py", "evidence.mk", "rows.py", "evidence.py"):
                continue
            digest.update(f"{path.relative_to(ROOT)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def git(*words):
    result = subprocess.run(["git", *words], capture_output=True, text=True, cwd=ROOT)
    return result.stdout.strip() if result.returncode == 0 else ""


def commit():
    changes = git("status", "--porcelain", "--", *SOURCES[:5])
    return (git("rev-parse", "--short=12", "HEAD") or "none") + (" with changes" if changes else "")


def drawn(python):
    """The folder of the random experiments and how each ends; None, and the reason, where they cannot be drawn."""
    sources = [p for p in sorted((ROOT / "Tests/Fixtures/contract").rglob("*.py"))] + [ROOT / "Tests/Evidence/draws.py"]
    name = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    folder = WORK / f"draws-{name}"
    if not (folder / "expected.json").exists():
        say(f"drawing {DRAWS} random experiments, and asking the second implementation how they end")
        words = [python, str(ROOT / "Tests/Evidence/draws.py"), str(folder), str(DRAWS)]
        try:
            result = subprocess.run(words, capture_output=True, text=True)
        except OSError as error:
            return None, {}, f"{python}: {error.strerror}"
        if result.returncode:
            return None, {}, (result.stderr.strip().splitlines() or ["?"])[-1]
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return folder, {f"draw {name}": end for name, end in expected.items()}, ""


def differences(result, expected, first):
    """What a row found elsewhere than others did: lines that name experiment, row and both ends."""
    found = []
    if result["reproduced"] != result["goldens"]:
        found.append(f"{result['goldens'] - result['reproduced']} of {result['goldens']} goldens are not reproduced")
    for name, end in sorted(result["ends"].items()):
        wanted = expected.get(name) or (first["ends"].get(name) if first else None)
        if wanted is not None and wanted != end:
            source = "the second implementation" if name in expected else first["row"]
            found.append(f"{name}: {end}\n    {source}: {wanted}")
        elif name.startswith("shape") and not end.startswith("digest "):
            found.append(f"{name}: {end}")
    if first and set(first["ends"]) != set(result["ends"]):
        found.append(f"other experiments than those of {first['row']}")
    return found


def measured(row, sources, draws, again):
    """A row's result, kept or new."""
    path = WORK / "rows" / f"{row.name}.json"
    if path.exists() and not again:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["sources"] == sources and kept["drawn"] == bool(draws):
            say(f"{row.name:24s} kept, of {kept['measured']}, commit {kept['commit']}")
            return kept
    begin = time.monotonic()
    result = measure.row(row, draws, DRAWS, lambda step: say(f"{row.name:24s} {step}"))
    today = time.strftime("%Y-%m-%d", time.gmtime())
    result |= {"row": row.name, "sources": sources, "drawn": bool(draws), "measured": today, "commit": commit()}
    result["seconds"] = round(time.monotonic() - begin, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    say(f"{row.name:24s} measured in {result['seconds']} s, with what had to be built: root {result['root'][:12]}")
    return result


def canary(draws, expected):
    """Whether a build that contracts products and sums is found."""
    result = measure.row(Row("planted", "planted", "avx2"), draws, DRAWS, lambda step: say(f"planted: {step}"))
    result["row"] = "planted"
    found = differences(result, expected, None)
    say("\n".join(found[:4]))
    kinds = {line.split()[0] for line in found}
    if not {"draw", "shape"} & kinds and not any("goldens" in line for line in found):
        say("evidence: the planted fault was not found")
        return 1
    say(f"the planted fault is found: {len(found)} differences")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", type=lambda text: text.split(","), default=[])
    for flag in ("without-emulation", "again", "write", "canary", "list"):
        parser.add_argument(f"--{flag}", action="store_true")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.only) - {row.name for row in ROWS})
    if unknown:
        parser.error(f"no row {', '.join(unknown)}; --list names them")
    if arguments.list:
        say("\n".join(row.name for row in ROWS))
        return 0
    WORK.mkdir(parents=True, exist_ok=True)
    draws, expected, reason = drawn(arguments.python)
    skipped, results, red = [], [], []
    if not draws:
        skipped.append(("the random experiments", reason))
        say(f"skipped: the random experiments: {reason}; `make contract` makes a Python that has NumPy and gmpy2")
    if arguments.canary:
        return canary(draws, expected)
    sources, later = key(), []
    for row in ROWS:
        if arguments.only and row.name not in arguments.only:
            path = WORK / "rows" / f"{row.name}.json"
            if path.exists() and (kept := json.loads(path.read_text(encoding="utf-8")))["sources"] == sources:
                results.append(kept)
            else:
                later.append(row.name)
            continue
        if arguments.without_emulation and (row.model or "arm64" in row.build):
            later.append(row.name)
            continue
        try:
            results.append(measured(row, sources, draws, arguments.again))
        except Absent as error:
            skipped.append((row.name, str(error)))
            say(f"skipped: {row.name}: {error}")
        except Failed as error:
            red.append(f"{row.name}: {error}")
            say(red[-1])
    for result in results:
        found = differences(result, expected, results[0])
        red += [f"{result['row']}: {line}" for line in found]
    say("")
    say("\n".join(table.lines(results)))
    for name, why in skipped:
        say(f"skipped: {name}: {why}")
    if later:
        say(f"not measured yet: {', '.join(later)}")
    if red or not results:
        say("\n".join(["evidence: the rows do not agree:", *red]) if red else "evidence: nothing was measured")
        return 1
    seconds = sum(result["seconds"] for result in results)
    say(f"{len(results)} rows, one root: {results[0]['root']}; {seconds / 60:.1f} minutes of measuring and building")
    if arguments.write:
        skipped += [(name, "left out, or not measured yet") for name in later]
        table.write(results, skipped, results[0]["commit"], DRAWS if draws else 0, bool(draws))
        say(f"written: {table.ARTICLE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
