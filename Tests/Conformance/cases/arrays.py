"""Data and weights in files of tensors: what is read of them, and parameters that start from them."""

import json
import struct

from .experiments import SGD, balance, run

LETTERS = dict(F64="d", F32="f", F16="e", I64="q", I32="i")
NO_NUMBER = float("nan")


def packed(kind, values):
    return b"".join(struct.pack("<" + LETTERS[kind], v) for v in values)


def npy(kind, shape, values):
    descr = dict(F64="<f8", F32="<f4", F16="<f2", I64="<i8", I32="<i4")[kind]
    header = str(dict(descr=descr, fortran_order=False, shape=tuple(shape))).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return dict(bytes=(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + packed(kind, values)).hex())


def safetensors(**tensors):
    """Tensors by name: type, shape, and values or their bytes."""
    header, body = {}, b""
    for name, (kind, shape, values) in tensors.items():
        data = values if isinstance(values, bytes) else packed(kind, values)
        header[name] = dict(dtype=kind, shape=shape, data_offsets=[len(body), len(body) + len(data)])
        body += data
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return dict(bytes=(struct.pack("<Q", len(head)) + head + body).hex())


def of_npy(splits, task="classification", classes=2, model=None, **training):
    """An experiment of features, and its files: of each split inputs, lengths and targets, a type, a shape and values each."""
    files, data = {}, dict(format="npy") | (dict(classes=classes) if classes else {})
    for split, tensors in splits.items():
        data[split] = {}
        for name, tensor in zip(("inputs", "lengths", "targets"), tensors):
            data[split][name] = f"{split}.{name}.npy"
            files[f"{split}.{name}.npy"] = npy(*tensor)
    config = dict(name="case", task=task, data=data, model=dict(hidden=2) | (model or {}), training=SGD | training, seed=42)
    return config, files


NUMBERS = [0.1, -2.5, 3.0, 1e-40, 1 + 2.0**-24 + 2.0**-50, 7.0, 0.3, 1.0, 2.0, 3.0, 4.0, 5.0]


def read():
    def case(what, leaf, inputs=("F32", NUMBERS), lengths=("I64", [3, 2]), targets=("I64", [2], [1, 0]), **more):
        split = ((inputs[0], [2, 3, 2], inputs[1]), (lengths[0], [2], lengths[1]), targets)
        config, files = of_npy(dict(train=split), **more)
        return run(what, config, "data", leaf, files=files)

    for kind, name in (("F64", "binary64"), ("F32", "binary32"), ("F16", "binary16")):
        yield case(f"10.10/{name}", "train.inputs", (kind, NUMBERS))
    yield case("10.10/integers-of-32-bits", "train.lengths", lengths=("I32", [3, 2]))
    yield case("10.10/targets-of-32-bits", "train.targets", targets=("I32", [2], [1, 0]))
    yield case("10.10/targets", "train.targets")
    yield case("10.10/targets-of-tagging", "train.targets", targets=("I64", [2, 3], [1, 0, 1, 0, 1, 99]), task="tagging")
    regression = dict(task="regression", classes=None)
    yield case("10.12/targets-of-binary32", "train.targets", targets=("F32", [2], [0.1, -3.0]), **regression)
    yield case("10.12/targets-of-binary64", "train.targets", targets=("F64", [2], [0.1, 1 + 2.0**-24 + 2.0**-50]), **regression)
    yield case("10.10/past-a-length-is-not-read", "train.inputs", ("F32", NUMBERS[:10] + [NO_NUMBER] * 2))
    yield case("10.10/no-number-is-refused", "none", ("F32", NUMBERS[:9] + [NO_NUMBER, 1.0, 1.0]))
    yield case("10.10/length-of-0", "none", lengths=("I64", [3, 0]))
    yield case("10.10/length-past-the-steps", "none", lengths=("I64", [3, 4]))
    yield case("10.10/target-of-no-class", "none", targets=("I64", [2], [1, 2]))
    yield case("10.10/target-below-0", "none", targets=("I64", [2], [-1, 1]))
    for kind, values in (("F32", NUMBERS), ("F16", NUMBERS), ("BF16", bytes(range(1, 25)))):
        file = safetensors(inputs=(kind, [2, 3, 2], values), lengths=("I32", [2], [2, 3]), targets=("I64", [2], [0, 1]))
        config = dict(of_npy({})[0], data=dict(format="safetensors", train="train.safetensors", classes=2))
        yield run(f"10.10/safetensors-{kind.lower()}", config, "data", "train.inputs", files={"train.safetensors": file})
    yield case("12.10/files-are-numbered", None)


