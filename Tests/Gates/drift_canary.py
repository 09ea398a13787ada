"""The faults that `drift.py --canary` plants: for each rule lines of source, flags or object files that it has to find, and harmless
ones that it may not."""

import shutil
import subprocess


def faults(drift):
    """What is planted: `source`, `object` or `harmless`, where, the text or the symbol, and the words that have to be said of it."""
    swift = "Sources/ReproNN/Layers/Planted.swift"
    for text, words in (
        ("let key = name.hashValue", drift.HASHER), ("var hasher = Hasher()", drift.HASHER),
        ("let start = ContinuousClock().now", drift.CLOCK), ("let now = Date()", drift.CLOCK),
        ("var generator = SystemRandomNumberGenerator()", drift.RANDOM), ("let x = Float.random(in: 0..<1)", drift.RANDOM),
        ("let order = indices.shuffled()", drift.RANDOM), ("let threads = ProcessInfo.processInfo.environment", drift.ENVIRONMENT),
        ("let home = getenv(\"HOME\")", drift.ENVIRONMENT), ("let word = token.lowercased()", drift.UNICODE),
        ("import Foundation", drift.FOUNDATION), ("@preconcurrency import FoundationEssentials", drift.FOUNDATION),
        ("import Glibc", drift.SYSTEM), ("let y = a.addingProduct(b, c)", drift.LIBM),
        ("for (key, value) in counts {", drift.ORDER), ("let names = counts.keys.map { $0 }", drift.ORDER),
        ("for label in Set<String>(labels) {", drift.ORDER),
    ):  # fmt: skip
        yield "source", swift, text + "\n", words
        yield "harmless", swift, "/// " + text + "\n", words
    for text, words in (
        ("let id = UUID()", drift.CLOCK), ("let seed = UInt64.random(in: 0...9)", drift.RANDOM), ("let x = getenv(\"X\")", drift.ENVIRONMENT),
        ("for label in Set(labels) {", drift.ORDER), ("func hash(into hasher: inout Hasher) {}", drift.HASHER),
    ):  # fmt: skip
        yield "source", "Sources/ReproHarness/Runs/Planted.swift", text + "\n", words
        yield "harmless", "Sources/ReproCommand/Terminal/Planted.swift", text + "\n", words
    kernel = "Sources/CReproKernels/src/elementary/planted.c"
    for text, words in (
        ("#include <math.h>", drift.LIBM), ("float y = __builtin_expf(x);", drift.LIBM), ("#include <time.h>", drift.CLOCK),
        ("int n = rand();", drift.RANDOM), ("#pragma STDC FP_CONTRACT ON", drift.FUSED), ("#pragma clang fp_contract(fast)", drift.FUSED),
    ):  # fmt: skip
        yield "source", kernel, text + "\n", words
    yield "source", "Sources/CReproKernels/src/paths/planted.c", "#include \"../simd/wide.h\"\nfloat x(float a) { return a * a + a; }\n", drift.FUSED
    for place, text in (
        ("Package.swift", 'swiftSettings: [.unsafeFlags(["-Ounchecked"])]'), ("Makefile", "\t$(SWIFT) build -Xswiftc -Ounchecked"),
        ("Tests/Gates/planted.mk", "\tclang -Ofast x.c"), (".ci/run", "swift build -Xcc -ffast-math"),
        (".github/workflows/planted.yml", "      - run: swift build -Xcc -ffp-contract=fast"), ("Package.swift", 'cSettings: ["-march=native"]'),
    ):  # fmt: skip
        yield "source", place, text + "\n", drift.FLAGS
    yield "harmless", "Package.swift", "// without -Ounchecked\n", drift.FLAGS
    built = "ReproNN.build/Planted.swift.o"
    for symbol, words in (
        *((name, drift.LIBM) for name in ("exp", "expf", "logf", "log1p", "tanhf", "pow", "fmaf", "fma", "sincosf")),
        *((name, drift.CLOCK) for name in ("clock_gettime", "time", "gettimeofday", "$ss15ContinuousClockVABycfC")),
        *((name, drift.RANDOM) for name in ("getrandom", "rand", "arc4random_buf", "$ss27SystemRandomNumberGeneratorVABycfC")),
        *((name, drift.ENVIRONMENT) for name in ("getenv", "setlocale", "environ")),
        *((name, drift.HASHER) for name in ("$ss6HasherVABycfC", "$sSS9hashValueSivg", "$sSH9hashValueSivgTj")),
        *((name, drift.ORDER) for name in ("$sSD12makeIteratorSD0B0Vyxq__GyF", "$sSh12makeIteratorSh0B0Vyx_GyF", "$sSD4KeysVMn")),
        ("$s10Foundation4DateVACycfC", drift.FOUNDATION), ("$s20FoundationEssentials4DataVN", drift.FOUNDATION), ("$sSS10lowercasedSSyF", drift.UNICODE),
    ):  # fmt: skip
        yield "object", built, f"extern char planted[] __asm__(\"{symbol}\"); char *user(void) {{ return planted; }}", words
    fused = "float user(float a, float b, float c) { return __builtin_fmaf(a, b, c); }"
    yield "object", built, fused, drift.FUSED


def compiled(text, path):
    """An object file of C, with the instruction for fma where there is one."""
    compiler = shutil.which("clang") or shutil.which("cc")
    machine = subprocess.run([compiler, "-dumpmachine"], capture_output=True, text=True).stdout
    flags = ["-mfma"] if machine.startswith("x86_64") else []
    subprocess.run([compiler, *flags, "-O1", "-w", "-x", "c", "-c", "-", "-o", str(path)], input=text, text=True, check=True)
