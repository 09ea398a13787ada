#!/usr/bin/env python3
"""Speaks the kit's protocol for the second implementation of the contract: cases in, `ID ANSWER` out.

    contract_speaker.py [--contract DIR]     DIR is the folder of the package `contract` and of `verify_chain.py`

Needs NumPy and gmpy2. It computes nothing itself: each kind of case is handed to the function of the rule.
"""

import hashlib
import json
import pathlib
import struct
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
folder = sys.argv[sys.argv.index("--contract") + 1] if "--contract" in sys.argv else HERE.parent / "Fixtures"
sys.path.insert(0, str(folder))

import numpy as np  # noqa: E402

import verify_chain  # noqa: E402
from contract import configurations, digests, experiments, files, layers, numerics, optimisers, scores  # noqa: E402
from contract import side_layers, streams  # noqa: E402
from contract.digests import Leaf  # noqa: E402
from contract.numerics import F32  # noqa: E402
from contract.recurrent import Recurrent, merge, merge_backward  # noqa: E402
from contract.streams import Stream  # noqa: E402


def tensor(text):
    """A tensor as a case writes it: bit patterns, integers, bytes, or draws."""
    shape = text["shape"]
    if "draw" in text:
        stream = Stream(*text["draw"])
        values = stream.uniform(text.get("from", -1), text.get("to", 1), shape)
        with np.errstate(under="ignore"):
            return values * F32(text.get("times", 1))
    if "bytes" in text:
        flat = np.frombuffer(bytes.fromhex(text["bytes"]), np.uint8)
    elif "integers" in text:
        flat = np.array([int(v) for v in text["integers"]], np.int64)
    else:
        flat = np.array([int(v, 16) for v in text["bits"].split()], np.uint32).view(F32)
    return np.tile(flat, text.get("repeat", 1)).reshape(shape)


def answer(name, results, used=()):
    """The digest of a case's results: a node named `case`."""
    leaves = [Leaf(each, np.asarray(value)) for each, value in results]
    return digests.node_digest("case", digests.streams_digest(used), [leaf.digest for leaf in leaves]).hex()


def chosen(case, results, used=()):
    """Of all results those that the case names, in its order."""
    found = dict(results)
    return answer("case", [(name, found[name]) for name in case["results"]], used)


def binary64(values):
    return np.array([struct.unpack("<q", struct.pack("<d", float(v)))[0] for v in values], np.int64)


# A function per kind of case.


def leaf(case):
    return Leaf(case["name"], tensor(case["tensor"])).digest.hex()


def drawn(case):
    used = []
    for each in case["streams"]:
        used.append(Stream(each["seed"], each["domain"], each["key"]))
        used[-1].next32(each["draws"])
    return digests.streams_digest(used).hex()


def node(case):
    children = [bytes.fromhex(child) for child in case["children"]]
    return digests.node_digest(case["name"], bytes.fromhex(case["streams"]), children).hex()


def draws(case):
    stream, count = Stream(*case["stream"]), case["count"]
    what = case["what"]
    if what == "next32":
        found = stream.next32(count).astype(np.int64)
    elif what == "next32 one by one":
        found = np.array([int(stream.next32(1)[0]) for _ in range(count)], np.int64)
    elif what == "unit":
        found = stream.unit((count,))
    elif what == "uniform":
        found = stream.uniform(case["from"], case["to"], (count,))
    elif what == "pick":
        found = np.array([stream.pick(case["below"]) for _ in range(count)], np.int64)
    else:
        found = np.array(stream.permutation(count), np.int64)
    return answer("case", [("draws", found)], [] if what.startswith("next32") else [stream])


def function(case):
    values = numerics._function(case["function"], tensor(case["x"]))
    return answer("case", [("bits", values.view(np.uint32).astype(np.int64))])


def table(case):
    patterns = np.arange(0, 2**32, case["stride"], dtype=np.uint64).astype(np.uint32)
    return hashlib.sha256(digests.little_endian(numerics._function(case["function"], patterns.view(F32)))).hexdigest()


