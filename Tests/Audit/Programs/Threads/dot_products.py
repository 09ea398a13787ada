"""The step length of a gradient descent by dot products of long vectors, by MKL and its threads.

Cause: threads; pytorch/pytorch#2201 names MKL_NUM_THREADS too.
"""
import json
import torch

torch.manual_seed(3)
x, direction = torch.rand(400_000), torch.rand(400_000) - 0.5
steps = []
for _ in range(6):
    steps.append((torch.dot(direction, x) / torch.dot(direction, direction)).item())
    x = x - steps[-1] * direction
    direction = direction.roll(1)
json.dump(steps, open("steps.json", "w"))
