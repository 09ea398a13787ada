"""Optimisers, clipping, schedules and scores."""

import math
import struct

from .tensors import bits, drawn, picks

SHAPES = dict(a=[3, 50], b=[7], c=[2, 2])


def optimiser(what, rule, steps=3, times=1, shapes=SHAPES, parameters=None, gradients=None, clip=None, clip_value=None, **options):
    result = dict(
        id=what, kind="optimiser", optimiser=rule, options=options,
        parameters=parameters or {name: drawn(f"optimiser/{name}", shape) for name, shape in shapes.items()},
        steps=gradients or [
            {name: drawn(f"optimiser/{step}/{name}", shape, times) for name, shape in shapes.items()} for step in range(steps)
        ],
    )  # fmt: skip
    return result | {name: value for name, value in (("clip", clip), ("clip_value", clip_value)) if value is not None}


def norm(tensors):
    """The norm of tensors as section 8 has it, plus 10^-6."""
    total = 0.0
    for values in tensors:
        lanes = [0.0] * 64
        for place, value in enumerate(values):
            lanes[place % 64] += value * value
        for lane in lanes:
            total += lane
    return math.sqrt(total) + 1e-6


def edges(*tensors, near=0.37):
    """Two maxima between which the factor, rounded to binary32, steps up: the first unit in the norm's last place shows."""
    single = lambda x: struct.unpack("<f", struct.pack("<f", x))[0]
    n = norm(tensors)
    low, high = near * n, near * n * (1 + 2.0**-22)
    while math.nextafter(low, high) < high:
        middle = low + (high - low) / 2
        low, high = (middle, high) if single(middle / n) == single(low / n) else (low, middle)
    return low, high