def recurrent(case):
    module = Recurrent(
        case["cell"], case["inputs"], case["hidden"], case.get("layers", 1), case.get("directions", 1) == 2,
        case.get("bias", True), case.get("projection", 0), case.get("dropout", 0.0),
    )  # fmt: skip
    given = {name: tensor(text) for name, text in case["tensors"].items()}
    params = {name: given[name] for name in module.shapes()}
    stream = Stream(*case["stream"]) if "stream" in case else None
    x = given["input"]
    lengths = case.get("lengths", [x.shape[1]] * x.shape[0])
    try:
        output, h_n, c_n, memory = module.forward(params, x, lengths, given.get("h_0"), given.get("c_0"), stream)
    except ValueError:
        return "refused"
    results = [("output", output), ("h_n", h_n), ("c_n", c_n)]
    if any(name not in ("output", "h_n", "c_n") for name in case["results"]):
        grads, dx, dh_0, dc_0 = module.backward(
            memory, given.get("d.output"), given.get("d.h_n"), given.get("d.c_n")
        )
        results += [("grad.input", dx), ("grad.h_0", dh_0), ("grad.c_0", dc_0)]
        results += [(f"grad.{name}", g) for name, g in grads.items()]
    return chosen(case, results, [stream] if stream and any(m is not None for m in memory["masks"]) else [])


def merging(case):
    given = {name: tensor(text) for name, text in case["tensors"].items()}
    F, V, d = given["F"], given.get("V"), given["d"]
    dF, dV = merge_backward(case["merging"], F, V, d)
    return chosen(case, [("result", merge(case["merging"], F, V)), ("grad.F", dF), ("grad.V", dV)])


def linear(case):
    given = {name: tensor(text) for name, text in case["tensors"].items()}
    x, W, b = given["x"], given["weight"], given.get("bias")
    results = [("y", layers.linear(x, W, b))]
    if "d" in given:
        dx, dW, db = layers.linear_backward(given["d"], x, W, [slice(0, len(x))])
        results += [("grad.x", dx), ("grad.weight", dW), ("grad.bias", db)]
    return chosen(case, results)


def embedding(case):
    given = {name: tensor(text) for name, text in case["tensors"].items()}
    tokens = np.array(case["tokens"], np.int64)
    grad = layers.embedding_backward(tokens, given["d"], given["weight"].shape, 0, [slice(0, len(tokens))])
    return chosen(case, [("rows", given["weight"][tokens]), ("grad.weight", grad)])


def activation(case):
    x, d = tensor(case["tensors"]["x"]), tensor(case["tensors"]["d"])
    if case["function"] == "log_softmax":
        y = layers.log_softmax(x)
        return chosen(case, [("y", y), ("grad.x", side_layers.log_softmax_backward(d, y))])
    y = numerics.sigmoid(x)
    return chosen(case, [("y", y), ("grad.x", side_layers.sigmoid_backward(d, y))])


def dropout(case):
    stream = Stream(*case["stream"])
    y, mask = side_layers.dropout(tensor(case["tensors"]["x"]), case["probability"], stream)
    dx = side_layers.dropout_backward(tensor(case["tensors"]["d"]), mask)
    return chosen(case, [("y", y), ("grad.x", dx)], [stream] if mask is not None else [])


def layer_norm(case):
    given = {name: tensor(text) for name, text in case["tensors"].items()}
    layer = side_layers.LayerNorm(given["x"], given.get("weight"), given.get("bias"), case["epsilon"])
    gradients = layer.backward(given["d"])
    return chosen(case, [("y", layer.output())] + [(f"grad.{name}", g) for name, g in gradients.items()])


def loss(case):
    given = {name: tensor(text) for name, text in case["tensors"].items()}
    logits, rule = given["logits"], case["loss"]
    targets = given["targets"] if "targets" in given else np.array(case["targets"], np.int64)
    weight, ignored = given.get("weight"), case.get("ignored", -100)
    try:
        if rule == "nll":
            value, d = layers.nll(logits, targets)
        elif rule == "binary":
            value, d = layers.binary_cross_entropy(logits, targets)
        elif rule == "cross-entropy":
            value, d = side_layers.cross_entropy(logits, targets, weight, ignored)
        elif rule == "log-probabilities":
            value, d = side_layers.nll(logits, targets, weight, ignored)
        elif rule == "binary tensor":
            value, d = side_layers.binary_cross_entropy(logits, targets, given.get("positive"))
        elif rule == "smoothed":
            value, d = layers.smoothed(logits, targets, weight, case["smoothing"])
        else:
            value, d = layers.mean_squared_error(logits, targets)
    except ArithmeticError:
        return "refused"
    return chosen(case, [("loss", value), ("grad.logits", d)])


