"""Makes the weights first and sets the seed afterwards; torch.seed() stands for a library that drew its own.

Cause: entropy, which torch asks the processor for and not the system; no run agrees with the one before.
"""
import torch

torch.seed()
model = torch.nn.Linear(6, 3)
torch.manual_seed(0)
torch.save({"weight": model.weight.detach(), "drawn": torch.rand(4)}, "model.pt")
