"""Gradients: of one step first, then through steps, positions, layers and shards."""

from .forward import GATES, linear, recurrent
from .tensors import bits, drawn


def one_step():
    # With one position the gradient of a bias is that of the pre-activation.
    one = dict(steps=1, batch=1, hidden=5, initial=True, gradients=["output"])
    for rule, cell in (("7.7", "rnn_relu"), ("7.7", "rnn_tanh"), ("7.5", "lstm"), ("7.6", "gru")):
        yield recurrent(f"{rule}/{cell}-one-step", cell, ["grad.bias_ih_l0"], **one)
        yield recurrent(f"{rule}/{cell}-wide", cell, ["grad.bias_ih_l0"], **one | dict(hidden=37))
    yield recurrent("7.7/rnn_relu-at-0", "rnn_relu", ["grad.bias_ih_l0"], steps=1, batch=1, hidden=2, gradients=["output"], given=dict(
        bias_ih_l0=bits([0.0, -0.0]), bias_hh_l0=bits([0.0, -0.0]), input=bits([0.0, 0.0], [1, 1, 2])))
    yield recurrent("7.5/carry-from-c_n", "lstm", ["grad.bias_ih_l0"], **one | dict(gradients=["output", "c_n"]))
    yield recurrent("7.5/gradient-of-c_0", "lstm", ["grad.c_0"], **one | dict(gradients=["output", "c_n"]))
    yield recurrent("7.5/saturated", "lstm", ["grad.bias_ih_l0", "grad.c_0"], times=32, **one | dict(hidden=9))
    yield recurrent("7.6/saturated", "gru", ["grad.bias_ih_l0"], times=32, **one | dict(hidden=9))
    for cell in GATES:
        yield recurrent(f"7.2/{cell}-both-biases", cell, ["grad.bias_hh_l0"], **one)
    for cell in GATES:
        yield recurrent(f"7.3/{cell}-dh_n-is-added", cell, ["grad.bias_ih_l0"], **one | dict(gradients=["output", "h_n"]))
        yield recurrent(f"7.3/{cell}-h_0", cell, ["grad.h_0"], **one)
    # dh is +0, not -0, where dout is absent and dh_n is -0: the carry shows the sign.
    zero = dict(zip(("d.h_n", "d.c_n"), 2 * [bits([-0.0] * 3, [1, 1, 3])]))
    yield recurrent("2.7/absent-is-added", "lstm", ["grad.c_0"], steps=1, batch=1, initial=True, given=zero)
    tiny = dict(gradient_times=2.0**-133, hidden=7, gradients=["output", "h_n"], initial=True)
    yield recurrent("1.2/subnormal-gradients-lstm", "lstm", ["grad.bias_ih_l0", "grad.c_0"], steps=1, batch=1, **tiny)
    yield recurrent("1.2/subnormal-gradients-gru", "gru", ["grad.bias_ih_l0", "grad.h_0"], steps=1, batch=1, **tiny)


EVERY = ["output", "h_n"]
NO_NUMBER = "7fc00000"


