"""Runs one kept operation again, and asks a recurrent layer for its gates: python3 _repro_replay/replay.py CAPSULE SIDE RESULT

CAPSULE holds `capsule.json` and `kept/DIGEST`, the bytes of tensors. Its fields: `operation`, an event of the trace; `outputs`, for
each side ("a", "b") the outputs that its run gave; `conditions`, for each side the event of that name. RESULT is written as JSON:
`outputs` with their digests, and for aten::mkldnn_rnn_layer in LSTM mode `recurrent`, which recurrent.py explains.
Run it in the environment of the side; it needs PyTorch alone.
"""

import json
import os
import sys


class Kept:
    """Tensors of a capsule by their descriptions."""

    def __init__(self, folder, torch):
        self.folder = folder
        self.torch = torch

    def tensor(self, described):
        torch = self.torch
        if described["digest"] is None:
            return torch.zeros(described["shape"], dtype=getattr(torch, described["dtype"]))
        with open(os.path.join(self.folder, "kept", described["digest"]), "rb") as file:
            data = bytearray(file.read())
        kind = getattr(torch, described["dtype"])
        if not data:
            return torch.empty(described["shape"], dtype=kind)
        return torch.frombuffer(data, dtype=kind).reshape(described["shape"]).clone()

    def arguments(self, value, inputs):
        """The inverse of Tracer.tree."""
        if isinstance(value, list):
            return [self.arguments(item, inputs) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"tensor"}:
            return inputs[value["tensor"]]
        if set(value) == {"int"}:
            return int(value["int"])
        if set(value) == {"float"}:
            return float.fromhex(value["float"])
        if set(value) == {"torch"}:
            name = value["torch"]
            known = getattr(self.torch, name.rpartition(".")[2], None)
            return known if known is not None and name.startswith("torch.") else self.torch.device(name)
        if set(value) == {"other"}:
            raise ValueError("an argument of type %s was not kept" % value["other"])
        return {key: self.arguments(item, inputs) for key, item in value.items()}


def apply(conditions, torch):
    torch.set_num_threads(int(conditions["threads"]))
    torch.use_deterministic_algorithms(bool(conditions["deterministic"]), warn_only=True)
    torch.backends.mkldnn.enabled = bool(conditions["mkldnn"])
    torch.set_float32_matmul_precision(conditions["precision"])


def main(folder, side, result):
    import torch

    # The folder above holds the package of the hook; this script's own folder is on the path already.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    import recurrent
    from _repro_hook import digests

    with open(os.path.join(folder, "capsule.json")) as file:
        capsule = json.load(file)
    event = capsule["operation"]
    apply(capsule["conditions"][side], torch)
    kept = Kept(folder, torch)
    inputs = [kept.tensor(described) for described in event["inputs"]]
    args, kwargs = kept.arguments(event["arguments"], inputs)
    space, name = event["name"].split("::")
    operation = getattr(getattr(getattr(torch.ops, space), name), event["overload"])
    with torch.set_grad_enabled(bool(capsule["conditions"][side]["grad"])):
        before = [tensor.clone() for tensor in inputs]
        value = operation(*args, **kwargs)
        reader = digests.Digests(None)
        answer = {"outputs": [reader.tensor(t) for _, t in digests.leaves(value) if isinstance(t, torch.Tensor)]}
        if recurrent.knows(event):
            args, kwargs = kept.arguments(event["arguments"], before)
            outputs = {key: kept.tensor(capsule["outputs"][key][0]) for key in ("a", "b")}
            answer["recurrent"] = recurrent.Layer(operation, args, torch).probe(outputs, side)
    with open(result + ".part", "w") as file:
        json.dump(answer, file)
    os.replace(result + ".part", result)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3])
