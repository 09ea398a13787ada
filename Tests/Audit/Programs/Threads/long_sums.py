"""Adds up long vectors with torch.sum, which splits them among threads.

Another number of threads, other last bits, though everything is seeded: pytorch/pytorch#2201, #88718. Cause: threads.
"""
import numpy as np
import torch

torch.manual_seed(3)
torch.use_deterministic_algorithms(True)
values = torch.rand(12, 100_000) - 0.5
totals = torch.stack([row.sum() for row in values])
np.save("totals.npy", totals.numpy())
