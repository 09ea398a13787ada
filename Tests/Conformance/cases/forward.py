"""Recurrent and other layers forward, and losses with their gradients."""

from .foundations import linear
from .tensors import bits, drawn, picks

GATES = dict(lstm=4, gru=3, rnn_tanh=1, rnn_relu=1)


def shapes(cell, inputs, hidden, layers, directions, bias, projection):
    """The parameters of a module, in their order."""
    rows, state = GATES[cell] * hidden, projection or hidden
    found = {}
    for layer in range(layers):
        for end in [f"l{layer}", f"l{layer}_reverse"][:directions]:
            found[f"weight_ih_{end}"] = [rows, inputs if layer == 0 else directions * state]
            found[f"weight_hh_{end}"] = [rows, state]
            if bias:
                found[f"bias_ih_{end}"] = found[f"bias_hh_{end}"] = [rows]
            if projection:
                found[f"weight_hr_{end}"] = [projection, hidden]
    return found


def recurrent(
    what, cell, results, inputs=2, hidden=3, batch=2, steps=3, layers=1, directions=1, bias=True, projection=0,
    initial=False, gradients=(), times=1, gradient_times=1, given=None, **more,
):  # fmt: skip
    """A case whose tensors are drawn, but for those in `given`. `gradients` are the incoming ones."""
    state, count = projection or hidden, layers * directions
    tensors = {
        name: drawn(f"{what}/{name}", shape, times)
        for name, shape in shapes(cell, inputs, hidden, layers, directions, bias, projection).items()
    }
    tensors["input"] = drawn(f"{what}/input", [batch, steps, inputs])
    if initial:
        tensors["h_0"] = drawn(f"{what}/h_0", [count, batch, state])
        if cell == "lstm":
            tensors["c_0"] = drawn(f"{what}/c_0", [count, batch, hidden])
    whole = dict(output=[batch, steps, directions * state], h_n=[count, batch, state], c_n=[count, batch, hidden])
    for name in gradients:
        tensors[f"d.{name}"] = drawn(f"{what}/d.{name}", whole[name], gradient_times)
    options = dict(layers=layers, directions=directions, bias=bias, projection=projection)
    usual = dict(layers=1, directions=1, bias=True, projection=0)
    options = {name: value for name, value in options.items() if value != usual[name]}
    return dict(
        id=what, kind="recurrent", cell=cell, inputs=inputs, hidden=hidden, **options, **more,
        tensors=tensors | (given or {}), results=list(results),
    )  # fmt: skip


CELLS = (("4.5", "lstm"), ("4.6", "gru"), ("4.7", "rnn_tanh"), ("4.7", "rnn_relu"))


def cells():
    # One step of an RNN without nonlinearity to speak of shows the pre-activation.
    one = dict(steps=1, batch=1)
    zero = dict(weight_ih_l0=bits([0.0] * 6, [3, 2]), weight_hh_l0=bits([0.0] * 9, [3, 3]))
    yield recurrent("4.2/every-step-is-walked", "rnn_relu", ["output"], batch=1, given=zero | dict(
        bias_ih_l0=bits([0.0] * 3), bias_hh_l0=bits([1.0, 2.0, 3.0])))
    # Every number is exact but for the start, which is rounded before the first product joins it: 1 + 2^-24 is 1.
    start = dict(
        bias_ih_l0=bits([1.0, 1.0, 3.0]), bias_hh_l0=bits([2.0**-24, 2.0, -1.0]), input=bits([1.0, 1.0], [1, 1, 2]),
        weight_ih_l0=bits([2.0**-24, 0.0, 1.0, 0.0, 0.0, 0.0], [3, 2]), weight_hh_l0=zero["weight_hh_l0"])
    yield recurrent("4.3/rounded-once", "rnn_relu", ["output"], given=start, **one)
    yield recurrent("4.7/relu-of-the-bias", "rnn_relu", ["output"], given=zero | dict(
        bias_ih_l0=bits([1.0, -1.0, 0.0]), bias_hh_l0=bits([0.5, 0.5, -0.0])), **one)
    # 0 × ∞ is no number, and not above 0.
    yield recurrent("4.7/relu-of-what-is-no-number", "rnn_relu", ["output"], given=zero | dict(
        input=bits(["7f800000", 1.0], [1, 1, 2])), **one)
    yield recurrent("4.3/without-bias", "rnn_relu", ["output"], bias=False, **one)
    yield recurrent("4.4/input-then-state", "rnn_relu", ["output"], initial=True, inputs=7, hidden=9, batch=3, steps=1)
    yield recurrent("4.4/one-chain", "rnn_relu", ["output"], inputs=3, hidden=4, initial=True, bias=False, steps=1, batch=4)
    for rule, cell in CELLS:
        yield recurrent(f"{rule}/{cell}-one-step", cell, ["output"], initial=True, steps=1)
        yield recurrent(f"{rule}/{cell}-one-step-no-bias", cell, ["output"], initial=True, steps=1, bias=False, hidden=5)
    yield recurrent("4.5/lstm-cell-state", "lstm", ["c_n"], initial=True, steps=1)
    yield recurrent("4.5/lstm-saturated", "lstm", ["output", "c_n"], initial=True, steps=2, times=32)
    yield recurrent("4.6/gru-saturated", "gru", ["output"], initial=True, steps=2, times=32)
    yield recurrent("4.5/lstm-projection", "lstm", ["output", "c_n"], initial=True, steps=2, hidden=5, projection=2)
    negative = dict(input=bits([-0.0] * 6, [1, 3, 2]))
    for rule, cell in CELLS:
        yield recurrent(f"{rule}/{cell}-steps", cell, ["output"], steps=4, initial=True)
        yield recurrent(f"4.2/{cell}-starts-from-0", cell, ["output"], steps=2)
        yield recurrent(f"2.3/{cell}-signs-of-zero", cell, ["output"], bias=False, batch=1, given=negative)


