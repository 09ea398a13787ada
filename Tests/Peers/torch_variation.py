"""How many different results one seed gives in PyTorch on this machine.

Trains a small 2-layer bidirectional LSTM from seed 42 with deterministic algorithms on, in a process of its own for each
combination of thread count and instruction set, and counts the distinct SHA-256 over initial weights, an inference
output and trained weights. Compare `repro run --seed 42`, which gives one digest.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0+cpu numpy
    venv/bin/python Tests/Peers/torch_variation.py
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


def train(threads):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(42)
    lstm = nn.LSTM(64, 128, num_layers=2, bidirectional=True, batch_first=True)
    linear = nn.Linear(256, 5)
    parameters = list(lstm.parameters()) + list(linear.parameters())
    initial = digest(parameters)
    generator = torch.Generator().manual_seed(7)
    inputs = torch.rand(32, 20, 64, generator=generator)
    targets = torch.randint(0, 5, (32,), generator=generator)
    with torch.inference_mode():
        inference = digest([lstm(inputs)[0]])
    optimizer = torch.optim.Adam(parameters, lr=1e-3)
    for _ in range(10):
        optimizer.zero_grad()
        _, (hidden, _) = lstm(inputs)
        loss = nn.functional.cross_entropy(linear(torch.cat([hidden[-2], hidden[-1]], 1)), targets)
        loss.backward()
        optimizer.step()
    print(initial, inference, digest(parameters), f"{loss.item():.6f}", torch.__version__)


def main():
    results = []
    for threads in THREADS:
        for aten in ATEN:
            for onednn in ONEDNN:
                environment = dict(os.environ, ATEN_CPU_CAPABILITY=aten, ONEDNN_MAX_CPU_ISA=onednn)
                output = subprocess.run(
                    [sys.executable, __file__, threads], env=environment, capture_output=True, text=True, check=True
                ).stdout.split()
                results.append(output)
                print(f"threads {threads}  aten {aten:8} onednn {onednn:12} trained {output[2][:12]}", flush=True)
    initial, inference, trained, losses, versions = (sorted(set(column)) for column in zip(*results))
    print(
        f"\nPyTorch {versions[0]}, {len(results)} combinations: {len(initial)} initialisations, "
        f"{len(inference)} inference outputs, {len(trained)} sets of trained weights, {len(losses)} printed losses"
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        train(int(sys.argv[1]))
    else:
        main()
