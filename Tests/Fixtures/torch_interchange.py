"""Writes the vectors of ReproInterchangeTests with PyTorch, and loads our weights there.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch==2.13.0 safetensors numpy \
        --extra-index-url https://download.pytorch.org/whl/cpu
    /tmp/venv/bin/python Tests/Fixtures/torch_interchange.py
    /tmp/venv/bin/python Tests/Fixtures/torch_interchange.py --load DIR --repro .build/release/repro

Without options, into Tests/ReproInterchangeTests/Vectors:

- `cases.txt`: one line per recurrent module; `NAME.weights.safetensors` is its state_dict as `safetensors.torch` saves it, and
  `NAME.case.safetensors` holds `input`, `lengths`, `h_0`, `c_0` (where the case has them), the expected `output`, `h_n`, `c_n`
  (PyTorch in binary64 over the binary32 weights, rounded) and, for each of the three, `tolerance.NAME`: 4 × the greater of
  PyTorch's own error in binary32 and 2^-24 × the tensor's greatest magnitude.
- `random.txt`: the generator, its uniform numbers and initial parameters, from each of ATEN_CPU_CAPABILITY's paths, so the
  processor needs AVX-512.

With --load, in the new folder DIR: exports the weights of the shipped experiments and of others with `repro run --export`, loads
each with strict=True into a module of PyTorch's, and compares both sides' results over an input of its own (`repro infer`).
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import zlib

import numpy as np
import torch
from safetensors.torch import load_file, save_file

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "ReproInterchangeTests" / "Vectors"
MADE = f"# made by: python3 Tests/Fixtures/torch_interchange.py, PyTorch {torch.__version__}, NumPy {np.__version__}"
PATHS = ("default", "avx2", "avx512")
CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}

# name, prefix, cell, inputs, hidden, layers, directions, bias, projection, batch first, relu, then the batch (0: none), steps,
# lengths (or None) and whether there is an initial state.
CASES = [
    ("lstm-plain", "", "lstm", 3, 5, 1, 1, 1, 0, 0, 0, 2, 4, None, 0),
    ("lstm-prefix", "lstm.", "lstm", 4, 3, 2, 2, 1, 0, 0, 0, 3, 5, [2, 5, 1], 1),
    ("lstm-projection", "", "lstm", 3, 6, 2, 2, 1, 2, 1, 0, 2, 4, None, 1),
    ("lstm-wide", "model.encoder.", "lstm", 2, 19, 1, 2, 1, 0, 1, 0, 2, 6, [4, 6], 0),
    ("lstm-no-bias", "", "lstm", 2, 4, 1, 2, 0, 0, 1, 0, 0, 5, None, 1),
    ("lstm-projection-no-bias", "", "lstm", 1, 4, 1, 1, 0, 3, 0, 0, 3, 4, [4, 4, 2], 1),
    ("gru-deep", "gru.", "gru", 3, 4, 2, 2, 1, 0, 1, 0, 3, 5, [5, 3, 4], 1),
    ("gru-no-bias", "", "gru", 5, 3, 1, 1, 0, 0, 0, 0, 2, 3, None, 0),
    ("gru-one-sequence", "", "gru", 2, 7, 1, 2, 1, 0, 0, 0, 0, 4, None, 1),
    ("gru-one-unit", "", "gru", 1, 1, 1, 1, 1, 0, 0, 0, 1, 3, None, 0),
    ("rnn-tanh", "", "rnn", 3, 4, 2, 2, 1, 0, 0, 0, 2, 5, [3, 5], 0),
    ("rnn-relu", "encoder.rnn.", "rnn", 4, 6, 2, 1, 0, 0, 1, 1, 2, 4, None, 1),
    ("rnn-relu-both-ways", "", "rnn", 2, 3, 1, 2, 1, 0, 0, 1, 2, 3, [1, 3], 0),
]


def module(cell, inputs, hidden, layers, directions, bias, projection=0, batch_first=0, relu=0):
    options = {"proj_size": projection} if projection else {}
    if cell == "rnn":
        options["nonlinearity"] = "relu" if relu else "tanh"
    return CELLS[cell](inputs, hidden, layers, bias=bool(bias), batch_first=bool(batch_first),
                       bidirectional=directions == 2, **options)


def forward(m, x, lengths, state):
    state = tuple(state) if isinstance(m, torch.nn.LSTM) and state else state[0] if state else None
    with torch.no_grad():
        if lengths is not None:
            total = x.shape[1 if m.batch_first else 0]
            x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, m.batch_first, enforce_sorted=False)
        y, final = m(x, state)
        if lengths is not None:
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, m.batch_first, total_length=total)
    final = final if isinstance(final, tuple) else (final,)
    return dict(zip(("output", "h_n", "c_n"), (y, *final)))


def recurrent_cases():
    lines = []
    for seed, case in enumerate(CASES):
        name, prefix, *options, batch, steps, lengths, initial = case
        cell, inputs, hidden, layers, directions, _, projection, batch_first, _ = options
        torch.manual_seed(seed)
        m = module(*options)
        weights = {prefix + k: v.contiguous() for k, v in m.state_dict().items()}
        if prefix:  # what else a state_dict holds is no concern of the layer's
            weights |= {"head.weight": torch.randn(2, 3), "tokens": torch.arange(4)}
        save_file(weights, OUT / f"{name}.weights.safetensors")
        shape = [steps, inputs] if batch == 0 else [batch, steps, inputs] if batch_first else [steps, batch, inputs]
        x = torch.randn(shape)
        state = []
        if initial:
            for width in (projection or hidden, hidden)[: 2 if cell == "lstm" else 1]:
                state.append(torch.randn([layers * directions] + ([batch] if batch else []) + [width]))
        lengths = lengths and torch.tensor(lengths)
        single = forward(m, x, lengths, state)
        double = forward(m.double(), x.double(), lengths, [s.double() for s in state])
        tensors = {"input": x, **dict(zip(("h_0", "c_0"), state)), **{k: v.float().contiguous() for k, v in double.items()}}
        if lengths is not None:
            tensors["lengths"] = lengths
        for k, expected in double.items():
            error = (single[k].double() - expected).abs().max().item()
            tensors[f"tolerance.{k}"] = torch.tensor(4 * max(error, 2**-24 * expected.abs().max().item()))
        save_file(tensors, OUT / f"{name}.case.safetensors")
        lines.append(" ".join(str(field) for field in (name, prefix or "-", *options)))
    legend = "# name, prefix, cell, inputs, hidden, layers, directions, bias, projection, batch first, relu"
    (OUT / "cases.txt").write_text("\n".join([MADE, legend, *lines]) + "\n")
    print(f"cases: {len(lines)}")


def bits(tensor):
    return " ".join(f"{int(b) & 0xFFFFFFFF:x}" for b in tensor.detach().reshape(-1).view(torch.int32))


def checksum(tensors):
    return f"{zlib.crc32(b''.join(t.detach().numpy().astype('<f4').tobytes() for t in tensors)):x}"


def double_bits(x):
    return f"{np.float64(x).view(np.uint64):x}"


def path_vectors():
    """What the running process's path gives."""
    path = torch.backends.cpu.get_cpu_capability().lower()
    for seed in (0, 42, 2**32 - 1, 2**32 + 7, 2**64 - 1):
        for bound in (1.0, 0.5, 3**-0.5, 32**-0.5, 128**-0.5, 1 / 7):
            torch.manual_seed(seed)
            numbers = torch.empty(5000).uniform_(-bound, bound)
            print("uniform", path, f"{seed:x}", double_bits(bound), checksum([numbers]), bits(numbers[:6]))
    for seed in (42, 1, 2**40 + 3):
        for options in (("lstm", 5, 6, 1, 2, 1, 0), ("lstm", 3, 32, 2, 2, 1, 0), ("lstm", 4, 10, 2, 2, 0, 3),
                        ("gru", 3, 7, 2, 2, 1, 0), ("rnn", 9, 11, 3, 1, 1, 0)):
            torch.manual_seed(seed)
            m = module(*options)
            width = options[4] * (options[6] or options[2])
            linear = torch.nn.Linear(width, 3)
            tensors = [*m.parameters(), *linear.parameters()]
            fields = " ".join(str(o) for o in options)
            print("init", path, f"{seed:x}", fields, checksum(tensors), bits(tensors[0].reshape(-1)[:4]), bits(linear.bias))