def weights(**changes):
    """The parameters of `balance()` as a file."""
    found = {}
    for end in ("l0", "l0_reverse"):
        found |= {f"lstm.weight_ih_{end}": [12, 2], f"lstm.weight_hh_{end}": [12, 3], f"lstm.bias_ih_{end}": [12], f"lstm.bias_hh_{end}": [12]}
    found |= {"linear.weight": [2, 6], "linear.bias": [2]} | changes
    count = lambda shape: shape[0] * (shape[1] if len(shape) == 2 else 1)
    return safetensors(**{
        name: ("F32", shape, [0.01 * (at + 1) * (-1) ** place for at in range(count(shape))])
        for place, (name, shape) in enumerate(found.items()) if shape
    })  # fmt: skip


def starts():
    config = balance(model=dict(weights="w.safetensors"))
    case = lambda what, part=None, **changes: run(f"11.2/{what}", config, "init", part=part, files={"w.safetensors": weights(**changes)})
    yield case("weights-of-a-file")
    yield case("weights-are-drawn-all-the-same", "streams")
    yield case("weights-without-one", **{"lstm.bias_hh_l0": None})
    yield case("weights-of-another-shape", **{"linear.weight": [6, 2]})
    yield run("11.2/training-from-weights", config, "final", files={"w.safetensors": weights()})


def numbers():
    """Shards without a sequence, and numbers that are not finite, of features that are chosen for it."""
    small = ("F32", [1, 1, 2], [1e-45, -1e-45]), ("I64", [1], [1]), ("I64", [1], [1])
    config, files = of_npy(dict(train=small), shards=2)
    # The gradients of these weights are rounded to ±0; +0 of the empty shard is added to each.
    yield run("2.5/an-empty-shard-is-added", config, "step 000000", "grad.lstm.weight_ih_l0", files=files)
    relu = lambda hidden: dict(cell="rnn", nonlinearity="relu", bidirectional=False, hidden=hidden, weights="w.safetensors")
    usual = [1.0, 1.0]
    split = lambda *values: (("F32", [1, 2, 2], values), ("I64", [1], [2]), ("I64", [1], [1]))
    file = lambda hidden, state, linear, inputs=usual: {"w.safetensors": safetensors(**{
        "rnn.weight_ih_l0": ("F32", [hidden, 2], inputs * hidden), "rnn.weight_hh_l0": ("F32", [hidden, hidden], state),
        "rnn.bias_ih_l0": ("F32", [hidden], [0.0] * hidden), "rnn.bias_hh_l0": ("F32", [hidden], [0.0] * hidden),
        "linear.weight": ("F32", [2, hidden], linear), "linear.bias": ("F32", [2], [0.5, 0.25]),
    })}  # fmt: skip
    train = split(0.5, 0.25, 1.0, -0.5)
    config, files = of_npy(dict(train=train, test=split(3e38, 3e38, 1.0, 1.0)), model=relu(1), learningRate=1e-6)
    yield run("1.5/passes-through-infinity", config, "evaluation", files=files | file(1, [-1.0], [1.0, -1.0]))
    config, files = of_npy(dict(train=train, test=split(1.0, 1.0, 3e38, 3e38)), model=relu(2), learningRate=1e-6)
    yield run("1.5/infinity-in-logits", config, files=files | file(2, [0.0] * 4, [0.5, 0.25, 1.0, -0.5]))
    yield run("1.5/no-number-in-logits", config, files=files | file(2, [0.0] * 4, [1.0, -1.0, 1.0, -1.0]))
    config, files = of_npy(dict(train=train), model=relu(1))
    for digest in ("step", "epoch"):
        yield run(f"1.5/gradient-with-digest-{digest}", config | dict(digest=digest), files=files | file(1, [1.0], [3e38, -3e38], [0.01, 0.01]))
    config, files = of_npy(dict(train=split(1e20, 1e20, 1e20, 1e20)), model=relu(1), optimizer="adam")
    yield run("1.5/optimisers-state", config | dict(digest="epoch"), files=files | file(1, [1.0], [1.0, -1.0], [1e-20, 1e-20]))
