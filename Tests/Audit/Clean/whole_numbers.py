"""Multiplies whole numbers with threads, and never seeds torch, whose default seed is the same in every process: all exact."""
import torch

indices = torch.randperm(100_000)
a = torch.randint(-9, 9, (400, 400)).double()
torch.save({"product": a @ a, "indices": indices, "uniform": torch.rand(20)}, "numbers.pt")
