#!/usr/bin/env python3
"""Bans what makes builds or processes drift apart below the command: in the sources, in the flags of builds, and in the symbols and
instructions of object files, where an inlined or imported call shows that no source names. Each finding names the replacement.

    drift.py                     the sources and the flags
    drift.py --objects DIR …     object files of builds too, such as .build/debug; what has no source any more is passed over
    drift.py --canary            plants each fault that a rule is for, as a source, a flag or an object, and fails unless it is found

Exit code 1 where something is found.
"""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

import drift_canary

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# What computes, and what may ask the system where files and builds stand.
BELOW = "ReproRandom ReproNumerics ReproFormats ReproTrace ReproNN ReproTraining ReproVerification ReproInterchange ReproReport ReproC".split()
HARNESS = ["ReproHarness", "Repro"]

HASHER = "Hasher differs per process; use Digest or CRC32"
CLOCK = "clocks stay out of results; time in the command"
RANDOM = "unseeded randomness; use RandomStreams"
ENVIRONMENT = "the environment stays out of results; read it in the command"
UNICODE = "Unicode tables ship with the runtime; use Text"
FOUNDATION = "Foundation stays above; its exp and formatting are the platform's: use ElementaryFunction and Text"
LIBM = "the C library's functions differ by version; use ElementaryFunction, and repro_fma for fma"
SYSTEM = "libm stays out of results; system calls stand in Platform, SystemThread, Pages and HandleTable"
ORDER = "Set and Dictionary have no fixed order; use an array"
FUSED = "a × b + c was contracted; use repro_fma where the contract says fma, and simd/contraction.h in C"
FLAGS = "this flag lets a compiler change values or drop checks; use -O, and -ffp-contract=off"

Rule = collections.namedtuple("Rule", "pattern replacement rooms but", defaults=(BELOW, "$^"))

SOURCES = [
    Rule(r"\bHasher\b|\.hashValue\b|hash\(into:", HASHER, BELOW + HARNESS),
    Rule(r"\b(DispatchTime|ContinuousClock|SuspendingClock|clock_gettime|CFAbsoluteTime)|\bDate\(", CLOCK),
    Rule(r"\b(DispatchTime|ContinuousClock|SuspendingClock)|\b(Date|UUID)\(", CLOCK, HARNESS),
    Rule(r"\bSystemRandomNumberGenerator|\.random\(|\.shuffled\(|\.shuffle\(|randomElement|arc4random", RANDOM, BELOW + HARNESS),
    Rule(r"ProcessInfo|getenv|\benviron\b", ENVIRONMENT, BELOW + HARNESS),
    Rule(r"\.lowercased\(\)|\.uppercased\(\)|\.capitalized|localizedCompare", UNICODE),
    Rule(r"^ *(@\w+ |package |public )?import Foundation", FOUNDATION),
    Rule(r"^ *(@\w+ )?import (Glibc|Musl|Darwin)", SYSTEM, but=r"/(Platform|SystemThread|Pages|HandleTable)\.swift$"),
    Rule(r"\.addingProduct\(", LIBM),
    Rule(r"\.(keys|values)\b(?!\().*\{|for .* in .*(Set|Dictionary)<|for \((key|_), (value|_)\) in", ORDER, but=r"/Stylesheet\.swift$"),
    Rule(r"for .* in .*(Set|Dictionary)[<(]", ORDER, HARNESS),
    Rule(r"<math\.h>|__builtin_(exp|log|pow|sin|cos|tan|erf|cbrt|hypot)", LIBM, ["CReproKernels"]),
    Rule(r"<time\.h>|\b(clock_gettime|gettimeofday|__rdtsc)\b", CLOCK, ["CReproKernels"]),
    Rule(r"\b(rand|srand|random|drand48|getrandom|getentropy)\(", RANDOM, ["CReproKernels"]),
    Rule(r"FP_CONTRACT +(ON|DEFAULT)|fp_contract *\(? *(fast|on)", FUSED, ["CReproKernels"], r"/simd/contraction\.h$"),
]  # fmt: skip
# System files may ask the system; the harness's names of folders and builds, too.
PASSED = r"/(AtomicFolder|RunEnvironment|Paths)\.swift$"

FLAG = Rule(r"-Ounchecked|-Ofast|unsafeFlags|-f(fast|unsafe|associative|reciprocal)-?math|-ffinite-math|-ffp-contract=(fast|on)|-march=|-mfma\b", FLAGS)
BUILDS = ["Package.swift", "Makefile", "Tests/*/*.mk", ".ci/*", ".github/**/*.yml"]

FUNCTIONS = (
    "exp exp2 exp10 expm1 log log2 log10 log1p pow sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc tgamma "
    "lgamma cbrt hypot fma sincos"
)
SYMBOLS = [
    Rule(rf"_{{0,2}}({'|'.join(FUNCTIONS.split())})(f|l|_finite|f_finite)?$", LIBM),
    Rule(r"(clock_gettime|gettimeofday|time|clock|mach_absolute_time|localtime(_r)?)$|\$ss1[05](Continuous|Suspending)ClockV|\$s8Dispatch0A4TimeV", CLOCK),
    Rule(r"s?rand(om)?(_r)?$|[deln]?rand48|arc4random|getrandom$|getentropy$|\$ss27SystemRandomNumberGeneratorV|swift_stdlib_random", RANDOM),
    Rule(r"(secure_)?getenv$|_*environ$|setlocale$|localeconv$", ENVIRONMENT),
    Rule(r"\$ss6HasherVABycfC|\$ss6HasherV8finalizeSiyF|\$s.*9hashValueSivg(Tj)?$", HASHER),
    Rule(r"\$s(Sh|SD)(12makeIterator|8IteratorV)|\$sSD(4Keys|6Values)V", ORDER),
    Rule(r"\$s(10Foundation|20FoundationEssentials|29FoundationInternationalization)", FOUNDATION),
    Rule(r"\$sSS10(lower|upper)casedSSyF", UNICODE),
]  # fmt: skip
FUSING = re.compile(r"\t(vf?n?m(add|sub)[0-9]*[sp][sd]|vfn?m(add|sub)\w*|fn?m(add|sub)|fml[as])\b")
# Where fma is written: the kernels' paths and the scalar fma. Processes of others are started below, which takes the environment.
FUSED_BY_INTENT = ("/paths/", "/processor/", "/simd/")
STARTS_PROGRAMS = "/processes/"