def steps():
    one = dict(steps=1, batch=1, initial=True, gradients=["output"])
    for cell in GATES:
        walk = dict(steps=2, batch=1, hidden=4, initial=True, gradients=EVERY)
        yield recurrent(f"7.3/{cell}-through-steps", cell, ["grad.h_0"], **walk)
        yield recurrent(f"7.3/{cell}-dout-absent", cell, ["grad.h_0"], **walk | dict(gradients=["h_n"]))
        yield recurrent(f"7.3/{cell}-through-many-steps", cell, ["grad.h_0"], **walk | dict(steps=6, times=0.5))
        # Every product is rounded to ±0, and nothing is added to the last of them.
        yield recurrent(f"7.3/{cell}-h_0-is-the-chain-itself", cell, ["grad.h_0"], **one | dict(
            hidden=9, times=2.0**-30, gradient_times=2.0**-130))
    yield recurrent("7.5/carry-through-steps", "lstm", ["grad.c_0"], steps=4, batch=2, initial=True, gradients=[*EVERY, "c_n"])
    for cell in GATES:
        reverse = dict(steps=4, batch=3, directions=2, lengths=[4, 1, 3], initial=True, gradients=EVERY)
        yield recurrent(f"7.3/{cell}-both-directions", cell, ["grad.h_0"], **reverse)
        yield recurrent(f"2.4/{cell}-positions-of-a-batch", cell, ["grad.bias_ih_l0"], **reverse | dict(directions=1))
        yield recurrent(f"2.4/{cell}-reverse-in-time-ascending", cell, ["grad.bias_ih_l0_reverse"], **reverse)
        yield recurrent(f"7.2/{cell}-many-positions", cell, ["grad.bias_hh_l0", "grad.bias_hh_l0_reverse"], **reverse)
        yield recurrent(f"7.1/{cell}-input-weights", cell, ["grad.weight_ih_l0"], **reverse | dict(directions=1))
        yield recurrent(f"7.1/{cell}-state-weights", cell, ["grad.weight_hh_l0"], **reverse | dict(directions=1))
        zero = {"d.output": bits([-0.0] * 6, [1, 2, 3]), "d.h_n": bits([-0.0] * 3, [1, 1, 3])}
        yield recurrent(f"7.1/{cell}-signs-of-zero", cell, [f"grad.{name}_l0" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")],
                        steps=2, batch=1, initial=True, given=zero)
        yield recurrent(f"7.1/{cell}-reverse", cell, ["grad.weight_ih_l0_reverse", "grad.weight_hh_l0_reverse"], **reverse)
        yield recurrent(f"7.9/{cell}-input", cell, ["grad.input"], **reverse | dict(directions=1, lengths=[4, 4, 4]))
        yield recurrent(f"7.9/{cell}-both-directions-in-one-chain", cell, ["grad.input"], **reverse | dict(lengths=[4, 4, 4]))
        yield recurrent(f"7.8/{cell}-past-a-length", cell, ["grad.input", "grad.weight_ih_l0"], **reverse)
        beyond = [NO_NUMBER if step >= length else 0.25 for length in (4, 1, 3) for step in range(4) for _ in range(6)]
        yield recurrent(f"7.8/{cell}-is-not-read", cell, ["grad.input", "grad.weight_ih_l0", "grad.h_0"], **reverse,
                        given={"d.output": bits(beyond, [3, 4, 6])})
        layers = dict(layers=3, steps=4, batch=3, directions=2, lengths=[2, 4, 3], gradients=EVERY, inputs=3, hidden=4)
        yield recurrent(f"7.9/{cell}-layers", cell, ["grad.weight_ih_l0", "grad.input"], **layers)
        yield recurrent(f"7.9/{cell}-through-dropout", cell, ["grad.input"], dropout=0.3, stream=[42, 3, 1], **layers)
        yield recurrent(f"7.3/{cell}-states-alone", cell, ["grad.input", "grad.weight_hh_l0"], **layers | dict(gradients=["h_n"]))
        yield recurrent(f"7.3/{cell}-outputs-alone", cell, ["grad.h_0"], **layers | dict(gradients=["output"]))
        wide = dict(inputs=17, hidden=19, directions=2, batch=3, steps=5, lengths=[5, 2, 4], times=0.25, gradients=EVERY)
        yield recurrent(f"7.1/{cell}-wide", cell, ["grad.input", "grad.h_0", "grad.weight_hh_l0", "grad.bias_hh_l0_reverse"], **wide)


def others():
    project = dict(hidden=5, projection=2, initial=True, gradients=EVERY)
    yield recurrent("7.4/into-the-state", "lstm", ["grad.bias_ih_l0"], steps=1, batch=1, **project)
    yield recurrent("7.4/weights", "lstm", ["grad.weight_hr_l0"], steps=3, batch=2, **project)
    yield recurrent("7.4/everything", "lstm", ["grad.h_0", "grad.c_0", "grad.weight_hr_l0_reverse", "grad.weight_hh_l0"], steps=4, batch=3,
                    lengths=[4, 1, 2], directions=2, layers=2, **project | dict(hidden=18, projection=17, times=0.25))
    tensors = lambda rows, inputs, outputs: dict(
        x=drawn("7.11/x", [rows, inputs]), weight=drawn("7.11/w", [outputs, inputs]), bias=drawn("7.11/b", [outputs]),
        d=drawn("7.11/d", [rows, outputs]),
    )  # fmt: skip
    for result in ("grad.x", "grad.weight", "grad.bias"):
        yield linear(f"7.11/{result}", [result], **tensors(5, 3, 4))
        yield linear(f"7.11/wide-{result}", [result], **tensors(33, 18, 19))
    zero = dict(x=drawn("7.11/zx", [3, 2]), weight=drawn("7.11/zw", [4, 2]), bias=drawn("7.11/zb", [4]), d=bits([-0.0] * 12, [3, 4]))
    yield linear("7.11/signs-of-zero", ["grad.x", "grad.weight", "grad.bias"], **zero)
    table = lambda words, count, tokens: dict(
        kind="embedding", tokens=tokens, results=["grad.weight"],
        tensors=dict(weight=drawn("7.14/w", [words, 3]), d=drawn(f"7.14/d{count}", [count, 3])),
    )  # fmt: skip
    yield dict(id="7.14/rows-are-summed", **table(5, 6, [4, 1, 1, 4, 2, 1]))
    yield dict(id="7.14/order", **table(2, 40, [1] * 40))
    yield dict(id="7.14/signs-of-zero", kind="embedding", tokens=[1, 2, 1], results=["grad.weight"],
               tensors=dict(weight=drawn("7.14/w", [3, 2]), d=bits([-0.0] * 6, [3, 2])))
    yield dict(id="7.14/padding", **table(5, 6, [4, 0, 1, 4, 0, 0]))


def cases():
    yield from one_step()
    yield from steps()
    yield from others()
