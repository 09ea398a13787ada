"""Draws orthogonal weights and sends one vector through a small network, all seeded and deterministic.

Computers with other instruction sets disagree from the fifth digit on: pytorch/pytorch#155423. Causes: threads; instruction-set.
"""
import torch

torch.manual_seed(42)
torch.use_deterministic_algorithms(True)
first, last = torch.nn.Linear(128, 128), torch.nn.Linear(128, 1)
for layer in (first, last):
    torch.nn.init.orthogonal_(layer.weight, 2**0.5)
with torch.no_grad():
    action = last(first(torch.rand(128)))
torch.save({"weight": first.weight.detach(), "action": action}, "network.pt")
