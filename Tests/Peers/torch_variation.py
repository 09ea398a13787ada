"""How many different results one seed gives in PyTorch on this machine.

Trains a small 2-layer bidirectional LSTM from seed 42 with deterministic algorithms on, in a process of its own for each
combination of thread count and instruction set, and counts the distinct SHA-256 over initial weights, an inference
output, one set of gradients and trained weights. Compare `repro run --seed 42`, which gives one digest, and the same
script with its model converted by repro_torch:

    python3 -m venv venv && venv/bin/pip install torch==2.13.0+cpu numpy
    venv/bin/python Tests/Peers/torch_variation.py
    venv/bin/pip install .build/dist/repro_torch-*.whl
    venv/bin/python Tests/Peers/torch_variation.py --convert
"""

import hashlib
import os
import subprocess
import sys

THREADS = ["1", "2", "3", "4"]
ATEN = ["default", "avx2", "avx512"]
ONEDNN = ["SSE41", "AVX2", "AVX512_CORE"]


def digest(tensors):
    hasher = hashlib.sha256()
    for tensor in tensors:
        hasher.update(tensor.detach().contiguous().numpy().tobytes())
    return hasher.hexdigest()


def train(threads, convert):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(42)
    lstm = nn.LSTM(64, 128, num_layers=2, bidirectional=True, batch_first=True)
    linear = nn.Linear(256, 5)
    loss_of = nn.CrossEntropyLoss()
    if convert:
        import repro_torch

        repro_torch.convert(nn.ModuleDict({"lstm": lstm, "linear": linear, "loss": loss_of}), seed=42)
    parameters = list(lstm.parameters()) + list(linear.parameters())
    initial = digest(parameters)
    generator = torch.Generator().manual_seed(7)
    inputs = torch.rand(32, 20, 64, generator=generator)
    targets = torch.randint(0, 5, (32,), generator=generator)
    with torch.inference_mode():
        inference = digest([lstm(inputs)[0]])
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    if convert:
        repro_torch.convert(optimizer)
    gradients = None
    for _ in range(10):
        optimizer.zero_grad()
        _, (hidden, _) = lstm(inputs)
        loss = loss_of(linear(torch.cat([hidden[-2], hidden[-1]], 1)), targets)
        loss.backward()
        gradients = gradients or digest([parameter.grad for parameter in parameters])
        optimizer.step()
    print(initial, inference, gradients, digest(parameters), f"{loss.item():.6f}", torch.__version__)


def main():
    convert = "--convert" in sys.argv[1:]
    results = []
    for threads in THREADS:
        for aten in ATEN:
            for onednn in ONEDNN:
                environment = dict(os.environ, ATEN_CPU_CAPABILITY=aten, ONEDNN_MAX_CPU_ISA=onednn)
                output = subprocess.run(
                    [sys.executable, __file__, threads, *sys.argv[1:]], env=environment, capture_output=True, text=True, check=True
                ).stdout.split()
                results.append(output)
                print(f"threads {threads}  aten {aten:8} onednn {onednn:12} trained {output[3][:12]}", flush=True)
    initial, inference, gradients, trained, losses, versions = (sorted(set(column)) for column in zip(*results))
    print(
        f"\nPyTorch {versions[0]}{', converted' if convert else ''}, {len(results)} combinations: "
        f"{len(initial)} initialisations, {len(inference)} inference outputs, {len(gradients)} sets of gradients, "
        f"{len(trained)} sets of trained weights, {len(losses)} printed losses"
    )


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdigit():
        train(int(sys.argv[1]), "--convert" in sys.argv)
    else:
        main()