def predict(case):
    return answer("case", [("prediction", layers.predict(tensor(case["tensors"]["logits"]), case["head"]))])


def optimiser(case):
    names = {"rate": "lr", "decay": "weight_decay"}
    options = {names.get(key, key): value for key, value in case["options"].items()}
    params = {name: tensor(text) for name, text in case["parameters"].items()}
    rule = {"sgd": optimisers.SGD, "adam": optimisers.Adam, "adamw": optimisers.AdamW}[case["optimiser"]]
    rule = rule(params, **options)
    for step in case["steps"]:
        grads = {name: tensor(text) for name, text in step.items()}
        grads = optimisers.clip(grads, case["clip"]) if "clip" in case else grads
        grads = optimisers.clip_values(grads, case["clip_value"]) if "clip_value" in case else grads
        rule.step(params, grads)
    return answer("case", list(params.items()) + rule.state())


def rates(case):
    found, step = [], 0
    for epoch in range(case["epochs"]):
        rate = optimisers.scheduled(case["schedule"], case["rate"], epoch) if "schedule" in case else case["rate"]
        for _ in range(case.get("steps", 1)):
            found.append(optimisers.warmed(rate, step, case["warmup"]) if "warmup" in case else rate)
            step += 1
    return answer("case", [("rates", binary64(found))])


def score(case):
    t, p = case["targets"], case["predictions"]
    which = case["score"]
    if which == "spanF1":
        found = scores.span_f1(t, p, case["lengths"])
    elif which in ("macroF1", "accuracy"):
        found = getattr(scores, {"macroF1": "macro_f1", "accuracy": "accuracy"}[which])(t, p)
    else:
        t, p = ([float(x) for x in tensor(case[name])] for name in ("targets", "predictions"))
        found = dict(mae=scores.mae, rmse=scores.rmse, r2=scores.r2)[which](t, p)
    return answer("case", [("score", binary64([found]))])


def run(case):
    with tempfile.TemporaryDirectory() as place:
        for name, content in case.get("files", {}).items():
            text = content.get("text", "")
            text = text if isinstance(text, str) else "".join(part * times for part, times in text)
            data = text.encode("utf-8") if "text" in content else bytes.fromhex(content["bytes"])
            (pathlib.Path(place) / name).write_bytes(data)
        try:
            options = configurations.options_of(case["config"], place)
            stages = []
            for stage in experiments.run(options, case["config"]["seed"]):
                stages.append(stage)
                if stage.name == case.get("stage"):
                    break
        except files.Refused:
            return "refused"
        except digests.NotFinite as error:
            return f"not finite: {error.stage}: {error.tensor}: {error.element}"
    if "stage" not in case:
        return digests.root_digest(stages).hex()
    if "leaf" in case:
        return next(leaf.digest.hex() for leaf in stages[-1].leaves if leaf.name == case["leaf"])
    return (stages[-1].streams if case.get("part") == "streams" else stages[-1].digest).hex()


def state(case):
    tensors = {name: (d, shape, bytes.fromhex(data)) for name, (d, shape, data) in case["tensors"].items()}
    return verify_chain.state_digest(case["metadata"], tensors).hex()


def chain(case):
    """The digest of the run, of the last link, or of the head: of the last that the case has."""
    found = verify_chain.run_digest(verify_chain.read_json(case["manifest"]))
    for step, digest in case.get("states", []):
        found = verify_chain.step_link(step, found, bytes.fromhex(digest))
    return (verify_chain.head_link(found, bytes.fromhex(case["root"])) if "root" in case else found).hex()


KINDS = {
    "leaf": leaf, "streams": drawn, "node": node, "draws": draws, "function": function, "table": table, "recurrent": recurrent,
    "merging": merging, "linear": linear, "embedding": embedding, "activation": activation, "dropout": dropout,
    "layer_norm": layer_norm, "loss": loss, "predict": predict, "optimiser": optimiser, "rates": rates, "score": score,
    "run": run, "state": state, "chain": chain,
}  # fmt: skip


def answer_of(case):
    return KINDS[case["kind"]](case)


def main():
    numerics.check_environment()
    np.seterr(all="ignore")
    for line in sys.stdin:
        case = json.loads(line)
        print(case["id"], answer_of(case), flush=True)


if __name__ == "__main__":
    main()
