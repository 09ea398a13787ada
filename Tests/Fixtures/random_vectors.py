"""Writes the vectors of ReproRandomTests with NumPy and zlib, so that they come from outside.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy
    /tmp/venv/bin/python Tests/Fixtures/random_vectors.py

Each line of a vector file is one case: space-separated fields, hexadecimal unless said otherwise.
"""
import pathlib
import sys
import zlib

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "ReproRandomTests" / "Vectors"
MADE = f"# made by: python3 Tests/Fixtures/random_vectors.py, NumPy {np.__version__}, zlib {zlib.ZLIB_RUNTIME_VERSION}"
SEEDS = [0, 1, 7, 42, 0xDEADBEAF, 2**32 - 1, 2**32, 42 << 32, 2**63, 0x0123456789ABCDEF, 2**64 - 1]
KEYS = [(), (0,), (1,), (0, 0), (0, 0xCBF43926), (1, 0), (2, 3), (3, 99999), (4, 0), (2**32 - 1, 2**32 - 1), (1, 2, 3, 4, 5)]


def write(name, legend, lines):
    (OUT / name).write_text("\n".join([MADE, "# " + legend, *lines]) + "\n")
    print(f"{name}: {len(lines)}")


def key_field(key):
    return ",".join(f"{k:x}" for k in key) or "-"


def state_fields(generator):
    s = generator.state
    low = 2**64 - 1
    state, inc = s["state"]["state"], s["state"]["inc"]
    return f"{state >> 64:x} {state & low:x} {inc >> 64:x} {inc & low:x} {s['has_uint32']:x} {s['uinteger']:x}"


def numpy_testsets():
    """NumPy's own test data, from the installed package; NumPy is BSD-3-Clause."""
    data = pathlib.Path(np.random.__file__).parent / "tests" / "data"
    for name in ("pcg64-testset-1.csv", "pcg64-testset-2.csv"):
        lines = (data / name).read_text().splitlines()
        write(name, f"a copy of numpy/random/tests/data/{name} (BSD-3-Clause), below this line", lines)


def seed_sequences():
    lines = []
    for seed in SEEDS:
        for key in KEYS:
            words = SeedSequence(seed, spawn_key=key).generate_state(9)
            wide = SeedSequence(seed, spawn_key=key).generate_state(2, np.uint64)
            lines.append(f"{seed:x} {key_field(key)} " + " ".join(f"{w:x}" for w in [*words, *wide]))
    write("seed_sequence.txt", "seed, spawn key, generate_state(9), generate_state(2, uint64)", lines)


def generators():
    lines = []
    for seed in SEEDS:
        for key in KEYS:
            g = PCG64(SeedSequence(seed, spawn_key=key))
            before = state_fields(g)
            raw = g.random_raw(4)
            lines.append(f"{seed:x} {key_field(key)} {before} " + " ".join(f"{w:x}" for w in raw) + " " + state_fields(g))
    write("pcg64.txt", "seed, spawn key, state inc has_uint32 uinteger, 4 raw draws, state after them", lines)


def advances():
    lines = []
    for seed in (0, 42, 2**64 - 1):
        for delta in (0, 1, 2, 3, 1000, 2**32, 2**64 - 1, 2**64, 2**96 + 12345, 2**127, 2**128 - 1):
            g = PCG64(seed)
            Generator(g).random(3, dtype=np.float32)  # leaves a half waiting, which advance forgets
            g.advance(delta)
            lines.append(f"{seed:x} {delta >> 64:x} {delta & (2**64 - 1):x} {state_fields(g)} {int(g.random_raw()):x}")
    write("advance.txt", "seed, three float32 draws, then advance by (high, low), state after it, next raw draw", lines)


def uniforms():
    lines = []
    bounds = [(0.0, 1.0), (-1.0, 1.0), (-0.125, 0.125), (-1 / 3, 1 / 3), (-(3**0.5), 3**0.5), (-(100**-0.5), 100**-0.5)]
    for seed in SEEDS:
        for a, b in bounds:
            g = Generator(PCG64(SeedSequence(seed, spawn_key=(0, 5))))
            lower, upper = np.float32(a), np.float32(b)
            u = g.random(9, dtype=np.float32)
            value = lower + (upper - lower) * u
            assert value.dtype == np.float32
            ab = " ".join(f"{np.float64(x).view(np.uint64):x}" for x in (a, b))
            bits = " ".join(f"{x:x}" for x in [*u.view(np.uint32), *value.view(np.uint32)])
            lines.append(f"{seed:x} {ab} {bits} {state_fields(g.bit_generator)}")
    write("uniform.txt", "seed (spawn key 0,5), a and b as binary64 bits, 9 × u, 9 × (a + (b − a) × u) as bits, state", lines)


def permutations():
    lines = []
    counts = [*range(0, 34), 63, 64, 65, 100, 255, 256, 257, 1000, 3999, 4096, 65537]
    for seed in (0, 42, 2**64 - 1):
        for count in counts:
            g = Generator(PCG64(SeedSequence(seed, spawn_key=(2, 1))))
            order = g.permutation(count)
            crc = zlib.crc32(order.astype("<i8").tobytes())
            shown = ",".join(str(x) for x in order) if 0 < count <= 33 else "-"
            lines.append(f"{seed:x} {count} {shown} {crc:x} {state_fields(g.bit_generator)}")
    write("permutation.txt", "seed (spawn key 2,1), count, order up to 33 (both decimal), CRC-32 of it as int64, state", lines)


def checksums():
    names = [
        "a", "123456789", "embedding.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0_reverse", "lstm.bias_ih_l1",
        "linear.weight", "linear.bias", "naïve", "вес", "重み", "plumless", "buckeroo", "x" * 300,
    ]
    lines = [f"{zlib.crc32(n.encode()):x} {n.encode().hex()}" for n in names] + [f"{zlib.crc32(b''):x} -"]
    write("crc32.txt", "zlib.crc32, UTF-8 bytes", lines)


if __name__ == "__main__":
    if np.__version__.split(".")[:2] != ["2", "4"]:
        sys.exit(f"the contract names NumPy 2.4 and this is {np.__version__}: pip install 'numpy==2.4.*'")
    numpy_testsets()
    seed_sequences()
    generators()
    advances()
    uniforms()
    permutations()
    checksums()
