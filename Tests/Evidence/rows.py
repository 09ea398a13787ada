"""The rows of the table: which build runs with which kernels, on which processor."""

import dataclasses



@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    build: str
    kernels: str
    #: (architecture, model) of an emulated x86-64 processor; the build for ARM brings its own emulator.
    model: str = None
    #: What the kernels are said to be, where the name alone would not tell.
    note: str = ""


HASWELL, NEHALEM = "Haswell", "Nehalem"

ROWS = [
    Row("release-avx512", "release", "avx512"),
    Row("release-avx2", "release", "avx2"),
    Row("release-portable", "release", "portable", note="software fma"),
    Row("release-reference", "release", "reference"),
    Row("debug-avx512", "debug", "avx512"),
    Row("debug-avx2", "debug", "avx2"),
    Row("debug-portable", "debug", "portable", note="software fma"),
    Row("size-avx512", "size", "avx512"),
    Row("size-avx2", "size", "avx2"),
    Row("size-portable", "size", "portable", note="software fma"),
    Row("gcc-avx512", "gcc", "avx512"),
    Row("gcc-avx2", "gcc", "avx2"),
    Row("gcc-portable", "gcc", "portable", note="software fma"),
    Row("swift-6.0-avx512", "swift-6.0", "avx512"),
    Row("swift-6.0-avx2", "swift-6.0", "avx2"),
    Row("swift-6.0-portable", "swift-6.0", "portable", note="software fma"),
    Row("swift-6.0-reference", "swift-6.0", "reference"),
    Row("swift-6.0-gcc-avx512", "swift-6.0-gcc", "avx512"),
    Row("swift-6.0-gcc-avx2", "swift-6.0-gcc", "avx2"),
    Row("swift-6.0-gcc-portable", "swift-6.0-gcc", "portable", note="software fma"),
    Row("haswell-avx2", "release", "avx2", HASWELL),
    Row("haswell-portable", "release", "portable", HASWELL, note="software fma"),
    Row("nehalem-portable", "release", "portable", NEHALEM, note="software fma"),
    Row("nehalem-reference", "release", "reference", NEHALEM, note="software fma"),
    Row("arm64-neon", "swift-6.0-arm64", "neon"),
    Row("arm64-portable", "swift-6.0-arm64", "portable", note="software fma"),
    Row("arm64-reference", "swift-6.0-arm64", "reference"),
]
