"""Committed states: the digests of checkpoints and the chain that binds them."""

import hashlib

MANIFEST = '{"seed": 42, "contract": 2, "options": {"rate": 0.10, "big": 1E3, "text": "größe \\u0007 \\"a\\\\b\\"", "list": [1, 2.50, true, null], "z": {"b": 1, "a": 2}}}'


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def cases():
    state = lambda what, metadata, tensors: dict(id=what, kind="state", metadata=metadata, tensors=tensors)
    yield state("15.2/metadata", dict(step="3", format="x"), {})
    yield state("15.2/keys-in-byte-order", dict(b="1", B="2", a="3", é="4", digest="not hashed"), {})
    yield state("15.1/escapes", dict(text="\" \\ / \b \f \n \r \t \u0001 \u001f \u007f é"), {})
    yield state("15.2/tensors-in-byte-order", dict(a="b"), {
        "b": ["F32", [2], "0000803f000000bf"], "B": ["I64", [1], "0100000000000000"], "a": ["F32", [], "0000003f"]})
    yield state("15.2/tensor-of-several-pieces", dict(a="b"), {"a": ["F32", [4100], "0000803f" * 4100]})
    yield state("15.1/beyond-ascii", dict(text="\u2028\u2029 \u00a0 \U0001f600 \ue000"), {})
    yield state("15.2/keys-beyond-the-basic-plane", {"\uffee": "1", "\U0001f600": "2"}, {})
    chain = lambda what, **more: dict(id=what, kind="chain", manifest=MANIFEST, **more)
    yield chain("15.3/run")
    states = [[0, digest("0")], [7, digest("7")], [100000, digest("100000")]]
    yield chain("15.4/first-link", states=states[:1])
    yield chain("15.4/later-links", states=states)
    yield chain("15.5/head", states=states, root=digest("root"))