def lines_of(path):
    """The file's lines without comments, numbered."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield number, re.sub(r"(^|\s)(//|#\s).*" if path.suffix not in (".h", ".c", ".inc") else r"(^|\s)//.*", "", line)


def source_faults(root):
    for rule in SOURCES:
        for room in rule.rooms:
            for path in sorted((root / "Sources" / room).rglob("*")):
                name = str(path)
                if path.suffix not in (".swift", ".c", ".h", ".inc") or re.search(rule.but, name) or STARTS_PROGRAMS in name:
                    continue
                if room in HARNESS and re.search(PASSED, name):
                    continue
                for number, line in lines_of(path):
                    if re.search(rule.pattern, line):
                        yield f"{path.relative_to(root)}:{number}: {line.strip()[:100]}\n    {rule.replacement}"
    for path in sorted((root / "Sources/CReproKernels/src/paths").glob("*.c")):
        text = path.read_text(encoding="utf-8")
        if "/simd/" in text and '#include "../simd/contraction.h"' not in text:
            yield f"{path.relative_to(root)}: does not include simd/contraction.h\n    {FUSED}"
    for path in sorted(path for pattern in BUILDS for path in root.glob(pattern) if path.is_file()):
        for number, line in lines_of(path):
            if re.search(FLAG.pattern, line):
                yield f"{path.relative_to(root)}:{number}: {line.strip()[:100]}\n    {FLAG.replacement}"


def objects(folder, root):
    """Object files of what computes whose source is there, each with its module."""
    for module in [*BELOW, "CReproKernels"]:
        names = {str(path.relative_to(root / "Sources" / module)) for path in (root / "Sources" / module).rglob("*") if path.is_file()}
        bare = {name.rsplit("/", 1)[-1] for name in names}
        build = folder / f"{module}.build"
        for path in sorted(build.rglob("*.o")):
            source = str(path.relative_to(build)).removesuffix(".o")
            if source in names or (module != "CReproKernels" and source in bare):
                yield path, module


def tool(*names):
    for name in names:
        try:
            subprocess.run([name, "--version"], capture_output=True, check=True)
            return name
        except (OSError, subprocess.CalledProcessError):
            continue
    return None


def object_faults(paths):
    nm, objdump = tool("nm", "llvm-nm"), tool("objdump", "llvm-objdump")
    if nm is None or objdump is None:
        print("drift: skipped the object files: no nm or no objdump", file=sys.stderr)
        return
    for path in paths:
        found = subprocess.run([nm, "-u", str(path)], capture_output=True, text=True, check=True).stdout
        names = {line.split()[-1].split("@")[0] for line in found.splitlines() if line.strip()}
        for symbol in {name.removeprefix("_") if sys.platform == "darwin" else name for name in names}:
            for rule in SYMBOLS:
                if re.match(rule.pattern, symbol) and STARTS_PROGRAMS not in str(path):
                    yield f"{path}: calls {symbol}\n    {rule.replacement}"
        if not any(place in str(path) for place in FUSED_BY_INTENT):
            code = subprocess.run([objdump, "-d", "--no-show-raw-insn", str(path)], capture_output=True, text=True, check=True).stdout
            fused = FUSING.search(code)
            if fused:
                yield f"{path}: has the instruction {fused[1]}\n    {FUSED}"


def canary():
    """Each rule's fault has to be found, with that rule's words."""
    missed = caught = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for kind, place, text, replacement in drift_canary.faults(sys.modules[__name__]):
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "object":
                drift_canary.compiled(text, path)
                found = list(object_faults([path]))
            else:
                path.write_text(text, encoding="utf-8")
                found = list(source_faults(folder))
            path.unlink()
            if any(replacement in fault for fault in found) == (kind != "harmless"):
                caught += 1
            else:
                missed += 1
                print(f"drift: {'found' if found else 'missed'} in {place}: {text}", *found, sep="\n", file=sys.stderr)
    print(f"drift: {caught} of {caught + missed} planted lines and objects judged as they have to be")
    return 1 if missed else 0


def main():
    if "--canary" in sys.argv:
        return canary()
    folders = [pathlib.Path(place) for place in sys.argv[2:]] if "--objects" in sys.argv[1:2] else []
    faults, count = list(source_faults(ROOT)), 0
    for folder in folders:
        files = [path for path, _ in objects(folder, ROOT)]
        if not files:
            print(f"drift: no object file of what computes in {folder}", file=sys.stderr)
            return 1
        count += len(files)
        faults += object_faults(files)
    for fault in faults:
        print(f"drift: {fault}", file=sys.stderr)
    if folders:
        print(f"drift: {len(faults)} findings in the sources and {count} object files")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