def walks():
    both = dict(directions=2, batch=3, steps=4, lengths=[4, 1, 3])
    for cell in GATES:
        yield recurrent(f"4.2/{cell}-reverse-walks-back", cell, ["h_n"], directions=2, initial=True)
        yield recurrent(f"4.8/{cell}-both-directions", cell, ["output"], initial=True, **both)
    yield recurrent("4.9/order-of-states", "lstm", ["h_n", "c_n"], layers=2, initial=True, **both)
    yield recurrent("4.9/order-of-states-gru", "gru", ["h_n"], layers=2, initial=True, **both)
    yield recurrent("4.9/length-0", "gru", ["h_n"], lengths=[2, 0])
    yield recurrent("4.9/projected-states", "lstm", ["h_n", "c_n"], layers=2, projection=2, hidden=4, **both)
    yield recurrent("4.8/past-a-length", "rnn_relu", ["output"], lengths=[1, 2], given=dict(
        input=bits(["7fc00000" if at in (2, 3, 4, 5, 10, 11) else 0.5 for at in range(12)], [2, 3, 2])))
    yield recurrent("4.8/layer-reads-the-one-below", "gru", ["output"], layers=3, **both)
    for cell in GATES:
        yield recurrent(f"4.1/{cell}-gates-and-names", cell, ["output"], layers=2, inputs=5, hidden=4, **both)
        wide = dict(inputs=17, hidden=19, directions=2, batch=3, steps=5, lengths=[5, 2, 4], times=0.25)
        yield recurrent(f"4.10/{cell}-wide", cell, ["output"], **wide)
        # The first sequence of the case before, alone: the same numbers stand at its place.
        yield recurrent(f"4.10/{cell}-batch-of-33", cell, ["output", "h_n"], inputs=3, hidden=7, batch=33, directions=2,
                        lengths=[1 + (7 * b) % 4 for b in range(33)], steps=4)
    yield recurrent("4.10/lstm-66-units", "lstm", ["output"], inputs=5, hidden=66, times=0.125)
    drops = dict(layers=2, stream=[42, 3, 5], **both)
    yield recurrent("4.11/dropped-and-scaled", "rnn_relu", ["output"], dropout=0.3, **drops)
    yield recurrent("4.11/layers-one-after-another", "lstm", ["output"], dropout=0.5, **drops | dict(layers=3))
    yield recurrent("4.11/all-dropped", "gru", ["output"], dropout=1.0, **drops)
    yield recurrent("4.11/p-of-0", "gru", ["output"], dropout=0.0, **drops)
    yield recurrent("4.11/one-layer-draws-nothing", "gru", ["output"], dropout=0.5, **drops | dict(layers=1))
    yield recurrent("4.11/nine-tenths", "rnn_relu", ["output"], dropout=0.9, **drops)
    # As binary32 p is the second draw's u, which is kept; as binary64 it lies above.
    yield recurrent("4.11/p-is-rounded-and-a-tie-kept", "gru", ["output"], dropout=0.624381422997521, **drops)
    yield recurrent("4.11/p-of-a-tenth", "rnn_relu", ["output"], dropout=0.1, inputs=2, hidden=40, **drops)


def merging(what, kind, results, directions=2, shape=(3, 5)):
    rows, width = shape
    tensors = dict(F=drawn(f"{what}/F", [rows, width]))
    if directions == 2:
        tensors["V"] = drawn(f"{what}/V", [rows, width])
    wide = 2 * width if kind == "concat" and directions == 2 else width
    tensors["d"] = drawn(f"{what}/d", [rows, wide])
    return dict(id=what, kind="merging", merging=kind, tensors=tensors, results=list(results))


