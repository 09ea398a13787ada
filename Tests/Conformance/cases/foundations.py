"""Digests of what is written out, then draws, then chains and the elementary functions."""

import pathlib
import zlib

from .tensors import bits, drawn, integers
HERE = pathlib.Path(__file__).resolve().parent


def digests():
    leaf = lambda what, name, tensor: dict(id=what, kind="leaf", name=name, tensor=tensor)
    yield leaf("12.2/one-number", "x", bits([1.5]))
    yield leaf("12.2/name-of-utf-8", "größe.π", bits([1.5]))
    yield leaf("12.2/negative-zero", "x", bits([-0.0, 0.0]))
    yield leaf("12.2/scalar", "loss", dict(shape=[], bits="3f000000"))
    yield leaf("12.2/shape", "x", bits([1, 2, 3, 4, 5, 6], [2, 3]))
    yield leaf("12.2/other-shape", "x", bits([1, 2, 3, 4, 5, 6], [3, 2]))
    yield leaf("12.2/empty", "x", dict(shape=[0, 3], bits=""))
    yield leaf("12.2/integers", "n", integers([-1, 0, 1, 2**40, -(2**63)]))
    yield leaf("12.2/bytes", "b", dict(shape=[5], bytes="00ff7f8001"))
    for count, what in ((4096, "one-piece"), (4098, "a-piece-and-two-elements"), (12288, "three-pieces")):
        yield leaf(f"12.2/{what}", "x", dict(shape=[count], bits="3f800000 bf000000", repeat=count // 2))
    yield leaf("12.2/pieces-of-integers", "n", dict(shape=[2049], integers=["258"], repeat=2049))
    yield leaf("12.2/bytes-past-a-piece", "b", dict(shape=[16387], bytes="41", repeat=16387))
    yield leaf("12.1/sha-256-of-one-block", "", dict(shape=[1], bytes="80"))
    streams = lambda what, *used: dict(
        id=what, kind="streams", streams=[dict(seed=s, domain=d, key=k, draws=n) for s, d, k, n in used]
    )
    yield streams("12.3/none")
    child = lambda text: zlib.crc32(text.encode()).to_bytes(4, "big").hex() * 8
    node = lambda what, name, *children, streams=child("streams"): dict(
        id=what, kind="node", name=name, streams=streams, children=list(children)
    )
    yield node("12.4/no-children", "run")
    yield node("12.4/order-of-children", "step 000001", child("a"), child("b"), child("c"))
    yield node("12.4/streams-of-a-node", "step 000001", child("b"), streams=child("other"))
    draws = lambda what, seed, count, key=0: dict(
        id=what, kind="draws", stream=[seed, 1, key], what="next32", count=count
    )
    yield draws("9.1/words-of-seed-0", 0, 4)
    yield draws("9.1/odd-count", 42, 5)
    yield draws("9.1/a-half-is-kept", 42, 5) | dict(what="next32 one by one")
    yield draws("9.1/largest-seed", 2**64 - 1, 4)
    yield draws("9.1/key", 42, 4, 4294967295)
    yield dict(id="9.1/domain-and-key", kind="draws", stream=[42, 7, 3], what="next32", count=2)
    yield streams("12.3/undrawn", (42, 0, 7, 0))
    yield streams("12.3/whole-draws", (42, 3, 1, 4))
    yield streams("12.3/buffered-half", (42, 3, 1, 5))
    yield streams("12.3/several-in-order", (42, 3, 1, 1), (7, 2, 0, 2), (42, 0, 4294967295, 3))


def random():
    draws = lambda what, kind, count, seed=42, **more: dict(
        id=what, kind="draws", stream=[seed, 1, 0], what=kind, count=count, **more
    )
    yield draws("9.3/u", "unit", 33)
    yield draws("9.3/pick-of-three", "pick", 40, below=3)
    yield draws("9.3/pick-of-many", "pick", 9, below=2**24 - 3)
    yield draws("9.3/uniform", "uniform", 200, **{"from": -1, "to": 1})
    # As binary32 numbers 0.1 and 0.3 differ by another number than 0.2.
    yield draws("9.3/bounds-are-rounded-first", "uniform", 50, **{"from": 0.1, "to": 0.3})
    yield draws("9.3/uniform-of-decimals", "uniform", 200, **{"from": -0.1, "to": 0.7})
    for count in (1, 2, 3, 16, 17, 100):
        yield draws(f"9.4/permutation-of-{count}", "permutation", count)
    yield draws("9.4/permutation-of-another-seed", "permutation", 50, seed=7)


def linear(what, results=("y",), **tensors):
    return dict(id=what, kind="linear", tensors=tensors, results=list(results))


#: Terms whose sum depends on the order and on every rounding.
STEEP = [1.0, "33800000", "33800000", -1.0, "33800001", 3.0, "4b800000", "cb7fffff"]


def chains():
    column = bits(STEEP, [1, 8])
    ones = bits([1.0] * 8, [1, 8])
    yield linear("1.1/one-product", x=bits([3.0], [1, 1]), weight=bits(["3eaaaaab"], [1, 1]))
    # Every product and every sum but for its one rounding is exact here: the order and the start alone show.
    yield linear("2.1/order", x=column, weight=ones)
    yield linear("2.1/start", x=bits([3.0], [1, 1]), weight=bits([2.0], [1, 1]), bias=bits([1.5]))
    one = lambda what, x, w: linear(what, x=bits(x, [1, 2]), weight=bits(w, [1, 2]))
    # (1 + 2^-23) × (1 - 2^-22) - 1: the product's last bits are all that is left.
    yield one("1.3/fused", [1.0, "3f800001"], [-1.0, "3f7ffffe"])
    # The exact sum lies 2^-70 beside the middle between two numbers; binary64 would round it onto the middle.
    yield one("1.3/rounded-once", ["3f800001", "39800001"], [1.0, "397ffffe"])
    yield one("1.3/rounded-once-negative", ["bf800001", "39800001"], [1.0, "b97ffffe"])
    yield one("1.3/rounded-once-away", [1.0, "39800001"], [1.0, "39800001"])
    # 9 × 2^-56 below and above the middle: the nearest binary64 number beside it is odd, and the rest points at the middle.
    # 2^-54 above the middle, to which binary64 would round it.
    yield one("1.3/just-above-the-middle", [1.0, "38d03400"], [1.0, "3a1d6280"])
    yield one("1.3/odd-below-the-middle", ["3f800001", "397ffd00"], [1.0, "39800180"])
    yield one("1.3/odd-above-the-middle", [1.0, "38167400"], [1.0, "3ad9cba0"])
    yield one("1.3/odd-below-the-middle-negative", ["bf800001", "397ffd00"], [1.0, "b9800180"])
    yield one("1.3/subnormal-sum", ["00000001", "1fc00001"], [1.0, "1fbffffe"])
    yield linear("1.2/subnormals", x=bits(["00000003", "00400000"], [2, 1]), weight=bits([0.5, 0.75, 1.5], [3, 1]))
    yield linear("1.2/ties-to-even", x=bits([1.0, "33800000"], [1, 2]), weight=bits([1.0, 1.0, "3f800001", 1.0], [2, 2]))
    yield linear("2.1/many-terms", x=drawn("chain/x", [3, 70]), weight=drawn("chain/w", [19, 70]))
    yield linear("2.3/zero-times-zero", x=bits([0.0], [1, 1]), weight=bits([0.0, 0.0], [2, 1]), bias=bits([-0.0, 0.0]))
    yield linear("2.3/negative-products", x=bits([-0.0, 0.0], [1, 2]), weight=bits([1.0, -1.0], [1, 2]), bias=bits([-0.0]))
    yield linear("2.3/starts-from-0", x=bits([-0.0, 0.0], [1, 2]), weight=bits([1.0, -1.0], [1, 2]))
    yield linear("2.1/many-starts", x=drawn("start/x", [4, 3]), weight=drawn("start/w", [2, 3]), bias=drawn("start/b", [2], 9))
    loss = lambda what, x, t: dict(id=what, kind="loss", loss="squared", tensors=dict(logits=x, targets=t), results=["loss"])
    # e × e are the terms; their sum rounds at every step.
    yield loss("2.2/one-term", bits([3.0], [1, 1]), bits([1.0]))
    yield loss("2.2/order", bits([4096.0, 1.0, 1.0, 1.0, 0.5, 0.25, 3.0], [7, 1]), bits([0.0] * 7))
    yield loss("2.2/many-terms", drawn("sum/x", [301, 1]), drawn("sum/t", [301]))


def hard_inputs(name):
    """Some inputs whose exact value stands next to the middle between two numbers."""
    lines = (HERE.parent.parent / "Fixtures/elementary_hard_inputs.txt").read_text().splitlines()
    known = [line.split()[1] for line in lines if line.startswith(name + " ")]
    return known[:: max(1, len(known) // 40)]


def functions():
    edges = [
        0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x33000000, 0x33000001, 0x33800000, 0x34000000, 0x39000000,
        0x3A000000, 0x3DCCCCCD, 0x3F000000, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x40000000, 0x41102CB4, 0x41102CB5,
        0x4185E8C3, 0x41851592, 0x41851593, 0x42AEAC4F, 0x42AEAC50, 0x42B17217, 0x42B17218, 0x42CFF1B4, 0x42CFF1B5,
        0x42CE8ECF, 0x42CE8ED0, 0x447A0000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000,
    ]  # fmt: skip
    patterns = [f"{sign | e:08x}" for e in edges for sign in (0, 1 << 31)]
    for name in ("exp", "log", "log1p", "tanh", "sigmoid"):
        case = lambda what, x: dict(id=f"3.1/{name}-{what}", kind="function", function=name, x=x)
        yield case("of-one", bits([1.0]))
        yield case("special-and-edges", bits(patterns))
        yield case("drawn", drawn(f"function/{name}", [400], 128))
        yield case("drawn-near-0", drawn(f"function/{name}/near", [200], 2.0**-12))
        yield case("every-exponent", bits([f"{(index * 20000003) % 2**32:08x}" for index in range(215)]))
        yield case("hard", bits(hard_inputs(name)))


def table():
    for name in ("exp", "log", "log1p", "tanh", "sigmoid"):
        yield dict(id=f"3.2/{name}", kind="table", function=name, stride=4000037)


def cases():
    yield from digests()
    yield from random()
    yield from chains()
    yield from functions()
    yield from table()
