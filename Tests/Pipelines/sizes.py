#!/usr/bin/env python3
"""Measures what `make dist` packs, and writes it into the README: the sizes of the binary and its archive, and how long a start takes.

    sizes.py BINARY FOLDER           BINARY as `make static` builds it; FOLDER holds the archive of `make dist`
    sizes.py --check BINARY FOLDER   writes nothing; exit code 1 where the README says another size, or a start takes too long

A size in the README may be off by a twentieth, and a start, the median of 101, takes less than 20 ms on a machine that is idle.
"""

import pathlib
import re
import statistics
import subprocess
import sys
import time

README = pathlib.Path(__file__).resolve().parent.parent.parent / "README.md"
PATTERN = r"The binary has ([0-9.]+) MB, the archive ([0-9.]+) MB, and `repro --version` takes ([0-9.]+) ms"
LONGEST = 20.0


def start(binary):
    """The median of the milliseconds that `--version` takes, by the clock on the wall."""
    times = []
    for _ in range(101):
        begin = time.perf_counter()
        subprocess.run([binary, "--version"], check=True, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    if len(words) != 2:
        sys.exit(__doc__)
    archives = sorted(pathlib.Path(words[1]).glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not archives:
        sys.exit(f"sizes: no archive in {words[1]}")
    sizes = [path.stat().st_size / 1e6 for path in (pathlib.Path(words[0]), archives[-1])]
    took = start(words[0])
    text = README.read_text(encoding="utf-8")
    said = re.search(PATTERN, text)
    if said is None:
        sys.exit("sizes: the README says nothing of them")
    line = f"The binary has {sizes[0]:.1f} MB, the archive {sizes[1]:.1f} MB, and `repro --version` takes {took:.1f} ms"
    print(line)
    if took >= LONGEST:
        print(f"sizes: a start takes {took:.1f} ms, and may take {LONGEST:.0f}", file=sys.stderr)
        return 1
    if "--check" in sys.argv:
        off = [f"{claim} MB are {size:.1f} MB" for claim, size in zip(said.groups(), sizes) if abs(float(claim) - size) > size / 20]
        for each in off:
            print(f"sizes: the README's {each}; make sizes", file=sys.stderr)
        return 1 if off else 0
    README.write_text(text.replace(said[0], line), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
