#!/usr/bin/env python3
"""PyTorch and repro on the same shapes, in turns in one run.

    bench_peers.py [--repro PATH] [--rounds N] [--only TEXT] [--trec FOLDER] [--python PATH]

Makes a throw-away environment with PyTorch for CPUs from PyPI's and PyTorch's indices, unless --python names an interpreter
that has it. For each shape, mode and number of threads the two programs take turns (A B A B ...), each a process of its own
with its own number of threads; printed are the least times of all turns and their ratio, PyTorch's time over repro's, and the
ratio of the medians. What a machine shared with others adds to a time is never negative, so that the least times are the
programs' own; medians say what was seen on that day. With --trec, a folder of train.tsv and test.tsv (label, tab, tokenised
question): an epoch of training a Bi-LSTM on it, end to end.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

TORCH = ["torch==2.13.0+cpu", "--extra-index-url", "https://download.pytorch.org/whl/cpu", "numpy", "safetensors"]
MODES = ["inference", "training"]

# cell, batch, steps, input, hidden, layers: the table of the article Speed, then sizes at which something could fall off a cliff.
SHAPES = [
    ("lstm", 1, 4, 5, 6, 1), ("lstm", 1, 6, 3, 4, 2), ("lstm", 1, 40, 64, 128, 1), ("lstm", 32, 50, 64, 128, 1),
    ("lstm", 16, 200, 40, 96, 3), ("lstm", 32, 50, 256, 256, 2), ("lstm", 64, 100, 512, 512, 2),
    ("gru", 1, 4, 5, 6, 1), ("gru", 1, 40, 64, 128, 1), ("gru", 32, 50, 64, 128, 1), ("gru", 32, 50, 256, 256, 2),
    ("lstm", 1, 1, 1, 1, 1), ("lstm", 3, 17, 5, 7, 1), ("lstm", 3, 33, 19, 37, 2), ("lstm", 7, 101, 65, 129, 1),
    ("gru", 3, 17, 5, 7, 1),
]


# The peer: runs in the environment that has PyTorch, one request per line.

def timed(body, seconds=0.4, least=5):
    warm = time.perf_counter()
    runs = 0
    while runs < 2 or time.perf_counter() - warm < seconds / 10:
        body()
        runs += 1
    times = []
    total = 0.0
    while len(times) < least or (total < seconds and len(times) < 200000):
        start = time.perf_counter_ns()
        body()
        times.append((time.perf_counter_ns() - start) * 1e-9)
        total += times[-1]
    return {"secondsMin": min(times), "secondsMedian": statistics.median(times)}


def torch_shape(torch, cell, batch, steps, size, hidden, layers, mode):
    torch.manual_seed(0)
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell]
    module = kind(size, hidden, layers, batch_first=True, bidirectional=True)
    x = torch.rand(batch, steps, size)
    if mode == "inference":
        module.eval()

        def body():
            with torch.inference_mode():
                module(x)
        return timed(body)
    x.requires_grad_(True)
    gradient = torch.rand(batch, steps, 2 * hidden)

    def body():
        module.zero_grad(set_to_none=True)
        x.grad = None
        module(x)[0].backward(gradient)
    return timed(body)


def torch_trec(torch, folder, epochs):
    """Seconds of each epoch of the configuration that `trec_configuration` gives to repro."""
    questions = []
    with open(os.path.join(folder, "train.tsv"), encoding="utf-8") as file:
        for line in file:
            label, text = line.rstrip("\n").split("\t")
            questions.append((int(label), text.lower().split()))
    words = {}
    for _, tokens in questions:
        for token in tokens:
            words.setdefault(token, len(words) + 2)
    data = [(torch.tensor([words[t] for t in tokens]), label) for label, tokens in questions if tokens]
    torch.manual_seed(42)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(len(words) + 2, 100, padding_idx=0)
            self.lstm = torch.nn.LSTM(100, 128, batch_first=True, bidirectional=True)
            self.linear = torch.nn.Linear(256, 6)

        def forward(self, x, lengths):
            packed = torch.nn.utils.rnn.pack_padded_sequence(
                self.embedding(x), lengths, batch_first=True, enforce_sorted=False)
            _, (hidden, _) = self.lstm(packed)
            return self.linear(torch.cat([hidden[-2], hidden[-1]], 1))

    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_of = torch.nn.CrossEntropyLoss()
    times = []
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(len(data)).tolist()
        for first in range(0, len(order), 32):
            chosen = [data[i] for i in order[first:first + 32]]
            x = torch.nn.utils.rnn.pad_sequence([tokens for tokens, _ in chosen], batch_first=True)
            lengths = torch.tensor([len(tokens) for tokens, _ in chosen])
            optimizer.zero_grad()
            loss_of(model(x, lengths), torch.tensor([label for _, label in chosen])).backward()
            optimizer.step()
        times.append(time.perf_counter() - start)
    return times


def serve(threads):
    import torch
    torch.set_num_threads(threads)
    for line in sys.stdin:
        request = json.loads(line)
        if "shape" in request:
            answer = torch_shape(torch, *request["shape"], request["mode"])
        elif "trec" in request:
            answer = torch_trec(torch, request["trec"], request["epochs"])
        else:
            answer = torch.__version__
        print(json.dumps(answer), flush=True)


# The comparison: plain Python.

class Peer:
    def __init__(self, python, threads):
        self.process = subprocess.Popen(
            [python, os.path.abspath(__file__), "--serve", str(threads)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("bench_peers: the PyTorch process ended; see its message above")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def repro_shape(repro, shape, mode, threads):
    cell, batch, steps, size, hidden, layers = shape
    command = [
        repro, "bench", "--cell", cell, "--batch", batch, "--steps", steps, "--input", size, "--hidden", hidden,
        "--layers", layers, "--mode", mode, "--threads", threads, "--format", "json"]
    return json.loads(subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout)


def trec_configuration(folder, epochs):
    return {
        "name": "trec-bench", "task": "classification",
        "data": {"format": "tsv", "train": os.path.join(folder, "train.tsv"), "lowercase": True},
        "model": {"cell": "lstm", "embedding": 100, "hidden": 128},
        "training": {"optimizer": "adam", "learningRate": 1e-3, "batchSize": 32, "epochs": epochs},
        "digest": "epoch", "seed": 42,
    }


def repro_trec(repro, folder, threads, work):
    """Seconds of an epoch: of a run with five, less one with one, so that reading and starting do not count."""
    def run(epochs):
        path = os.path.join(work, "trec.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(trec_configuration(folder, epochs), file)
        start = time.perf_counter()
        subprocess.run(
            [repro, "run", "--config", path, "--output", os.path.join(work, "run"), "--force", "--quiet",
             "--threads", str(threads)], check=True, capture_output=True)
        return time.perf_counter() - start
    return (run(5) - run(1)) / 4


def title(shape):
    cell, batch, steps, size, hidden, layers = shape
    return f"{cell:<5}{batch} × {steps} × {size} → {hidden}, {layers}"


def compare(repro, python, threads, rounds, only):
    print(f"{'batch × steps × input → hidden, layers':<40}{'mode':<11}{'threads':>7}{'PyTorch ms':>13}{'repro ms':>12}"
          f"{'ratio':>8}{'medians':>9}{'of peak':>9}")
    for shape in SHAPES:
        if only not in title(shape):
            continue
        # A fresh process a shape, as ours is: what PyTorch's allocator keeps of larger shapes halves the time of some.
        peers = {count: Peer(python, count) for count in threads}
        for mode in MODES:
            for count, peer in peers.items():
                theirs, ours = [], []
                for _ in range(rounds):
                    theirs.append(peer.ask(shape=shape, mode=mode))
                    ours.append(repro_shape(repro, shape, mode, count))
                fastest = min(ours, key=lambda turn: turn["secondsMin"])
                a, b = min(turn["secondsMin"] for turn in theirs), fastest["secondsMin"]
                medians = [statistics.median(turn["secondsMedian"] for turn in turns) for turns in (theirs, ours)]
                print(f"{title(shape):<40}{mode:<11}{count:>7}{a * 1e3:>13.4f}{b * 1e3:>12.4f}{a / b:>8.2f}"
                      f"{medians[0] / medians[1]:>9.2f}{fastest['peakFraction']:>9.1%}", flush=True)
        for peer in peers.values():
            peer.close()


def compare_trec(repro, peers, rounds, folder, work):
    folder = os.path.abspath(folder)
    for threads, peer in peers.items():
        theirs, ours = [], []
        for _ in range(rounds):
            theirs += peer.ask(trec=folder, epochs=3)[1:]
            ours.append(repro_trec(repro, folder, threads, work))
        a, b = statistics.median(theirs), statistics.median(ours)
        print(f"{'an epoch of ' + folder:<51}{threads:>7}{a * 1e3:>13.1f}{b * 1e3:>12.1f}{a / b:>8.2f}", flush=True)


def environment(work):
    python = os.path.join(work, "venv", "bin", "python")
    subprocess.run([sys.executable, "-m", "venv", os.path.join(work, "venv")], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *TORCH], check=True)
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repro", default=".build/release/repro")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each program")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--only", default="", help="shapes whose title contains this; 'none' for no shape")
    parser.add_argument("--trec", help="folder of train.tsv")
    parser.add_argument("--python", help="an interpreter that has PyTorch; none is installed then")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
        return
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as work:
        python = arguments.python or environment(work)
        threads = [int(count) for count in arguments.threads.split(",")]
        peers = {count: Peer(python, count) for count in threads}
        doctor = json.loads(subprocess.run(
            [arguments.repro, "doctor", "--format", "json"], check=True, capture_output=True, text=True).stdout)
        print(f"PyTorch {next(iter(peers.values())).ask()}; {json.dumps(doctor['environment'])}\n", flush=True)
        compare(arguments.repro, python, threads, arguments.rounds, arguments.only)
        if arguments.trec:
            compare_trec(arguments.repro, peers, arguments.rounds, arguments.trec, work)
        for peer in peers.values():
            peer.close()


if __name__ == "__main__":
    main()
