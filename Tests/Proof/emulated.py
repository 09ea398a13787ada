#!/usr/bin/env python3
"""make prove-neon: the elementary functions of the kernels of 64-bit ARM, on an emulated processor, against MPFR.

    emulated.py [--stride N] [--shards N] [--threads N] [--plant]

Every N-th input of all 2^32 (257), in so many ranges (64), and every hard case of Tests/Fixtures/elementary_hard_inputs.txt, by the very
program of `make prove`, compiled for that architecture. What a range found is kept below .build/proof, by the sources of program and
kernels, so that an interrupted call goes on; the counts at the end are sums over all ranges. On ARM hardware `make prove` takes all 2^32.

Needs clang, qemu-user-static and Debian's archive, from which libc and MPFR for that architecture are unpacked; what is missing is said,
and the exit code is 69. Exit code 1 where a result is wrong.
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / ".build/proof"
HARD = ROOT / "Tests/Fixtures/elementary_hard_inputs.txt"
COUNTS = re.compile(r"^(\w+) +inputs (\d+), decided by MPFR (\d+), audited by MPFR (\d+) \((\d+) wrong\)")
MISMATCHES = re.compile(r"^ +(\w+) +mismatches (\d+)$")


def absent(reason):
    print(f"skipped: the emulated proof: {reason}", file=sys.stderr)
    sys.exit(69)


def sources():
    return sorted([*(ROOT / "Tests/Proof").glob("*.[ch]"), *(ROOT / "Sources/CReproKernels").rglob("*.*")])


def program(key):
    """The command that runs the program of `make prove` on an emulated processor."""
    emulator = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64") or absent("no qemu-aarch64-static")
    clang = os.environ.get("CLANG", "clang")
    shutil.which(clang) or absent(f"no {clang}")
    folder = WORK / "debian-13-arm64"
    script = ["sh", str(ROOT / "Tests/Evidence/debian.sh"), "make", "arm64", str(folder)]
    made = subprocess.run([*script, "libc6-dev", "libgcc-14-dev", "libmpfr-dev"], capture_output=True, text=True)
    if made.returncode:
        absent((made.stderr.strip().splitlines() or ["Debian 13 for arm64 cannot be made"])[-1])
    binary = WORK / f"prove-arm64-{key}"
    if not binary.exists():
        names = [str(path) for path in sources() if path.suffix == ".c"]
        words = [clang, "--target=aarch64-linux-gnu", f"--sysroot={folder}", "-fuse-ld=lld", "-O2"]
        words += [f"-I{ROOT}/Sources/CReproKernels/include", *names, "-lmpfr", "-lgmp", "-lpthread", "-o", str(binary) + ".new"]
        subprocess.run(words, check=True)
        os.rename(str(binary) + ".new", binary)
    return [emulator, "-L", str(folder), str(binary)]


def add(totals, text):
    """Adds the counts that the program printed."""
    function = None
    for line in text.splitlines():
        if found := COUNTS.match(line):
            function = found[1]
            for name, count in zip(("inputs", "decided by MPFR", "audited by MPFR", "audits wrong"), map(int, found.groups()[1:])):
                totals.setdefault(function, {}).setdefault(name, 0)
                totals[function][name] += count
        elif function and (found := MISMATCHES.match(line)):
            name = f"{found[1]} mismatches"
            totals[function][name] = totals[function].get(name, 0) + int(found[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stride", type=int, default=257)
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--plant", action="store_true", help="flip a bit of one result in each function and path; has to fail")
    arguments = parser.parse_args()
    if arguments.stride < 1 or not 1 <= arguments.shards <= 4096:
        parser.error("--stride is at least 1, --shards between 1 and 4096")
    WORK.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources())).hexdigest()[:16]
    words = [*program(key), "--threads", str(arguments.threads)]
    if arguments.plant:
        code = subprocess.run([*words, "--inputs", str(HARD), "--plant"], stdout=subprocess.DEVNULL).returncode
        print("the planted faults are found" if code == 1 else f"emulated proof: planted faults end with exit code {code}")
        return int(code != 1)
    place = WORK / f"arm64-{key}-{arguments.stride}-{arguments.shards}"
    place.mkdir(exist_ok=True)
    # The first input of a range is a whole number of strides from 0, so that the ranges leave nothing out.
    inputs = (2**32 - 1) // arguments.stride + 1
    bounds = [inputs * shard // arguments.shards * arguments.stride for shard in range(arguments.shards + 1)]
    tasks = [("hard cases", ["--inputs", str(HARD)])]
    for shard in range(arguments.shards):
        first, last = bounds[shard], min(bounds[shard + 1] - 1, 2**32 - 1)
        options = ["--first", f"{first:x}", "--last", f"{last:x}", "--stride", str(arguments.stride)]
        tasks.append((f"range {shard + 1:04d} of {arguments.shards}", options))
    totals, kept = {}, 0
    for name, options in tasks:
        path = place / (name.replace(" ", "-") + ".txt")
        if path.exists():
            kept += 1
        else:
            result = subprocess.run([*words, *options], capture_output=True, text=True)
            if result.returncode or "proved: 0 failures" not in result.stdout:
                print(result.stdout + result.stderr)
                print(f"emulated proof: {name}: exit code {result.returncode}")
                return 1
            path.with_suffix(".new").write_text(result.stdout, encoding="utf-8")
            path.with_suffix(".new").rename(path)
            print(f"{name}: proved", flush=True)
        add(totals, path.read_text(encoding="utf-8"))
    for function, counts in totals.items():
        print(f"{function:8s}" + ", ".join(f"{name} {count}" for name, count in counts.items()))
    hard = sum(not line.startswith("#") for line in HARD.read_text(encoding="utf-8").splitlines() if line)
    wanted = len(totals) * inputs + hard
    seen = sum(counts["inputs"] for counts in totals.values())
    if seen != wanted or len(totals) != 5:
        print(f"emulated proof: {seen} inputs of {len(totals)} functions were looked at, and not {wanted} of 5")
        return 1
    print(f"proved on an emulated processor: {seen} inputs, {hard} of them hard cases; every {arguments.stride}th of all 2^32;")
    print(f"{len(tasks) - kept} of {len(tasks)} parts by this call")
    return 0


if __name__ == "__main__":
    sys.exit(main())
