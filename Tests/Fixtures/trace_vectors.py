#!/usr/bin/env python3
"""Writes the vectors of ReproTraceTests with Python's hashlib, so that they come from outside. Needs Python alone.

    python3 Tests/Fixtures/trace_vectors.py

`sha256.txt`: `length digest`. Byte i of the message of n bytes is (i * i + 31 * i + 7 * n) mod 251.

`digests.txt`, section 12 of the contract; a list has commas between its elements and is `-` where it is empty:

- `tensor NAME DTYPE SHAPE BYTES DIGEST`, bytes in hexadecimal;
- `message NAME LENGTH DIGEST`, a U8 tensor of the message of that length: of several pieces, too long for hexadecimal;
- `streams STREAMS DIGEST`, a stream being domain:key:state:increment:buffered, state and increment of 32 hexadecimal
  digits, buffered a number or `none`;
- `node NAME STREAMS CHILDREN DIGEST`, digests in hexadecimal.
"""

import hashlib
import pathlib
import platform
import struct

OUT = pathlib.Path(__file__).resolve().parent.parent / "ReproTraceTests" / "Vectors"
HEAD = f"# Tests/Fixtures/trace_vectors.py, Python {platform.python_version()}, hashlib\n"


def message(n):
    return bytes((i * i + 31 * i + 7 * n) % 251 for i in range(n))


def H(*fields):
    data = b""
    for field in fields:
        field = field if isinstance(field, bytes) else field.encode()
        data += len(field).to_bytes(8, "little") + field
    return hashlib.sha256(data).hexdigest()


def integer(value):
    return value.to_bytes(8, "little")


def listed(values):
    return ",".join(map(str, values)) or "-"


def leaf(name, dtype, shape, data):
    pieces = b"".join(hashlib.sha256(data[k : k + 16384]).digest() for k in range(0, len(data), 16384))
    return H("repro.tensor.v2", name, dtype, b"".join(map(integer, shape)), pieces)


def tensor(name, dtype, shape, data):
    return " ".join(["tensor", name, dtype, listed(shape), data.hex() or "-", leaf(name, dtype, shape, data)])


def long_message(name, length):
    return " ".join(["message", name, str(length), leaf(name, "U8", [length], message(length))])


def streams(states):
    fields, texts = [], []
    for domain, key, state, increment, buffered in states:
        fields += [integer(domain), integer(key), state.to_bytes(16, "little"), increment.to_bytes(16, "little")]
        fields.append(integer(0 if buffered is None else 2**32 + buffered))
        texts.append(f"{domain}:{key}:{state:032x}:{increment:032x}:{'none' if buffered is None else buffered}")
    return " ".join(["streams", listed(texts), H("repro.streams.v2", *fields)])


def node(name, streams, children):
    digest = H("repro.node.v2", name, bytes.fromhex(streams), *map(bytes.fromhex, children))
    return " ".join(["node", name, streams, listed(children), digest])


def main():
    lengths = list(range(201)) + [255, 256, 257, 1000, 4095, 4096, 65537, 1000003]
    lines = [f"{n} {hashlib.sha256(message(n)).hexdigest()}" for n in lengths]
    (OUT / "sha256.txt").write_text(HEAD + "\n".join(lines) + "\n")

    floats = lambda *values: struct.pack(f"<{len(values)}f", *values)
    numbers = lambda *values: struct.pack(f"<{len(values)}q", *values)
    big = (2**127 + 12345678901234567890123, 2**126 + 2**64 + 987654321)
    lines = [
        tensor("loss", "F32", [], floats(0.5)),
        tensor("a", "F32", [2, 3], floats(0.0, -0.0, 1.5, -2.25, 1e-40, 3.4e38)),
        tensor("a", "F32", [3, 2], floats(0.0, -0.0, 1.5, -2.25, 1e-40, 3.4e38)),
        tensor("none", "F32", [0], b""),
        tensor("lstm.weight_ih_l0_reverse", "F32", [1, 1, 1], floats(-1.0)),
        tensor("größe", "F32", [40], floats(*(i / 7 for i in range(40)))),
        tensor("batch.targets", "I64", [4], numbers(0, -1, 2**63 - 1, -(2**63))),
        tensor("optimizer.step", "I64", [], numbers(17)),
        tensor("train.file", "U8", [5], b"LOC\ta"),
        tensor("train.file", "U8", [0], b""),
        *(long_message("train.file", n) for n in [16383, 16384, 16385, 32768, 5 * 16384 + 1, 1000003]),
        streams([]),
        streams([(0, 4293918720, *big, None)]),
        streams([(1, 0, *big, 0), (4, 0, 5, 7, 2**32 - 1), (3, 2**32 - 1, 0, 1, None)]),
        streams([(4, 0, 5, 7, 2**32 - 1), (1, 0, *big, 0)]),
        node("run", H("repro.streams.v2"), []),
        node("init", H("repro.streams.v2"), [H("x")]),
        node("step_000003", H("other"), [H("x"), H("y"), H("z")]),
        node("step_000003", H("other"), [H("y"), H("x"), H("z")]),
    ]
    (OUT / "digests.txt").write_text(HEAD + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