def optimisers():
    one = lambda *values: {"p": bits(values)}
    yield optimiser("12.7/names-of-momentum-buffers", "sgd", rate=0.5, momentum=0.5, parameters=dict(z=bits([0.0]), a=bits([0.0])),
                    gradients=[dict(z=bits([0.0]), a=bits([0.0]))])
    yield optimiser("8.4/rate", "sgd", 1, rate=0.1)
    yield optimiser("8.1/no-fma", "sgd", rate=0.1, parameters=one(1.0, "3f800001", 3.0), gradients=[one("3f800001", "3f7fffff", "40490fdb")])
    yield optimiser("8.4/decay", "sgd", 1, rate=0.1, decay=0.01)
    yield optimiser("8.1/coefficients-rounded-once", "sgd", rate=0.1, decay=0.3, steps=2)
    yield optimiser("8.4/momentum-of-the-first-step", "sgd", 1, rate=0.5, momentum=0.9)
    yield optimiser("8.4/momentum", "sgd", 3, rate=0.5, momentum=0.9)
    yield optimiser("8.4/momentum-and-decay", "sgd", 3, rate=0.05, momentum=0.9, decay=0.001)
    yield optimiser("8.4/momentum-of-0-as-binary32", "sgd", 2, rate=0.05, momentum=1e-60)
    # The buffer is -0: +0 would have been added to it.
    yield optimiser("8.4/decay-of-0-as-binary32", "sgd", rate=0.5, momentum=0.5, decay=1e-60, parameters=one(1.0, -1.0),
                    gradients=[one(-0.0, -0.0)])
    yield optimiser("8.5/first-step", "adam", 1, rate=0.01)
    yield optimiser("8.5/bias-corrections", "adam", 4, rate=0.01)
    yield optimiser("8.5/decay", "adam", 2, rate=0.01, decay=0.1)
    yield optimiser("8.5/betas-and-epsilon", "adam", 3, rate=0.01, beta1=0.8, beta2=0.99, epsilon=1e-4)
    yield optimiser("8.5/many-steps", "adam", 12, rate=0.003, shapes=dict(a=[9]))
    yield optimiser("8.5/small-gradients", "adam", 3, rate=0.01, times=2.0**-40)
    yield optimiser("8.6/without-decay", "adamw", 2, rate=0.01)
    yield optimiser("8.6/decay-first", "adamw", 1, rate=0.01, decay=0.1)
    yield optimiser("8.6/coefficient-rounded-once", "adamw", 2, rate=0.3, decay=0.3)
    yield optimiser("8.6/decay", "adamw", 3, rate=0.002, decay=0.1, beta1=0.7)
    yield optimiser("8.2/above", "sgd", 1, rate=1, clip=1.0)
    yield optimiser("8.2/below", "sgd", 1, rate=1, clip=100.0)
    yield optimiser("8.2/just-above", "sgd", 1, rate=1, clip=5.0, shapes={}, parameters=one(0.0, 0.0), gradients=[one(3.0, 4.0)])
    # 5 + 10^-6 is the least maximum that leaves a norm of 5 alone.
    yield optimiser("8.2/just-below", "sgd", 1, rate=1, clip=5.0000011, shapes={}, parameters=one(0.0, 0.0), gradients=[one(3.0, 4.0)])
    # Squares from 2^-60 to 2^60: each order of adding them gives other bits.
    steep = [2.0 ** ((37 * k) % 29 - 14) * (1 + k * 2.0**-20) for k in range(300)]
    for count in (1, 63, 64, 65, 128, 200, 300):
        for side, maximum in zip(("below", "above"), edges(steep[:count])):
            yield optimiser(f"8.2/lanes-of-{count}-{side}", "sgd", 1, rate=1, clip=maximum, parameters=one(*[0.0] * count),
                            gradients=[one(*steep[:count])])  # fmt: skip
    # The larger come last: in another order they swallow other bits of the smaller.
    several = {name: [scale * (1 + (k * k % 997) * 2.0**-20) for k in range(90)] for name, scale in (("z", 1.0), ("a", 256.0), ("m", 8192.0))}  # fmt: skip
    for side, maximum in zip(("below", "above"), edges(*several.values())):
        yield optimiser(f"8.2/tensor-after-tensor-{side}", "sgd", 1, rate=1, clip=maximum, parameters={name: bits([0.0] * 90) for name in several},
                        gradients=[{name: bits(values) for name, values in several.items()}])  # fmt: skip
    yield optimiser("8.2/adam", "adam", 2, rate=0.001, decay=0.1, clip=0.5)
    yield optimiser("8.3/value", "sgd", 1, rate=1, clip_value=0.1)
    yield optimiser("8.3/at-the-value", "sgd", 1, rate=1, clip_value=0.1, parameters=one(0.0, 0.0, 0.0),
                    gradients=[one("3dcccccd", "bdcccccd", "3dccccce")])
    yield optimiser("12.7/order-of-the-state", "adam", 1, rate=0.01, shapes=dict(z=[2], a=[3]))
    yield optimiser("12.7/momentum-buffers", "sgd", 2, rate=0.01, momentum=0.5, shapes=dict(z=[2], a=[3]))


def schedules():
    rates = lambda what, schedule, epochs=40, rate=0.01, **more: dict(
        id=what, kind="rates", rate=rate, schedule=schedule, epochs=epochs, **more
    )
    yield rates("8.7/step", dict(kind="step", every=1, factor=0.1))
    yield rates("8.7/step-of-seven", dict(kind="step", every=7, factor=0.7), rate=0.3)
    yield rates("8.7/exponential", dict(kind="exponential", factor=0.9))
    yield rates("8.7/exponential-growth", dict(kind="exponential", factor=1.1), rate=1.0)
    yield rates("8.7/linear", dict(kind="linear", start=1 / 3, end=1.0, epochs=5), rate=0.1)
    yield rates("8.7/linear-down", dict(kind="linear", start=0.9, end=0.05, epochs=13), rate=0.007)
    yield rates("8.7/cosine-to-0", dict(kind="cosine", end=0.0, epochs=30), rate=0.1)
    yield rates("8.7/cosine", dict(kind="cosine", end=0.1, epochs=7), rate=0.3)
    yield rates("8.7/cosine-of-one-epoch", dict(kind="cosine", end=0.3, epochs=1), epochs=3, rate=0.3)
    yield dict(id="8.8/warm-up", kind="rates", rate=0.3, epochs=2, steps=5, warmup=7)
    yield rates("8.8/warm-up-of-a-schedule", dict(kind="exponential", factor=0.9), epochs=5, steps=3, warmup=10)


