"""Multiplies whole numbers with threads, from a seed: every sum is exact, in whatever order."""
import torch

torch.manual_seed(3)
indices = torch.randperm(100_000)
a = torch.randint(-9, 9, (400, 400)).double()
torch.save({"product": a @ a, "indices": indices, "uniform": torch.rand(20)}, "numbers.pt")