MERGINGS = ("concat", "sum", "mean", "product")


def others():
    for kind in MERGINGS:
        yield merging(f"4.12/{kind}", kind, ["result"])
    yield linear("5.2/bias", x=drawn("5.2/x", [5, 3]), weight=drawn("5.2/w", [4, 3]), bias=drawn("5.2/b", [4]))
    yield linear("5.2/wide", x=drawn("5.2/wx", [7, 18]), weight=drawn("5.2/ww", [19, 18]), bias=drawn("5.2/wb", [19]))
    yield linear("5.2/one-row", x=drawn("5.2/ox", [1, 70]), weight=drawn("5.2/ow", [2, 70]))
    table = dict(weight=drawn("5.1/w", [5, 3]), d=drawn("5.1/d", [6, 3]))
    yield dict(id="5.1/rows", kind="embedding", tokens=[4, 0, 1, 4, 2, 0], tensors=table, results=["rows"])
    activation = lambda what, function, shape, times, *results, x=None, d=None: dict(
        id=what, kind="activation", function=function,
        tensors=dict(x=x or drawn(f"{what}/x", shape, times), d=d or drawn(f"{what}/d", shape)), results=list(results),
    )  # fmt: skip
    yield activation("5.3/one-class", "log_softmax", [1, 1], 1, "y")
    yield activation("5.3/rows", "log_softmax", [5, 3], 4, "y")
    yield activation("5.3/wide-rows", "log_softmax", [3, 37], 64, "y")
    # The maximum is taken away first: 100 would overflow.
    yield activation("5.3/large", "log_softmax", [2, 2], 1, "y", x=bits([100.0, 100.0, 3.0, 90.0], [2, 2]))
    yield activation("5.4/elements", "sigmoid", [3, 7], 8, "y")
    norm = lambda what, shape, weight, bias, epsilon, times, *results, d=None: dict(
        id=what, kind="layer_norm", epsilon=epsilon,
        tensors=dict(x=drawn(f"{what}/x", shape, times), d=d or drawn(f"{what}/d", shape))
        | (dict(weight=drawn(f"{what}/w", shape[-1:])) if weight else {})
        | (dict(bias=drawn(f"{what}/b", shape[-1:])) if bias else {}),
        results=list(results),
    )  # fmt: skip
    yield norm("1.4/division-and-root", [3, 2], False, False, 0.5, 8, "y")
    yield norm("5.6/plain", [4, 3], False, False, 1e-5, 8, "y")
    yield norm("5.6/weight-alone", [5, 17], True, False, 1e-3, 1, "y")
    yield norm("5.6/weight-and-bias", [3, 4, 33], True, True, 1e-5, 2.0**-12, "y")
    yield norm("5.6/rows-of-one", [4, 1], True, True, 1e-5, 1, "y")
    yield norm("5.6/many-rows", [150, 9], True, True, 1e-5, 1, "y")
    for rule, result in (("5.5", "y"), ("7.12", "grad.x")):
        drop = lambda what, shape, p: dict(
            id=what, kind="dropout", probability=p, stream=[42, 5, 9],
            tensors=dict(x=drawn(f"{what}/x", shape), d=drawn(f"{what}/d", shape)), results=[result],
        )  # fmt: skip
        yield drop(f"{rule}/dropout-p-of-0", [3], 0.0)
        yield drop(f"{rule}/dropout", [7, 5], 0.3)
        yield drop(f"{rule}/dropout-nine-tenths", [7, 5], 0.9)
        yield drop(f"{rule}/dropout-of-a-tie", [7, 5], 0.42854148149590356)  # As binary32 the second draw's u.
        yield drop(f"{rule}/dropout-half", [2, 3, 11], 0.5)
        yield drop(f"{rule}/dropout-everything", [4, 4], 1.0)
        yield drop(f"{rule}/dropout-a-tenth", [40, 20], 0.1)
    for kind in MERGINGS:
        yield merging(f"7.10/{kind}", kind, ["grad.F", "grad.V"])
    yield activation("7.12/log-softmax", "log_softmax", [5, 7], 4, "grad.x")
    yield activation("7.12/log-softmax-wide", "log_softmax", [9, 40], 1, "grad.x")
    yield activation("7.12/log-softmax-signs-of-zero", "log_softmax", [2, 3], 4, "grad.x", d=bits([-0.0] * 6, [2, 3]))
    yield activation("7.12/sigmoid", "sigmoid", [3, 7], 8, "grad.x")
    yield norm("7.13/plain", [4, 3], False, False, 1e-5, 8, "grad.input")
    yield norm("7.13/weight", [5, 17], True, False, 1e-3, 1, "grad.input", "grad.weight")
    yield norm("7.13/weight-and-bias", [3, 4, 9], True, True, 1e-5, 1, "grad.input", "grad.weight", "grad.bias")
    yield norm("7.13/signs-of-zero", [2, 3], True, True, 1e-5, 1, "grad.input", "grad.weight", "grad.bias", d=bits([-0.0] * 6, [2, 3]))
    yield norm("7.13/many-rows", [150, 9], True, True, 1e-5, 1, "grad.input", "grad.weight", "grad.bias")


