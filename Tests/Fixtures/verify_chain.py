#!/usr/bin/env python3
"""Verifies the chain of states of a run directory by the contract's text alone: a second verifier beside `repro verify`.

Needs Python's standard library and nothing else, and computes no step of training: it holds every link, every checkpoint that is
kept, the digest tree of run.json and the weights of model.safetensors to what they hash to. Exit code: 0 all agree, 1 something
was changed (it is named), 2 something is missing or no such file.
usage: verify_chain.py DIR
"""

import hashlib
import json
import os
import struct
import sys

PIECE = 16384
ELEMENT_BYTES = {"F32": 4, "I64": 8, "U8": 1}


class Forged(Exception):
    pass


def fields(tag, *parts):
    """H(tag, parts ...): each behind its length, 8 little-endian bytes."""
    message = b""
    for part in (tag.encode(), *parts):
        message += struct.pack("<Q", len(part)) + part
    return hashlib.sha256(message).digest()


def tensor(name, element, shape, data):
    pieces = b"".join(hashlib.sha256(data[i:i + PIECE]).digest() for i in range(0, len(data), PIECE))
    sizes = b"".join(struct.pack("<Q", size) for size in shape)
    return fields("repro.tensor.v2", name.encode(), element.encode(), sizes, pieces)


NO_STREAMS = fields("repro.streams.v2")


def node(name, children, streams=NO_STREAMS):
    return fields("repro.node.v2", name.encode(), streams, *children)


class Digits(str):
    """A number as it is written."""


def read_json(data):
    return json.loads(data, parse_int=Digits, parse_float=Digits)


def compact(value):
    """JSON without spaces, in the order and with the digits that were read."""
    if isinstance(value, Digits):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(compact(key) + ":" + compact(item) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def read_safetensors(path):
    """The metadata and each tensor as (element type, shape, bytes)."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + length])
        metadata = header.pop("__metadata__", {})
        body = data[8 + length:]
        tensors = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            tensors[name] = entry["dtype"], entry["shape"], body[start:end]
    except (ValueError, KeyError, struct.error, TypeError, AttributeError) as error:
        raise Forged(f"{os.path.basename(path)} is no safetensors file: {error}")
    return metadata, tensors


def state_digest(metadata, tensors):
    """What a checkpoint hashes to: a node over its metadata, without the digest that it states, and its tensors."""
    keys = sorted((key for key in metadata if key != "digest"), key=str.encode)
    head = compact({key: metadata[key] for key in keys}).encode()
    leaves = [tensor(name, *tensors[name]) for name in sorted(tensors, key=str.encode)]
    return node("checkpoint", [tensor("metadata", "U8", [len(head)], head), *leaves])


def checkpoint_digest(path):
    metadata, tensors = read_safetensors(path)
    found = state_digest(metadata, tensors)
    if metadata.get("digest") != found.hex():
        raise Forged(f"{os.path.basename(path)}: its digest is not that of its contents")
    return found


def run_digest(manifest):
    """What the run was asked for."""
    asked = compact({key: manifest[key] for key in ("contract", "options", "seed")}).encode()
    return tensor("run", "U8", [len(asked)], asked)


def step_link(step, before, state):
    return node(f"link {step}", [before, state])


def head_link(before, root):
    return node("link final", [before, root])


def state_path(folder, step):
    return os.path.join(folder, f"step-{step:06}.safetensors")


def verify_chain(folder):
    with open(os.path.join(folder, "experiment.json"), "rb") as file:
        manifest = read_json(file.read())
    with open(os.path.join(folder, "chain.json"), "rb") as file:
        chain = json.load(file)
    link = run_digest(manifest)
    if chain["run"] != link.hex():
        raise Forged("the chain is of another run than experiment.json")
    before = -1
    for entry in chain["links"]:
        step = entry["step"]
        if step <= before or (before < 0 and step != 0):
            raise Forged(f"the order of steps, at step {step}")
        before = step
        link = step_link(step, link, bytes.fromhex(entry["state"]))
        if entry["link"] != link.hex():
            raise Forged(f"the link of step {step}")
    if before < 0:
        raise Forged("the state before the first step is missing")
    if "root" in chain:
        if chain["head"] != head_link(link, bytes.fromhex(chain["root"])).hex():
            raise Forged("the end")
    return chain


def verify_states(folder, chain):
    """How many of the committed states are kept; each has to be the one that the chain names."""
    kept = 0
    for entry in chain["links"]:
        path = state_path(folder, entry["step"])
        if not os.path.exists(path):
            continue
        kept += 1
        if checkpoint_digest(path).hex() != entry["state"]:
            raise Forged(f"the state after step {entry['step']} is not the one that the chain names")
    return kept


def verify_result(directory, chain):
    with open(os.path.join(directory, "run.json"), "rb") as file:
        run = json.load(file)
    for stage in run["stages"]:
        if "leaves" in stage:
            leaves = [bytes.fromhex(leaf["digest"]) for leaf in stage["leaves"]]
            if node(stage["name"], leaves, bytes.fromhex(stage["streams"])).hex() != stage["digest"]:
                raise Forged(f"stage '{stage['name']}' of run.json")
    root = node("run", [bytes.fromhex(stage["digest"]) for stage in run["stages"]]).hex()
    if not root == run["digest"] == chain["root"]:
        raise Forged("the root of run.json is not the chain's")
    final = {leaf["name"]: leaf["digest"] for leaf in run["stages"][-1].get("leaves", [])}
    _, weights = read_safetensors(os.path.join(directory, "model.safetensors"))
    for name, (element, shape, data) in weights.items():
        if final.get(name) != tensor(name, element, shape, data).hex():
            raise Forged(f"model.safetensors: '{name}' is not what the run ended with")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    directory = sys.argv[1]
    folder = os.path.join(directory, "checkpoints")
    try:
        chain = verify_chain(folder)
        kept = verify_states(folder, chain)
        if "root" in chain:
            verify_result(directory, chain)
    except Forged as error:
        print(f"forged: {error}")
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot be verified: {type(error).__name__}: {error}")
        return 2
    print(f"{len(chain['links'])} links hash up, {kept} states kept" + (", and the result" if "root" in chain else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