def random_vectors():
    lines = []
    for seed in (0, 1, 42, 5489, 2**32 - 1, 2**32, 2**63 + 5, 2**64 - 1):
        words = np.random.RandomState(seed & 0xFFFFFFFF).randint(0, 2**32, 2000, np.uint64)
        torch.manual_seed(seed)
        assert (torch.empty(2000, dtype=torch.int32).random_().numpy() == words & 0x7FFFFFFF).all()
        chosen = [*words[:6], *words[620:628], words[-1]]
        lines.append(f"words {seed:x} " + " ".join(f"{int(w):x}" for w in chosen))
        torch.manual_seed(seed)
        lines.append(f"rand {seed:x} {bits(torch.rand(8))}")
    bounds = []
    uniform = torch.Tensor.uniform_
    torch.Tensor.uniform_ = lambda self, a, b, generator=None: bounds.append(b)
    for fan_in in (*range(1, 301), 511, 512, 1000, 1024, 4096, 65536, 1000003):
        bounds.clear()
        torch.nn.Linear(fan_in, 1)
        lines.append(f"linear {fan_in} " + " ".join(double_bits(b) for b in bounds))
    torch.Tensor.uniform_ = uniform
    for path in PATHS:
        made = subprocess.run([sys.executable, __file__, "--path"], env=dict(os.environ, ATEN_CPU_CAPABILITY=path),
                              check=True, capture_output=True, text=True).stdout.splitlines()
        if made[0].split()[1] != path:
            sys.exit(f"this processor has no {path}")
        lines += made
    legend = [
        "# words: seed, draws 0…5, 620…627, 1999 of MT19937 (NumPy's RandomState; PyTorch's random_ has their low 31 bits)",
        "# rand: seed, bits of torch.rand(8)",
        "# linear: fan_in (decimal), binary64 bits of the bounds of torch.nn.Linear's weight and bias",
        "# uniform: path, seed, bound as binary64 bits, CRC-32 of 5000 numbers of uniform_(-bound, bound), bits of the first 6",
        "# init: path, seed, cell inputs hidden layers directions bias projection (decimal), CRC-32 of all parameters of the "
        "module, then of nn.Linear(D·S, 3); bits of the first 4 and of linear.bias",
    ]
    (OUT / "random.txt").write_text("\n".join([MADE, *legend, *lines]) + "\n")
    print(f"random: {len(lines)}")