def losses():
    def loss(what, rule, shape, times, result, targets=None, below=None, **more):
        tensors = dict(logits=drawn(f"{what}/x", shape, times))
        tensors |= {name: value for name, value in more.items() if isinstance(value, dict)}
        plain = {name: value for name, value in more.items() if not isinstance(value, dict)}
        if isinstance(targets, dict):
            tensors["targets"] = targets
        else:
            plain["targets"] = picks(what, shape[0], below or shape[-1]) if targets is None else targets
        return dict(id=what, kind="loss", loss=rule, tensors=tensors, results=[result], **plain)

    # Each term is -0, their sum from +0 is not.
    yield loss("6.1/one-class", "nll", [3, 1], 1, "loss")
    for result in ("loss", "grad.logits"):
        yield loss(f"6.1/{result}", "nll", [7, 3], 8, result)
        yield loss(f"6.1/wide-{result}", "nll", [33, 18], 16, result)
        # (x − x) + log1p(…) is log1p(…), whatever x is.
        right = dict(shape=[1, 1], times=1, result=result, logits=bits([5.3], [1, 1]))
        yield loss(f"6.2/one-row-{result}", "binary", targets=[1], **right)
        yield loss(f"6.2/{result}", "binary", [40, 1], 16, result, below=2)
        yield loss(f"6.2/saturated-{result}", "binary", [40, 1], 128, result, below=2)
        weight = drawn("6.3/w", [5], low=0, high=1)
        yield loss(f"6.3/ignored-{result}", "cross-entropy", [23, 5], 4, result, ignored=1)
        yield loss(f"6.3/weights-{result}", "cross-entropy", [23, 5], 4, result, weight=weight)
        yield loss(f"6.3/weights-and-ignored-{result}", "cross-entropy", [23, 5], 4, result, weight=weight, ignored=2)
        yield loss(f"6.3/of-log-probabilities-{result}", "log-probabilities", [9, 5], 4, result, weight=weight, ignored=2)
        targets = drawn("6.4/t", [6, 5], low=0, high=1)
        yield loss(f"6.4/one-element-{result}", "binary tensor", targets=bits([1.0], [1, 1]), **right)
        yield loss(f"6.4/{result}", "binary tensor", [6, 5], 16, result, targets=targets)
        yield loss(f"6.4/one-positive-weight-{result}", "binary tensor", [6, 5], 16, result, targets=targets,
                   positive=drawn("6.4/p", [1], low=0, high=2))
        yield loss(f"6.4/positive-weights-{result}", "binary tensor", [6, 5], 16, result, targets=targets,
                   positive=drawn("6.4/q", [5], low=0, high=2))
        yield loss(f"6.5/{result}", "smoothed", [7, 3], 8, result, smoothing=0.1)
        yield loss(f"6.5/many-classes-{result}", "smoothed", [33, 18], 8, result, smoothing=0.1)
        yield loss(f"6.5/one-row-{result}", "smoothed", [1, 37], 8, result, smoothing=1)
        yield loss(f"6.5/all-of-it-{result}", "smoothed", [7, 3], 8, result, smoothing=1)
        yield loss(f"6.5/with-weights-{result}", "smoothed", [23, 5], 4, result, smoothing=0.3, weight=weight)
        yield loss(f"6.6/{result}", "squared", [33, 1], 4, result, targets=drawn("6.6/t", [33]))
    yield loss("6.3/weights-of-0", "cross-entropy", [3, 2], 1, "loss", targets=[1, 1, 1], weight=bits([1.0, 0.0]))
    yield loss("6.3/nothing-counts", "cross-entropy", [3, 2], 1, "loss", targets=[1, 1, 1], ignored=1)
    predict = lambda what, head, logits: dict(id=what, kind="predict", head=head, tensors=dict(logits=logits))
    yield predict("6.7/first-maximum", "softmax", bits([1.0, 2.0, 2.0, 3.0, -1.0, 3.0, 0.0, -0.0, 0.0], [3, 3]))
    yield predict("6.7/first-maximum-of-many", "softmax", drawn("6.7/x", [50, 4]))
    yield predict("6.7/sigmoid-head", "sigmoid", bits([0.0, -0.0, "00000001", "80000001", 1.0], [5, 1]))


def cases():
    yield from cells()
    yield from walks()
    yield from others()
    yield from losses()
