"""Writes pairs of outputs that are equal by content, or differ in a known place, with PyTorch, NumPy, Python and TensorBoard.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch==2.13.0 numpy safetensors tensorboard \
        --extra-index-url https://download.pytorch.org/whl/cpu
    /tmp/venv/bin/python Tests/Fixtures/output_pairs.py

Into Tests/ReproAuditTests/Vectors/pairs.txt, one pair per line: the file's name, both files in base 64, and in hexadecimal `equal`,
`container`, or the differences, each `PATH|KIND|TENSOR|ELEMENT|INDEX|A|B|ULP|DIFFERENT` with `-` for what there is not, `;` between.
"""
import base64
import gzip
import io
import json
import pathlib
import pickle
import platform
import tempfile
import zipfile

import numpy as np
import torch
from safetensors.torch import save as save_safetensors

OUT = pathlib.Path(__file__).resolve().parent.parent / "ReproAuditTests" / "Vectors"
LINES = []


def pair(name, a, b, expected):
    def encoded(data):
        return base64.b64encode(data.encode() if isinstance(data, str) else data).decode() or "-"

    LINES.append(f"{name} {encoded(a)} {encoded(b)} {expected.encode().hex()}")


def difference(path, tensor, element, index, a, b, ulp, different, kind="content"):
    fields = [path, kind, tensor, element, index if index is None else ",".join(map(str, index)), a, b, ulp, different]
    return "|".join("-" if f is None else str(f) for f in fields)