class Model(torch.nn.Module):
    """The layers that a file's names and shapes tell, under their names."""

    def __init__(self, weights, options):
        super().__init__()
        model = options["model"]
        for cell in model.get("cells") or [model["cell"]]:
            first = weights[f"{cell}.weight_ih_l0"]
            setattr(self, cell, module(cell, first.shape[1], model["hidden"], model["layers"], 2 if model["bidirectional"] else 1,
                                       model["bias"], model["projection"], True, model["nonlinearity"] == "relu"))
        if "embedding.weight" in weights:
            self.embedding = torch.nn.Embedding(*weights["embedding.weight"].shape, padding_idx=0)
        if "linear.weight" in weights:
            classes, width = weights["linear.weight"].shape
            self.linear = torch.nn.Linear(width, classes)


def load(folder, repro):
    folder.mkdir(parents=True)
    tagging = {"format": "balance", "minimumLength": 2, "maximumLength": 5, "train": 8, "test": 4, "features": 3}
    training = {"optimizer": "sgd", "learningRate": 0.1, "batchSize": 4, "epochs": 1}
    experiments = [["roman"], ["classifier"], ["sigmoid-classifier"], ["outputs"], ["layers"], ["last-states"]]
    for name, model in (
        ("projected", {"cell": "lstm", "layers": 2, "hidden": 6, "projection": 4, "bias": False}),
        ("relu", {"cell": "rnn", "nonlinearity": "relu", "hidden": 5, "pooling": "mean"}),
        ("gru-from-torch", {"cell": "gru", "layers": 3, "hidden": 9, "init": "torch"}),
    ):
        path = folder / f"{name}.json"
        path.write_text(json.dumps({"name": name, "task": "classification", "data": tagging, "model": model, "training": training}))
        experiments.append(["--config", str(path)])
    torch.manual_seed(0)
    worst = 0.0
    for words in experiments:
        name = pathlib.Path(words[-1]).stem
        export, run = folder / f"{name}.safetensors", folder / name
        subprocess.run([repro, "run", *words, "--seed", "42", "--export", export, "--output", run, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        weights = load_file(export)
        options = json.loads((run / "run.json").read_text())["options"]
        model = Model(weights, options)
        keys = model.load_state_dict(weights, strict=True)
        assert not keys.missing_keys and not keys.unexpected_keys
        for cell in options["model"].get("cells") or [options["model"]["cell"]]:
            m = getattr(model, cell)
            lengths = torch.tensor([7, 3, 6])
            x = torch.randn(3, 7, m.input_size)
            np.save(folder / "x.npy", x.numpy())
            np.save(folder / "n.npy", lengths.numpy())
            out = folder / f"{name}.{cell}.out.safetensors"
            relu = ["--nonlinearity", "relu"] if getattr(m, "nonlinearity", "") == "relu" else []
            subprocess.run([repro, "infer", "--weights", export, "--prefix", f"{cell}.", "--input", folder / "x.npy", "--lengths",
                            folder / "n.npy", "--batch-first", *relu, "--output", out, "--quiet"],
                           check=True, stdout=subprocess.DEVNULL)
            ours = load_file(out)
            single = forward(m, x, lengths, [])
            double = forward(m.double(), x.double(), lengths, [])
            assert ours.keys() == double.keys()
            for k, expected in double.items():
                limit = max((single[k].double() - expected).abs().max().item(), 2**-24 * expected.abs().max().item())
                error = (ours[k].double() - expected).abs().max().item()
                assert ours[k].shape == expected.shape and error <= 4 * limit, (name, cell, k, error, limit)
                worst = max(worst, error / limit)
        print(f"{name}: {len(weights)} tensors load with strict=True, results agree")
    print(f"worst error: {worst:.3f} × the greater of PyTorch's own and 2^-24 × magnitude (4 allowed)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--path", action="store_true", help="print what this process's path gives")
    parser.add_argument("--load", type=pathlib.Path)
    parser.add_argument("--repro", default=".build/release/repro")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.path:
        path_vectors()
    elif arguments.load:
        load(arguments.load, arguments.repro)
    else:
        if torch.__version__.split("+")[0] != "2.13.0":
            sys.exit(f"the vectors name PyTorch 2.13.0 and this is {torch.__version__}")
        OUT.mkdir(parents=True, exist_ok=True)
        recurrent_cases()
        random_vectors()