def scores():
    score = lambda what, which, targets, predictions, **more: dict(
        id=what, kind="score", score=which, targets=targets, predictions=predictions, **more
    )
    # Differences of 53 bits, so that every sum is rounded; some orders differ in few of them.
    for count, times in ((1, 1), (7, 1), (8, 4), (9, 1), (15, 4), (23, 4), (127, 4), (128, 8), (129, 4), (137, 4), (300, 8), (1000, 1)):
        for at in range(times):
            t, p = drawn(f"sum/t/{count}/{at}", [count], low=1, high=2), drawn(f"sum/p/{count}/{at}", [count], 2.0**-29)
            yield score(f"14.1/sum-of-{count}-{at}", "mae", t, p)
    yield score("14.1/division-by-0", "spanF1", ["O"], ["O"], lengths=[1])
    t, p = picks("score/t", 60, 5), picks("score/p", 60, 6)
    p = [one if place % 3 else other for place, (one, other) in enumerate(zip(t, p))]
    yield score("14.2/accuracy", "accuracy", t, p)
    yield score("14.2/macro-f1", "macroF1", t, p)
    yield score("14.2/classes-that-occur", "macroF1", [0, 0, 4, 4, 7], [0, 4, 4, 0, 2])
    yield score("14.2/nothing-right", "macroF1", [0, 1], [1, 0])
    yield score("14.2/many-classes", "macroF1", picks("many/t", 400, 140), picks("many/p", 400, 7))
    tags = lambda text: text.split()
    spans = lambda what, targets, predictions, *lengths: score(
        f"14.3/{what}", "spanF1", tags(targets), tags(predictions), lengths=list(lengths)
    )
    yield spans("right", "B-A I-A O B-B", "B-A I-A O B-B", 4)
    yield spans("kinds", "B-A I-A O B-B", "B-B I-B O B-B", 4)
    yield spans("half-right", "B-A I-A O B-B", "B-A O O B-B", 4)
    yield spans("begins-with-i", "B-A I-A B-A", "I-A I-A B-A", 3)
    yield spans("other-kind-begins-one", "B-A I-B O", "B-A B-B O", 3)
    yield spans("e-ends-it", "B-A E-A I-A", "B-A E-A B-A", 3)
    yield spans("e-goes-on", "B-A E-A O", "B-A I-A O", 3)
    yield spans("s-stands-alone", "S-A I-A E-A O", "S-A B-A E-A O", 4)
    yield spans("after-s-begins-one", "B-A S-A I-A", "B-A B-A B-A", 3)
    yield spans("sentence-ends", "B-A I-A I-A", "B-A B-A I-A", 1, 2)
    yield spans("precision-and-recall", "B-A B-B B-A O O O O", "B-A O O B-B B-A O B-A", 7)
    yield spans("first-position", "B-A I-A I-A", "O B-A I-A", 3)
    yield spans("last-position", "B-A I-A I-A", "B-A I-A O", 3)
    yield spans("nothing-predicted", "B-A O", "O O", 2)
    for which in ("mae", "rmse", "r2"):
        yield score(f"14.4/{which}", which, drawn("number/t", [50]), drawn("number/p", [50]))
    for count in (3, 9, 17, 40):
        yield score(f"14.4/r2-of-{count}", "r2", drawn("number/t", [count], 3), drawn("number/p", [count], 3))
    same, other = bits([2.5] * 3), bits([2.5, 2.5, 1.0])
    yield score("14.4/r2-of-equal-targets", "r2", same, other)
    yield score("14.4/r2-of-equal-targets-all-right", "r2", same, same)


def cases():
    yield from optimisers()
    yield from schedules()
    yield from scores()