def saved(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def zipped(entries, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def numpy_zip(save, arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def steps(tensor, count):
    """The tensor with one element so many steps further."""
    moved = tensor.clone()
    bits = {torch.float32: torch.int32, torch.float64: torch.int64, torch.bfloat16: torch.int16, torch.float16: torch.int16}
    moved.view(bits[tensor.dtype]).view(-1)[3] += count
    return moved


def tensors():
    w = (torch.arange(6, dtype=torch.float32) / 8 + 1).reshape(2, 3)
    state = {"a.w": w, "b": torch.zeros(2)}
    pair("order.pt", saved(state), saved({"b": state["b"], "a.w": w}), "container")
    pair("format.pt", saved(state), saved(state, _use_new_zipfile_serialization=False), "container")
    pair("strides.pt", saved(state), saved({"a.w": w.t().contiguous().t(), "b": state["b"]}), "container")
    pair("same.pt", saved(state), saved(state), "equal")
    moved = dict(state, **{"a.w": steps(w, 5)})
    pair("step.pt", saved(state), saved(moved), difference("step.pt", "a.w", 3, (1, 0), "1.375", "1.3750006", 5, 1))
    pair("step.safetensors", save_safetensors(state), save_safetensors(moved),
         difference("step.safetensors", "a.w", 3, (1, 0), "1.375", "1.3750006", 5, 1))
    pair("bf16.pt", saved({"h": w.bfloat16()}), saved({"h": steps(w.bfloat16(), 2)}),
         difference("bf16.pt", "h", 3, (1, 0), "1.375", "1.390625", 2, 1))
    nan = torch.tensor([float("nan")])
    pair("nan.pt", saved({"n": nan}), saved({"n": nan.clone()}), "equal" if saved({"n": nan}) == saved({"n": nan.clone()}) else "container")
    other = torch.tensor([0x7FC00001], dtype=torch.int32).view(torch.float32)
    pair("payload.pt", saved({"n": nan}), saved({"n": other}),
         difference("payload.pt", "n", 0, (0,), "nan (0x7fc00000)", "nan (0x7fc00001)", None, 1))
    pair("zero.pt", saved({"n": torch.tensor([0.0])}), saved({"n": torch.tensor([-0.0])}),
         difference("zero.pt", "n", 0, (0,), "0.0", "-0.0", 1, 1))
    pair("more.pt", saved(state), saved({"a.w": w}), difference("more.pt", "b", None, None, "present", "absent", None, 1, "missing"))
    pair("shape.pt", saved({"w": w}), saved({"w": w.t().contiguous()}), difference("shape.pt", "w", None, None, "F32 [2, 3]", "F32 [3, 2]", None, 1))
    pair("plain.pt", saved({"epoch": 1, "loss": 0.5}), saved({"epoch": 1, "loss": 0.5000000000000001}),
         difference("plain.pt", "loss", None, None, "0.5", "0.5000000000000001", 1, 1))
    arrays = {"x": np.arange(4.0), "y": np.arange(3)}
    pair("arrays.npz", numpy_zip(np.savez, arrays), numpy_zip(np.savez_compressed, arrays), "container")
    changed = dict(arrays, y=np.array([0, 5, 6]))
    pair("changed.npz", numpy_zip(np.savez, arrays), numpy_zip(np.savez, changed), difference("changed.npz", "y", 1, (1,), "1", "5", None, 2))
    linear = [torch.nn.Linear(2, 2) for _ in range(2)]
    pair("module.pt", saved(linear[0]), saved(linear[1]), "refused")
    pair("set.pkl", pickle.dumps({"s": {1, 2}}), pickle.dumps({"s": {2, 1}}, 2), "container")


def texts():
    pair("log.txt", "epoch 1  loss 0.25\nepoch 2 loss 0.125\n", "epoch 1 loss 0.25 \nepoch 2 loss 0.125\n\n", "container")
    pair("moved.txt", "a\nepoch 2 loss [0.125, 3]\nend\n", "a\nepoch 2 loss [0.12500000000000003, 3]\nEnd\n",
         difference("moved.txt", "line 2", 3, (3,), "[0.125,", "[0.12500000000000003,", 1, 2))
    pair("longer.txt", "a\n", "a\nb\n", difference("longer.txt", "line 2", None, None, "absent", "present", None, 1, "missing"))
    pair("m.json", '{"a": [1, 2.50], "b": {"c": 1e2}}', '{"b":{"c":100},"a":[1,2.5]}', "container")
    pair("n.json", json.dumps({"loss": [0.5, 0.25]}), json.dumps({"loss": [0.5, 0.25000000000000006]}),
         difference("n.json", "loss", 1, (1,), "0.25", "0.25000000000000006", 1, 1))
    pair("nan.json", '{"x": NaN}', '{"x": NaN }', difference("nan.json", "line 1", 1, (1,), "NaN}", "NaN", None, 1))
    pair("log.jsonl", '{"step": 1, "loss": 2}\n{"step": 2, "loss": 3}\n', '{"loss": 2, "step": 1}\n{"loss": 4, "step": 2}\n',
         difference("log.jsonl", "loss", 1, (1,), "3", "4", None, 1))
    pair("t.csv", 'a,b\n1,"x,y"\n2,z\n', 'b,a\n"x,y",1\n"z",2\n', "container")
    pair("u.csv", "epoch,loss\n0,0.5\n1,0.25\n", "epoch,loss\n0,0.5\n1,0.26\n",
         difference("u.csv", "loss", 1, (1,), "0.25", "0.26", 180143985094820, 1))
    pair("raw.bin", b"\0\1", b"\0\2", "refused")


def archives():
    pair("t.txt.gz", gzip.compress(b"loss 1\n", mtime=1), gzip.compress(b"loss 1\n", 1, mtime=2), "container")
    entries = {"a/x.csv": "v\n1\n", "b.txt": "hello"}
    swapped = {"b.txt": "hello", "a/x.csv": "v\n1\n"}
    pair("r.zip", zipped(entries), zipped(swapped, compression=zipfile.ZIP_DEFLATED), "container")
    pair("s.zip", zipped(entries), zipped(dict(entries, **{"a/x.csv": "v\n2\n"})), difference("s.zip/a/x.csv", "v", 0, (0,), "1", "2", None, 1))
    inner = gzip.compress(zipped(entries), mtime=0)
    outer = gzip.compress(zipped(dict(entries, **{"b.txt": "hullo"})), mtime=0)
    pair("n.zip", zipped({"in.zip.gz": inner}), zipped({"in.zip.gz": outer}),
         difference("n.zip/in.zip.gz/b.txt", "line 1", 0, (0,), "hello", "hullo", None, 1))


def events():
    from torch.utils.tensorboard import SummaryWriter

    def written(value, time):
        with tempfile.TemporaryDirectory() as folder:
            with SummaryWriter(folder) as writer:
                for step in range(2):
                    writer.add_scalar("loss", value * (step + 1), step, walltime=time + step)
            return next(pathlib.Path(folder).glob("events.*")).read_bytes()

    pair("events.out.tfevents.1", written(0.25, 1000.0), written(0.25, 2000.0), "container")
    pair("events.out.tfevents.2", written(0.25, 1000.0), written(0.25 + 2**-25, 1000.0),
         difference("events.out.tfevents.2", "loss", 0, (0,), "0.25", "0.25000003", 1, 2))


if __name__ == "__main__":
    tensors()
    texts()
    archives()
    events()
    OUT.mkdir(exist_ok=True)
    made = (f"# made by: python3 Tests/Fixtures/output_pairs.py, PyTorch {torch.__version__}, NumPy {np.__version__}, "
            f"Python {platform.python_version()}")
    (OUT / "pairs.txt").write_text("\n".join([made, "# name, both files, what comparing them gives", *LINES]) + "\n")
    print(f"{len(LINES)} pairs, {(OUT / 'pairs.txt').stat().st_size} bytes")
